package dev.interlock.examples.census

import dev.interlock.channel.Channel
import dev.interlock.coroutines.suspending
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
  fun <E : Any> collect(results: Channel<E>, sink: Consumer<in E>): Unit = runBlocking {
    for (result in results.suspending) sink.accept(result)
  }
}
