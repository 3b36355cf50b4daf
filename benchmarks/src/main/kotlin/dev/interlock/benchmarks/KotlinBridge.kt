package dev.interlock.benchmarks

import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.runBlocking

/** What the Java benchmarks call to run coroutines. */
public object KotlinBridge {
  /** Sends [value] through a buffered channel and takes it out again. */
  @JvmStatic
  public fun throughChannel(value: Int): Int = runBlocking {
    val channel = Channel<Int>(1)
    channel.send(value)
    channel.receive()
  }
}
