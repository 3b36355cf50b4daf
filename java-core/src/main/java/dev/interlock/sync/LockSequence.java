package dev.interlock.sync;

import dev.interlock.atomic.Backoff;
import dev.interlock.internal.wait.ThreadWaiter;
import java.time.Duration;
import java.util.Arrays;
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
    LockSet locked = lock(ThreadWaiter.FOREVER);
    if (locked == null) {
      throw new AssertionError("timed out without a time");
    }
    return locked;
  }

  /** All of them, now, or null and none. */
  @Nullable LockSet tryLock() {
    LockSet set = newSet();
    try {
      return addOthers(set, -1) < 0 ? set : null;
    } catch (Throwable refused) { // one of them is poisoned
      set.releaseAll();
      throw refused;
    }
  }

  @Nullable LockSet tryLock(long nanos) throws InterruptedException {
    if (nanos > 0) {
      return lock(ThreadWaiter.deadlineAfter(nanos));
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before locking " + this);
    }
    return tryLock();
  }

  /** Null when the time has run out; then, and on an interrupt, none of them is held. */
  private @Nullable LockSet lock(long deadline) throws InterruptedException {
    LockSet set = newSet();
    boolean complete = false;
    try {
      complete = backingOff ? addByTrial(set, deadline) : addInOrder(set, deadline);
    } finally {
      if (!complete) {
        set.releaseAll();
      }
    }
    return complete ? set : null;
  }

  private boolean addInOrder(LockSet set, long deadline) throws InterruptedException {
    boolean added = first == null || add(set, first, deadline);
    for (int i = 0; added && i < count; i++) {
      added = add(set, mutexes[i], deadline);
    }
    return added;
  }

  private boolean addByTrial(LockSet set, long deadline) throws InterruptedException {
    if (count == 0) {
      return true;
    }
    Backoff backoff = Backoff.randomised();
    int begin = 0;
    while (add(set, mutexes[begin], deadline)) {
      int taken = addOthers(set, begin);
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

  private static boolean add(LockSet set, Mutex<?> mutex, long deadline)
      throws InterruptedException {
    MutexGuard<?> guard;
    if (deadline == ThreadWaiter.FOREVER) {
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
   * @return -1 and all are held, or the index of one that was taken, and none is held
   */
  int addOthers(LockSet set, int held) {
    for (int i = 0; i < count; i++) {
      if (i != held) {
        MutexGuard<?> guard = mutexes[i].tryLock();
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
