package dev.interlock.sync;

import dev.interlock.internal.wait.Durations;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

/** See {@link RwLock#asReadWriteLock}. */
final class RwLockView implements ReadWriteLock {
  private final Lock readLock;
  private final Lock writeLock;
  private final RwLock<?> lock;

  RwLockView(RwLock<?> lock) {
    this.lock = lock;
    readLock = new Reading(lock);
    writeLock = new Writing(lock);
  }

  @Override
  public Lock readLock() {
    return readLock;
  }

  @Override
  public Lock writeLock() {
    return writeLock;
  }

  @Override
  public String toString() {
    return "ReadWriteLock view of " + lock;
  }

  private static long nanos(long time, TimeUnit unit) {
    return Durations.toNanosSaturated(Duration.ofNanos(unit.toNanos(time)));
  }

  private static UnsupportedOperationException noConditions(String side) {
    return new UnsupportedOperationException(
        "conditions are not supported by the "
            + side
            + " lock view of an RwLock; wait on a Mutex, or use a ReentrantReadWriteLock for them");
  }

  private static final class Reading implements Lock {
    private final RwLock<?> lock;

    Reading(RwLock<?> lock) {
      this.lock = lock;
    }

    @Override
    public void lock() {
      lock.viewReadUninterruptibly();
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
      lock.checkInterrupt("read");
      lock.viewRead();
    }

    @Override
    public boolean tryLock() {
      return lock.tryViewRead();
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
      return lock.tryViewRead(nanos(time, unit));
    }

    @Override
    public void unlock() {
      if (lock.wordReaders() == 0) {
        throw new IllegalMonitorStateException(
            "unlock without a read lock: " + lock + "; call readLock().lock() first");
      }
      lock.leaveViewRead();
    }

    @Override
    public Condition newCondition() {
      throw noConditions("read");
    }

    @Override
    public String toString() {
      return "read lock view of " + lock;
    }
  }

  private static final class Writing implements Lock {
    private final RwLock<?> lock;

    Writing(RwLock<?> lock) {
      this.lock = lock;
    }

    @Override
    public void lock() {
      lock.takeWriteUninterruptibly();
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
      lock.checkInterrupt("write");
      lock.takeWrite();
    }

    @Override
    public boolean tryLock() {
      return lock.tryTakeWrite();
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
      return lock.tryTakeWrite(nanos(time, unit));
    }

    @Override
    public void unlock() {
      if (!lock.isWriteLocked()) {
        throw new IllegalMonitorStateException(
            "unlock without a write lock: " + lock + "; call writeLock().lock() first");
      }
      lock.leaveWrite(false);
    }

    @Override
    public Condition newCondition() {
      throw noConditions("write");
    }

    @Override
    public String toString() {
      return "write lock view of " + lock;
    }
  }
}
