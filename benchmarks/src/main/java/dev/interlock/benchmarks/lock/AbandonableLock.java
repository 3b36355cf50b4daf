package dev.interlock.benchmarks.lock;

import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.concurrent.locks.ReentrantLock;

/** A lock whose waiters can be interrupted and counted. */
public interface AbandonableLock {
  /** Waits for the lock; an interrupt ends the wait. */
  void lock() throws InterruptedException;

  /** Leaves the lock. */
  void unlock();

  /** How many wait. */
  int waiting();

  /** A fresh lock by the name that the parameter {@code subject} uses. */
  static AbandonableLock create(String subject) {
    switch (subject) {
      case "interlock":
        return new OfMutex();
      case "ReentrantLock":
        return new OfReentrantLock();
      default:
        throw new IllegalArgumentException("no abandonable lock is called " + subject);
    }
  }

  /** Ours. */
  final class OfMutex implements AbandonableLock {
    private final Mutex<?> mutex = Mutex.create();
    private MutexGuard<?> guard;

    @Override
    public void lock() throws InterruptedException {
      guard = mutex.lock();
    }

    @Override
    public void unlock() {
      guard.close();
    }

    @Override
    public int waiting() {
      return mutex.waiting();
    }
  }

  /** Peer. */
  final class OfReentrantLock implements AbandonableLock {
    private final ReentrantLock lock = new ReentrantLock();

    @Override
    public void lock() throws InterruptedException {
      lock.lockInterruptibly();
    }

    @Override
    public void unlock() {
      lock.unlock();
    }

    @Override
    public int waiting() {
      return lock.getQueueLength();
    }
  }
}
