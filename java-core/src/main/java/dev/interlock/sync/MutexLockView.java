package dev.interlock.sync;

import dev.interlock.internal.wait.Durations;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** See {@link Mutex#asLock}. */
final class MutexLockView implements Lock {
  private final Mutex<?> mutex;

  MutexLockView(Mutex<?> mutex) {
    this.mutex = mutex;
  }

  @Override
  public void lock() {
    mutex.acquireUninterruptibly();
  }

  @Override
  public void lockInterruptibly() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before locking " + mutex);
    }
    mutex.acquire();
  }

  @Override
  public boolean tryLock() {
    return mutex.tryAcquire();
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    return mutex.tryAcquire(Durations.toNanosSaturated(Duration.ofNanos(unit.toNanos(time))));
  }

  @Override
  public void unlock() {
    mutex.releaseChecked();
  }

  @Override
  public Condition newCondition() {
    return new MutexLockCondition<>(mutex);
  }

  @Override
  public String toString() {
    return "Lock view of " + mutex;
  }
}
