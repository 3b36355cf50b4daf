package dev.interlock.sync;

import dev.interlock.atomic.Backoff;
import dev.interlock.internal.wait.ThreadWaiter;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Mutexes that are to be locked together, each once, in the order in which that is to be done. */
final class LockSequence {
  /*
   * In order        lock 0, lock 1, ... each waited for while those before it are held.
   * Backing off     lock one, try the others; if one of them is taken, let go of all, stay away for a
   *                 moment of random length, and begin with the one that was taken.
   *
   * In order there is no deadlock if all callers have the same order: of those who hold one and wait for
   * another, the one that waits for the last in the order waits for somebody who does not wait.
   * Backing off there is none, because nobody holds one while waiting for another.
   */
  private final Mutex<?>[] mutexes;
  final int count;
  final boolean backingOff;

  /** Locked before the others by those who wait; null for none. */
  final @Nullable Mutex<?> first;

  /** The first {@code count} of {@code mutexes}. */
  LockSequence(Mutex<?>[] mutexes, int count, @Nullable Mutex<?> first, boolean backingOff) {
    this.mutexes = mutexes;
    this.count = count;
    this.first = first;
    this.backingOff = backingOff;
  }

  Mutex<?> get(int index) {
    return mutexes[index];
  }

  LockSet newSet() {
    return new LockSet(first == null ? count : count + 1);
  }

  LockSet lock() throws InterruptedException {
    return Objects.requireNonNull(lock(true, ThreadWaiter.FOREVER), "timed out without a time");
  }

  /** An interrupt is kept for later. */
  LockSet lockUninterruptibly() {
    try {
      return Objects.requireNonNull(lock(false, ThreadWaiter.FOREVER), "timed out without a time");
    } catch (InterruptedException impossible) { // it was told not to
      throw new AssertionError(impossible);
    }
  }

  /** All of them, now, or null and none. */
  @Nullable LockSet tryLock() {
    LockSet set = newSet();
    try {
      return addOthers(set, -1, Thread.currentThread()) < 0 ? set : null;
    } catch (Throwable refused) { // one of them is poisoned
      set.releaseAll();
      throw refused;
    }
  }

  @Nullable LockSet tryLock(long nanos) throws InterruptedException {
    if (nanos > 0) {
      return lock(true, ThreadWaiter.deadlineAfter(nanos));
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before locking " + this);
    }
    return tryLock();
  }

  /** Null when the time has run out; then, and when it throws, none of them is held. */
  private @Nullable LockSet lock(boolean interruptible, long deadline) throws InterruptedException {
    LockSet set = newSet();
    boolean complete = false;
    try {
      complete =
          backingOff
              ? addByTrial(set, interruptible, deadline)
              : addInOrder(set, interruptible, deadline);
    } finally {
      if (!complete) {
        set.releaseAll();
      }
    }
    return complete ? set : null;
  }

  private boolean addInOrder(LockSet set, boolean interruptible, long deadline)
      throws InterruptedException {
    boolean added = first == null || add(set, first, interruptible, deadline);
    for (int i = 0; added && i < count; i++) {
      added = add(set, mutexes[i], interruptible, deadline);
    }
    return added;
  }

  private boolean addByTrial(LockSet set, boolean interruptible, long deadline)
      throws InterruptedException {
    if (count == 0) {
      return true;
    }
    Backoff backoff = Backoff.randomised();
    int begin = 0;
    while (add(set, mutexes[begin], interruptible, deadline)) {
      int taken = addOthers(set, begin, Thread.currentThread());
      if (taken < 0) {
        return true;
      }
      if (!backoff.pause()) {
        backoff.reset();
      }
      begin = taken;
    }
    return false;
  }

  private static boolean add(LockSet set, Mutex<?> mutex, boolean interruptible, long deadline)
      throws InterruptedException {
    MutexGuard<?> guard;
    if (!interruptible) {
      guard = mutex.lockUninterruptibly();
    } else if (deadline == ThreadWaiter.FOREVER) {
      guard = mutex.lock();
    } else {
      guard = mutex.tryLock(Duration.ofNanos(deadline - System.nanoTime()));
    }
    if (guard == null) {
      return false;
    }
    set.add(guard);
    return true;
  }

  /**
   * Tries all but the one of the given index, which is held.
   *
   * @param party who holds them then, or null when that is not known
   * @return -1 and all are held, or the index of one that was taken, and none is held
   */
  int addOthers(LockSet set, int held, @Nullable Object party) {
    for (int i = 0; i < count; i++) {
      if (i != held) {
        MutexGuard<?> guard = mutexes[i].tryLockFor(party);
        if (guard == null) {
          set.releaseAll();
          return i;
        }
        set.add(guard);
      }
    }
    return -1;
  }

  @Override
  public String toString() {
    return Arrays.asList(mutexes).subList(0, count).toString();
  }
}
