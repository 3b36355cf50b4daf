package dev.interlock.lincheck

import kotlinx.coroutines.channels.Channel
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Operation
import org.junit.jupiter.api.Test

/** The build, not the toolkit: suspending operations are checked. */
class KotlinToolchainTest {
  private val channel = Channel<Int>(1)

  @Operation(cancellableOnSuspension = true, promptCancellation = true)
  suspend fun send(value: Int) = channel.send(value)

  @Operation(cancellableOnSuspension = true) suspend fun receive() = channel.receive()

  @Test
  fun channel_passes() =
    ModelCheckingOptions()
      .iterations(3)
      .invocationsPerIteration(100)
      .threads(2)
      .actorsPerThread(2)
      .check(this::class.java)
}
