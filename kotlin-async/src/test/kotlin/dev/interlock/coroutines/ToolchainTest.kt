package dev.interlock.coroutines

import kotlinx.coroutines.delay
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** The build, not the toolkit: virtual time of coroutines-test works under this surefire. */
class ToolchainTest {
  @Test
  fun virtualTime_advancesWithoutWaiting() = runTest {
    delay(60_000)
    assertEquals(60_000, testScheduler.currentTime)
  }
}
