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

  /** A fresh counter. */
  public static CounterByThread create(String subject) {
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

  private static CounterByThread shared(LockedCounter counter) {
    return () -> counter;
  }

  private static final class Spin implements CounterByThread, LockedCounter {
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

  private static final class Ticket implements CounterByThread, LockedCounter {
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

  private static final class Mcs implements CounterByThread {
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

  private static final class Clh implements CounterByThread {
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
