package dev.interlock.sync;

import dev.interlock.diagnostics.SharedWatch;
import dev.interlock.diagnostics.Wait;
import dev.interlock.diagnostics.Watch;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One hold of a {@link RwLock} for reading: the way to its value, and what is closed to leave. It
 * is the owner: it may be closed by another thread than the one that locked. Closing it a second
 * time does nothing. Not safe for use by two threads at once; each reader has a guard of its own.
 *
 * <p><b>Upgrading</b> turns this hold into one for writing, when the other readers have left, and
 * without a writer in between: the value is the one that was read. It goes before all who wait; no
 * reader comes in meanwhile. Two readers that upgrade at the same time would wait for each other,
 * so the second is refused: with {@link UpgradeConflictException}, or null by the forms that try.
 * On success this guard is closed and the {@link WriteGuard} holds the lock; on every failure this
 * guard is what it was.
 *
 * @param <T> the type of the guarded value
 */
public final class ReadGuard<T extends @Nullable Object> implements AutoCloseable {
  /** The future that waits to upgrade this guard has it meanwhile, so that it cannot be closed. */
  private enum Hold {
    OPEN,
    UPGRADING,
    CLOSED
  }

  private final RwLock<T> lock;
  private Hold hold = Hold.OPEN;

  /** Where the reader is noted: here and not in its thread, which may change. */
  private final int place;

  ReadGuard(RwLock<T> lock, int place) {
    this.lock = lock;
    this.place = place;
  }

  /**
   * The guarded value.
   *
   * @throws IllegalStateException when this guard is closed
   */
  public T get() {
    if (hold == Hold.CLOSED) {
      throw notOpen();
    }
    return lock.value();
  }

  /** Whether this guard still holds the lock. */
  public boolean isOpen() {
    return hold != Hold.CLOSED;
  }

  /**
   * Leaves the lock; without effect when closed before.
   *
   * @throws IllegalStateException when a future waits to upgrade this guard; nothing is changed
   */
  @Override
  public void close() {
    if (hold == Hold.OPEN) {
      hold = Hold.CLOSED;
      lock.leaveRead(place);
    } else if (hold == Hold.UPGRADING) {
      throw notOpen();
    }
  }

  // Upgrading

