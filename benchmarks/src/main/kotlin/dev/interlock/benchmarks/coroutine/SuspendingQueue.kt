package dev.interlock.benchmarks.coroutine

/** A queue between coroutines. */
interface SuspendingQueue {
  /** Appends, suspends until there is room. */
  suspend fun put(element: Any)

  /** Takes the first, suspends until there is one. */
  suspend fun take(): Any

  companion object {
    /** A fresh queue, by the name that the benchmarks' parameter `subject` uses. */
    @JvmStatic
    fun create(subject: String, capacity: Int): SuspendingQueue =
      when (subject) {
        "interlock" -> InterlockQueue(capacity)
        "kotlinx" -> KotlinxQueue(capacity)
        else -> throw IllegalArgumentException("no queue of coroutines is called $subject")
      }
  }
}
