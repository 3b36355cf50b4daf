package dev.interlock.benchmarks.lock;

import dev.interlock.sync.ClhLock;
import dev.interlock.sync.McsLock;
import dev.interlock.sync.SpinGuard;
import dev.interlock.sync.SpinLock;
import dev.interlock.sync.TicketLock;
import java.util.concurrent.locks.ReentrantLock;

/** Counters under locks that spin, and under one that sleeps, by the names of the benchmark's subjects. */
public final class SpinningCounters {
  private SpinningCounters() {}

  /** What one thread uses: its own handle, where a lock has such. */
  public interface ByThread {
    /** The counter as one thread reaches it. */
    LockedCounter forThread();
  }

  /** A fresh counter. */
  public static ByThread create(String subject) {
    switch (subject) {
      case "spin":
        return new Spin();
      case "ticket":
        return new Ticket();
      case "mcs":
        return new Mcs();
      case "clh":
        return new Clh();
      case "ReentrantLock":
        return shared(new LockCounter(new ReentrantLock()));
      case "ReentrantLockFair":
        return shared(new LockCounter(new ReentrantLock(true)));
      default:
        throw new IllegalArgumentException("no spinning counter is called " + subject);
    }
  }

  private static ByThread shared(LockedCounter counter) {
    return () -> counter;
  }

  private static final class Spin implements ByThread, LockedCounter {
    private final SpinLock lock = SpinLock.create();
    private long count;

    @Override
    public LockedCounter forThread() {
      return this;
    }

    @Override
    public long increment() {
      try (SpinGuard held = lock.lock()) {
        return ++count;
      }
    }
  }

  private static final class Ticket implements ByThread, LockedCounter {
    private final TicketLock lock = TicketLock.create();
    private long count;

    @Override
    public LockedCounter forThread() {
      return this;
    }

    @Override
    public long increment() {
      try (SpinGuard held = lock.lock()) {
        return ++count;
      }
    }
  }

  private static final class Mcs implements ByThread {
    private final McsLock lock = McsLock.create();
    private long count;

    @Override
    public LockedCounter forThread() {
      return new LockedCounter() {
        private final McsLock.Handle handle = lock.handle();

        @Override
        public long increment() {
          try (SpinGuard held = handle.lock()) {
            return ++count;
          }
        }
      };
    }
  }

  private static final class Clh implements ByThread {
    private final ClhLock lock = ClhLock.create();
    private long count;

    @Override
    public LockedCounter forThread() {
      return new LockedCounter() {
        private final ClhLock.Handle handle = lock.handle();

        @Override
        public long increment() {
          try (SpinGuard held = handle.lock()) {
            return ++count;
          }
        }
      };
    }
  }
}
