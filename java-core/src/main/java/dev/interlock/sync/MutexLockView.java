package dev.interlock.sync;

import dev.interlock.internal.wait.Durations;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** See {@link Mutex#asLock}. */
final class MutexLockView implements Lock {
  /*
   *   owner   the mutex was locked
   *   me      through this view, by this thread, which has not unlocked
   *   null    not through this view, or not at all, or its thread is just coming or going
   *
   * owner is written by who holds the mutex, after it has locked and before it unlocks. It is read by
   * anybody, without the mutex, for one question: is it me? A plain read gives the right answer. If I
   * hold the mutex through this view, I wrote me there, and nobody else writes till I leave. If not,
   * then my last write there, if there was one, was null, and it happened before this read: the read
   * gives null, or what another thread wrote.
   */
  private final Mutex<?> mutex;
  private @Nullable Thread owner;

  MutexLockView(Mutex<?> mutex) {
    this.mutex = mutex;
  }

  @Override
  public void lock() {
    mutex.acquireUninterruptibly();
    enter();
  }

  @Override
  public void lockInterruptibly() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before locking " + mutex);
    }
    mutex.acquire();
    enter();
  }

  @Override
  public boolean tryLock() {
    return mutex.tryAcquire() && enter();
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    return mutex.tryAcquire(Durations.toNanosSaturated(Duration.ofNanos(unit.toNanos(time))))
        && enter();
  }

  @Override
  public void unlock() {
    checkHeld("unlock");
    leave();
    mutex.release();
  }

  @Override
  public Condition newCondition() {
    if (mutex.isPoisoning()) {
      throw new UnsupportedOperationException(
          "conditions are not supported by the lock view of "
              + mutex
              + ", which can be poisoned: a wait there may end without the lock, and a condition of"
              + " a Lock may not; use newCondition() of the mutex, or make it without poisoning");
    }
    return new MutexLockCondition<>(mutex, this);
  }

  /** The calling thread has the mutex; always true. */
  boolean enter() {
    owner = Thread.currentThread();
    return true;
  }

  /** The calling thread, which has the mutex, is about to let it go. */
  void leave() {
    owner = null;
  }

  /**
   * Returns if the calling thread has locked through this view.
   *
   * @throws IllegalMonitorStateException when it has not; nothing is changed
   */
  void checkHeld(String what) {
    if (owner != Thread.currentThread()) {
      throw new IllegalMonitorStateException(
          what
              + " of "
              + mutex
              + ", not locked through this view by the calling thread; lock it through this view,"
              + " and "
              + what
              + " by the thread that did");
    }
  }

  @Override
  public String toString() {
    return "Lock view of " + mutex;
  }
}
