package dev.interlock.lincheck

import dev.interlock.channel.Channel
import org.junit.jupiter.api.Test

/**
 * Every pair of operations of `Channel.unbounded()` is linearizable, waiting ones cancelled or not.
 */
class UnboundedChannelLincheckTest {
  class ChannelUnderTest : ChannelOperations(Channel.unbounded())

  class Specification : ChannelOperationsSpecification(Int.MAX_VALUE)

  private val subject = Subject("Channel", "unbounded()", "E1")

  @Test
  fun everyPair_modelChecking() =
    subject.modelCheck(ChannelUnderTest::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() = subject.stress(ChannelUnderTest::class.java, Specification::class.java)
}
