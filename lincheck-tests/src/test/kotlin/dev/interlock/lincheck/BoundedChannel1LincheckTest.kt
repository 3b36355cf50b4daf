package dev.interlock.lincheck

import dev.interlock.channel.Channel
import org.junit.jupiter.api.Test

/**
 * Every pair of operations of `Channel.bounded(1)` is linearizable, waiting ones cancelled or not.
 */
class BoundedChannel1LincheckTest {
  class ChannelUnderTest : ChannelOperations(Channel.bounded(1))

  class Specification : ChannelOperationsSpecification(1)

  private val subject = Subject("Channel", "bounded(1)", "E1")

  @Test
  fun everyPair_modelChecking() =
    subject.modelCheck(ChannelUnderTest::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() = subject.stress(ChannelUnderTest::class.java, Specification::class.java)
}
