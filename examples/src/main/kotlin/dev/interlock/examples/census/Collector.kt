package dev.interlock.examples.census

import dev.interlock.channel.Channel
import dev.interlock.channel.ChannelClosedException
import dev.interlock.examples.awaitHere
import java.util.function.Consumer
import kotlinx.coroutines.runBlocking

/** The end of the census: a coroutine that receives what threads send, on the same channel. */
internal object Collector {
  /**
   * Gives everything that comes out of [results] to [sink], until the channel is closed and empty.
   *
   * @throws InterruptedException when this thread is interrupted
   */
  @JvmStatic
  @Throws(InterruptedException::class)
  fun <E : Any> collect(
    results: Channel<E>,
    sink: Consumer<in E>,
  ) = runBlocking {
    while (true) {
      val result =
        try {
          results.receiveAsync().awaitHere()
        } catch (_: ChannelClosedException) {
          break
        }
      sink.accept(result)
    }
  }
}
