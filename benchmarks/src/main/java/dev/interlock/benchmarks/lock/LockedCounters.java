package dev.interlock.benchmarks.lock;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.RwLock;
import java.util.concurrent.locks.ReentrantLock;

/** The locked counters by the names that the benchmarks' parameter {@code subject} uses. */
public final class LockedCounters {
  private LockedCounters() {}

  /** A fresh counter. */
  public static LockedCounter create(String subject) {
    switch (subject) {
      case "guard":
        return new GuardCounter(Mutex.create());
      case "watched":
        return new GuardCounter(watched(DeadlockDetector.create()));
      case "watchedInOrder":
        return new GuardCounter(watched(DeadlockDetector.builder().lockOrder().build()));
      case "reading":
        return new ReadGuardCounter(RwLock.builder());
      case "readingWatched":
        return new ReadGuardCounter(RwLock.builder().detector(DeadlockDetector.create()));
      case "readingSpread":
        return new ReadGuardCounter(RwLock.builder().manyReaders());
      case "readingSpreadWatched":
        return new ReadGuardCounter(
            RwLock.builder().manyReaders().detector(DeadlockDetector.create()));
      case "writing":
        return new WriteGuardCounter(RwLock.builder());
      case "writingWatched":
        return new WriteGuardCounter(RwLock.builder().detector(DeadlockDetector.create()));
      case "withLock":
        return new WithLockCounter(Mutex.of(new Count()));
      case "lockView":
        return new LockCounter(Mutex.create().asLock());
      case "fairGuard":
        return new GuardCounter(Mutex.fair(null));
      case "ReentrantLock":
        return new LockCounter(new ReentrantLock());
      case "ReentrantLockFair":
        return new LockCounter(new ReentrantLock(true));
      case "synchronized":
        return new SynchronizedCounter();
      default:
        throw new IllegalArgumentException("no locked counter is called " + subject);
    }
  }

  /** A fresh counter that locks so many times, one within the other. */
  public static CounterByThread nested(String subject, int depth) {
    switch (subject) {
      case "reentrant":
        return new ReentrantCounter(depth);
      case "ReentrantLock":
        return new NestedLockCounter(depth);
      default:
        throw new IllegalArgumentException("no nested counter is called " + subject);
    }
  }

  private static Mutex<String> watched(DeadlockDetector detector) {
    return Mutex.builder().detector(detector).of("");
  }
}
