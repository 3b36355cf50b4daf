package dev.interlock.benchmarks.coroutine

import dev.interlock.coroutines.Notify
import kotlinx.coroutines.channels.Channel

/** An event without a value between coroutines, kept while nobody waits. */
interface SuspendingEvent {
  /** So many times: signals the event, and takes it. It is never waited for. */
  suspend fun keptTurns(times: Int)

  /** So many times: waits for this event, then signals [other]. */
  suspend fun turns(other: SuspendingEvent, times: Int)

  /** Signals it. */
  fun signal()

  companion object {
    /** A fresh event, by the name that the benchmarks' parameter `subject` uses. */
    @JvmStatic
    fun create(subject: String): SuspendingEvent =
      when (subject) {
        "interlock" -> NotifyEvent()
        "kotlinxConflated" -> ConflatedEvent()
        else -> throw IllegalArgumentException("no event of coroutines is called $subject")
      }
  }
}

/** Ours. */
private class NotifyEvent : SuspendingEvent {
  private val notify = Notify()

  override suspend fun keptTurns(times: Int) =
    repeat(times) {
      notify.notifyOne()
      notify.await()
    }

  override suspend fun turns(other: SuspendingEvent, times: Int) =
    repeat(times) {
      notify.await()
      other.signal()
    }

  override fun signal() = notify.notifyOne()
}

/** Peer: what one writes without a Notify, a channel that keeps the last element. */
private class ConflatedEvent : SuspendingEvent {
  private val channel = Channel<Unit>(Channel.CONFLATED)

  override suspend fun keptTurns(times: Int) =
    repeat(times) {
      channel.trySend(Unit)
      channel.receive()
    }

  override suspend fun turns(other: SuspendingEvent, times: Int) =
    repeat(times) {
      channel.receive()
      other.signal()
    }

  override fun signal() {
    channel.trySend(Unit)
  }
}
