package dev.interlock.verification

import dev.interlock.PoisonedException

/**
 * What a read-write lock does, one call after the other: phases of readers and sections of writers
 * take turns. While a writer waits no reader is let in, but at the end of a section all readers
 * that wait are, before the next writer. A reader that upgrades goes before all who wait, and after
 * its section the first writer is next. A writer may poison the lock as it leaves: then whoever
 * waits and whoever comes is refused, until one takes it over and is the writer.
 *
 * Not safe for use by two threads. Equality is equality of the state; the callers that wait are
 * compared by the checker itself.
 */
public class RwLockSpecification {
  private val waits = Waits()
  private val readersWaiting = ArrayDeque<Pending<Unit>>()
  private val writersWaiting = ArrayDeque<Pending<Unit>>()
  private var upgrader: Pending<Unit>? = null
  private var readers = 0
  private var written = false
  private var poisoned = false

  public suspend fun read() {
    if (tryRead()) return
    waits.await(
      enqueue = { readersWaiting.addLast(it) },
      withdraw = { readersWaiting.remove(it) },
      giveBack = { unlockRead() },
    )
  }

  public fun tryRead(): Boolean {
    throwIfPoisoned()
    if (written || writersWaiting.isNotEmpty() || upgrader != null) return false
    readers++
    return true
  }

  public fun unlockRead() {
    check(readers > 0) { "not read-locked" }
    readers--
    goOn()
  }

  public suspend fun write() {
    if (tryWrite()) return
    waits.await(
      enqueue = { writersWaiting.addLast(it) },
      withdraw = {
        writersWaiting.remove(it)
        goOn()
      },
      giveBack = { unlockWrite(upgraded = false) },
    )
  }

  public fun tryWrite(): Boolean {
    throwIfPoisoned()
    if (written || readers > 0) return false
    written = true
    return true
  }

  public fun unlockWrite(upgraded: Boolean) {
    leaveSection(upgraded, readersLeft = 0)
  }

  /** The writer is a reader from now on. */
  public fun downgrade(upgraded: Boolean) {
    leaveSection(upgraded, readersLeft = 1)
  }

  /** One of the readers becomes the writer; false when another is about to. */
  public suspend fun upgrade(): Boolean {
    if (tryUpgrade()) return true
    if (upgrader != null) return false
    waits.await(
      enqueue = { upgrader = it },
      withdraw = {
        upgrader = null
        goOn()
      },
      giveBack = { downgrade(upgraded = true) },
    )
    return true
  }

  public fun tryUpgrade(): Boolean {
    if (readers > 1) return false
    readers = 0
    written = true
    return true
  }

  /** By the writer, which leaves. */
  public fun poison() {
    check(written) { "not write-locked" }
    written = false
    poisoned = true
    for (line in listOf(writersWaiting, readersWaiting)) {
      while (line.isNotEmpty()) line.removeFirst().fail(PoisonedException("poisoned", null))
    }
  }

  public fun tryRecover(): Boolean {
    if (!poisoned) return false
    poisoned = false
    written = true
    return true
  }

  public fun isPoisoned(): Boolean = poisoned

  public fun readers(): Int = readers

  public fun isWriteLocked(): Boolean = written

  public fun waitingReaders(): Int = readersWaiting.size

  public fun waiting(): Int =
    readersWaiting.size + writersWaiting.size + if (upgrader == null) 0 else 1

  private fun throwIfPoisoned() {
    if (poisoned) throw PoisonedException("poisoned", null)
  }

  private fun leaveSection(upgraded: Boolean, readersLeft: Int) {
    check(written) { "not write-locked" }
    written = false
    readers = readersLeft
    if (!upgraded) letReadersIn()
    goOn()
  }

  private fun goOn() {
    if (written) return
    val alone = upgrader
    if (readers == 1 && alone != null) {
      upgrader = null
      readers = 0
      written = true
      alone.grant(Unit)
    } else if (readers == 0 && writersWaiting.isNotEmpty()) {
      written = true
      writersWaiting.removeFirst().grant(Unit)
    } else if (writersWaiting.isEmpty() && upgrader == null) {
      letReadersIn()
    }
  }

  private fun letReadersIn() {
    readers += readersWaiting.size
    while (readersWaiting.isNotEmpty()) readersWaiting.removeFirst().grant(Unit)
  }

  override fun equals(other: Any?): Boolean =
    other is RwLockSpecification &&
      readers == other.readers &&
      written == other.written &&
      poisoned == other.poisoned

  override fun hashCode(): Int = 4 * readers + (if (written) 1 else 0) + (if (poisoned) 2 else 0)
}
