package dev.interlock.lincheck

import dev.interlock.channel.Channel
import org.junit.jupiter.api.Test

/**
 * Every pair of operations of `Channel.rendezvous()` is linearizable, waiting ones cancelled or
 * not.
 */
class RendezvousChannelLincheckTest {
  class ChannelUnderTest : ChannelOperations(Channel.rendezvous())

  class Specification : ChannelOperationsSpecification(0)

  private val subject = Subject("Channel", "rendezvous()", "E1")

  @Test
  fun everyPair_modelChecking() =
    subject.modelCheck(ChannelUnderTest::class.java, Specification::class.java)

  @Test
  fun everyPair_stress() = subject.stress(ChannelUnderTest::class.java, Specification::class.java)
}