  /**
   * Waits for the other readers to leave, and writes.
   *
   * @throws UpgradeConflictException when another reader is upgrading already
   * @throws InterruptedException when interrupted before this was the only reader
   * @throws IllegalStateException when this guard is closed
   */
  public WriteGuard<T> upgrade() throws InterruptedException {
    checkOpen();
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before upgrading " + lock);
    }
    lock.upgrade(new Upgrading(), true, ThreadWaiter.FOREVER);
    return upgraded(null, true);
  }

  /** As {@link #upgrade}; an interrupt is kept for later. */
  public WriteGuard<T> upgradeUninterruptibly() {
    checkOpen();
    lock.upgradeUninterruptibly(new Upgrading());
    return upgraded(null, true);
  }

  /**
   * Writes if there is no other reader now, otherwise returns null.
   *
   * @throws IllegalStateException when this guard is closed
   */
  public @Nullable WriteGuard<T> tryUpgrade() {
    checkOpen();
    return lock.tryUpgrade() ? upgraded(null, false) : null;
  }

  /**
   * As {@link #upgrade}, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return the guard, or null when the time ran out or another reader is upgrading already
   * @throws InterruptedException when interrupted before this was the only reader
   * @throws IllegalStateException when this guard is closed
   */
  public @Nullable WriteGuard<T> tryUpgrade(Duration timeout) throws InterruptedException {
    long nanos = Durations.toNanosSaturated(timeout);
    checkOpen();
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before upgrading " + lock);
    }
    if (lock.tryUpgrade()) {
      return upgraded(null, false);
    }
    try {
      return nanos > 0 && lock.upgrade(new Upgrading(), true, ThreadWaiter.deadlineAfter(nanos))
          ? upgraded(null, false)
          : null;
    } catch (UpgradeConflictException refused) {
      return null;
    }
  }

  /**
   * The upgrade as a future: it waits from its first poll on, and until it is over this guard
   * cannot be closed. Cancelling it leaves this guard open: if it had become the writer in the same
   * moment, it is a reader again.
   *
   * @throws IllegalStateException when this guard is closed
   */
  public PollFuture<WriteGuard<T>> upgradeAsync() {
    checkOpen();
    return new EntryOperation<>(lock, 1, new GuardedUpgrading(null));
  }

  /**
   * As {@link #upgradeAsync()}, for a party that the deadlock detector is to know; without one it
   * takes no part in what is detected. As for {@link RwLock#readAsync(Object)}, it is taken to wait
   * without a limit.
   *
   * @throws IllegalStateException when this guard is closed
   */
  public PollFuture<WriteGuard<T>> upgradeAsync(Object party) {
    Objects.requireNonNull(party, "party");
    checkOpen();
    return new EntryOperation<>(lock, 1, new GuardedUpgrading(party), party);
  }

  /**
   * Tells the deadlock detector that another party has this guard now, and will close it; without
   * effect when the lock is not watched. See {@link Watch#handOver}.
   *
   * @param party null when it is not known
   * @throws IllegalStateException when this guard is closed
   */
  public void handOver(@Nullable Object party) {
    checkOpen();
    lock.handOverRead(place, party);
  }

  RwLock<T> lock() {
    return lock;
  }

  /** For the party; for the one that reads, when that is null. */
  private WriteGuard<T> upgraded(@Nullable Object party, boolean waited) {
    hold = Hold.CLOSED;
    lock.readerIsWriter(place, party, waited);
    return new WriteGuard<>(lock, true);
  }

  private void checkOpen() {
    if (hold != Hold.OPEN) {
      throw notOpen();
    }
  }

  private IllegalStateException notOpen() {
    return new IllegalStateException(
        hold == Hold.CLOSED
            ? "this guard is closed and no longer holds " + lock + "; lock again for a new guard"
            : "this guard of " + lock + " is being upgraded; await or cancel that first");
  }

  @Override
  public String toString() {
    return "ReadGuard[" + (isOpen() ? "open" : "closed") + ", " + lock + "]";
  }

  /** Waiting to be the only reader. */
  private abstract class AbstractUpgrading<R extends @Nullable Object> extends Entry<R> {
    @Override
    final boolean tryEnter() {
      checkOpen(); // a future may be polled long after it was made
      return lock.tryUpgrade();
    }

    @Override
    final boolean enterOrEnqueue(WaitQueue q, Waiter w) {
      // Before it can be granted, because whoever is granted may run at once.
      hold = Hold.UPGRADING;
      boolean queued = false;
      try {
        queued = !lock.upgradeOrEnqueue(q, w);
      } finally {
        if (!queued) {
          hold = Hold.OPEN;
        }
      }
      return !queued;
    }

    @Override
    final void withdraw(WaitQueue q, Waiter w) {
      hold = Hold.OPEN;
      lock.withdrawUpgrade(q, w);
    }

    @Override
    final R granted(@Nullable Object item) {
      return entered();
    }

    @Override
    final void giveBack(@Nullable Object item) {
      hold = Hold.OPEN;
      lock.exitWrite(true, 1);
    }

    @Override
    final Wait waits(Watch watch, Object party, BooleanSupplier pending) {
      return ((SharedWatch) watch).waitsToUpgrade(RwLock.ticketOf(place), party, pending);
    }

    @Override
    final String describe() {
      return "upgrade of a guard of " + lock.objectName();
    }
  }

  /** For threads. */
  private final class Upgrading extends AbstractUpgrading<Boolean> {
    @Override
    Boolean entered() {
      return true;
    }
  }

  /** For futures. */
  private final class GuardedUpgrading extends AbstractUpgrading<WriteGuard<T>> {
    private final @Nullable Object party;
    private boolean waits;

    GuardedUpgrading(@Nullable Object party) {
      this.party = party;
      this.waits = party != null;
    }

    @Override
    void setMayGiveUp() {
      waits = false;
    }

    @Override
    WriteGuard<T> entered() {
      return upgraded(party, waits);
    }
  }
}
