package dev.interlock.lincheck

import dev.interlock.channel.Channel
import org.junit.jupiter.api.Test

/**
 * Every pair of operations of `Channel.bounded(2)` is linearizable, waiting ones cancelled or not.
 */
class BoundedChannel2LincheckTest {
  class ChannelUnderTest : ChannelOperations(Channel.bounded(2))

  class Specification : ChannelOperationsSpecification(2)

  private val subject = Subject("Channel", "bounded(2)", "E1")

  @Test
  fun everyPair_modelChecking() =
    subject.modelCheck(ChannelUnderTest::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() = subject.stress(ChannelUnderTest::class.java, Specification::class.java)
}
