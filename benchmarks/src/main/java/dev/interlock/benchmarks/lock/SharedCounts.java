package dev.interlock.benchmarks.lock;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.WriteGuard;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;

/** The shared counters by the names that the benchmarks' parameter {@code subject} uses. */
public final class SharedCounts {
  private SharedCounts() {}

  /** A fresh counter. */
  public static SharedCount create(String subject) {
    switch (subject) {
      case "guard":
        return new Guarded(RwLock.of(new Count()));
      case "strict":
        return new Guarded(RwLock.builder().bypassBound(0).of(new Count()));
      case "watched":
        return new Guarded(RwLock.builder().detector(DeadlockDetector.create()).of(new Count()));
      case "withRead":
        return new InBlocks(RwLock.of(new Count()));
      case "view":
        return new Locked(RwLock.create().asReadWriteLock());
      case "ReentrantReadWriteLock":
        return new Locked(new ReentrantReadWriteLock());
      case "ReentrantReadWriteLockFair":
        return new Locked(new ReentrantReadWriteLock(true));
      case "StampedLock":
        return new Stamped();
      case "StampedLockOptimistic":
        return new Optimistic();
      default:
        throw new IllegalArgumentException("no shared counter is called " + subject);
    }
  }

  private static final class Guarded implements SharedCount {
    private final RwLock<Count> lock;

    Guarded(RwLock<Count> lock) {
      this.lock = lock;
    }

    @Override
    public long get() {
      try (ReadGuard<Count> guard = lock.readUninterruptibly()) {
        return guard.get().value;
      }
    }

    @Override
    public long increment() {
      try (WriteGuard<Count> guard = lock.writeUninterruptibly()) {
        return ++guard.get().value;
      }
    }
  }

  private static final class InBlocks implements SharedCount {
    private final RwLock<Count> lock;

    InBlocks(RwLock<Count> lock) {
      this.lock = lock;
    }

    @Override
    public long get() {
      try {
        return lock.withRead(count -> count.value);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public long increment() {
      try {
        return lock.withWrite(count -> ++count.value);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final class Locked implements SharedCount {
    private final Lock readLock;
    private final Lock writeLock;
    private final Count count = new Count();

    Locked(ReadWriteLock lock) {
      readLock = lock.readLock();
      writeLock = lock.writeLock();
    }

    @Override
    public long get() {
      readLock.lock();
      try {
        return count.value;
      } finally {
        readLock.unlock();
      }
    }

    @Override
    public long increment() {
      writeLock.lock();
      try {
        return ++count.value;
      } finally {
        writeLock.unlock();
      }
    }
  }

  private static final class Stamped implements SharedCount {
    private final StampedLock lock = new StampedLock();
    private final Count count = new Count();

    @Override
    public long get() {
      long stamp = lock.readLock();
      try {
        return count.value;
      } finally {
        lock.unlockRead(stamp);
      }
    }

    @Override
    public long increment() {
      long stamp = lock.writeLock();
      try {
        return ++count.value;
      } finally {
        lock.unlockWrite(stamp);
      }
    }
  }

  private static final class Optimistic implements SharedCount {
    private final StampedLock lock = new StampedLock();
    private final Count count = new Count();

    @Override
    public long get() {
      long stamp = lock.tryOptimisticRead();
      long seen = count.value;
      if (lock.validate(stamp)) {
        return seen;
      }
      stamp = lock.readLock();
      try {
        return count.value;
      } finally {
        lock.unlockRead(stamp);
      }
    }

    @Override
    public long increment() {
      long stamp = lock.writeLock();
      try {
        return ++count.value;
      } finally {
        lock.unlockWrite(stamp);
      }
    }
  }
}
