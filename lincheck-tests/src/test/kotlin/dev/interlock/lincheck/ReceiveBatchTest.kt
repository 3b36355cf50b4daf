package dev.interlock.lincheck

import dev.interlock.lincheck.BoundedChannel2LincheckTest.ChannelUnderTest
import dev.interlock.lincheck.BoundedChannel2LincheckTest.Specification
import org.junit.jupiter.api.Test

/**
 * A batch is received in one step: what was there, or, when nothing was there, the one element that
 * ended the wait. Once it was two steps, a look at the channel and a wait; two elements that were
 * sent in between could both be seen in the channel, and the batch then took one of them.
 */
class ReceiveBatchTest {
  /** As a future. */
  @Test fun receiveBatch_twoSendsMeetIt_isOneStep() = oneStep("receiveBatch")

  /** As a thread. */
  @Test fun receiveBatchBlocking_twoSendsMeetIt_isOneStep() = oneStep("receiveBatchBlocking")

  private fun oneStep(batch: String) =
    oneScenario(
        ChannelUnderTest::class.java,
        Specification::class.java,
        listOf(call(batch)),
        listOf(call("trySend", 1), call("trySend", 2), call("size")),
      )
      .check(ChannelUnderTest::class.java)
}
