package dev.interlock.benchmarks.counter;

import dev.interlock.atomic.BoundedCounter;
import dev.interlock.atomic.LockFreeCounter;
import dev.interlock.atomic.ShardedCounter;
import dev.interlock.atomic.StatisticsCounter;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/** The counters by the names that the benchmarks' parameter {@code subject} uses. */
public final class CounterSubjects {
  private CounterSubjects() {}

  /** A fresh counter. */
  public static CounterUnderTest create(String subject) {
    switch (subject) {
      case "sharded":
        return new Sharded();
      case "LongAdder":
        return new Adder();
      case "counter":
        return new Plain();
      case "AtomicLong":
        return new Atomic();
      case "bounded":
        return new Bounded();
      case "statistics":
        return new Statistics();
      case "statisticsByRecord":
        return new StatisticsByRecord();
      case "statisticsSynchronized":
        return new StatisticsSynchronized();
      case "statisticsReentrantLock":
        return new StatisticsLocked();
      default:
        throw new IllegalArgumentException("no counter is called " + subject);
    }
  }

  /** The object itself, for its size. */
  public static Object plain(String subject) {
    switch (subject) {
      case "sharded":
        return new ShardedCounter();
      case "LongAdder":
        return new LongAdder();
      case "counter":
        return new LockFreeCounter();
      case "AtomicLong":
        return new AtomicLong();
      case "statistics":
        return new StatisticsCounter();
      case "statisticsReentrantLock":
        return new StatisticsLocked();
      default:
        throw new IllegalArgumentException("no counter is called " + subject);
    }
  }

  private static final class Sharded implements CounterUnderTest {
    private final ShardedCounter counter = new ShardedCounter();

    @Override
    public void increment() {
      counter.increment();
    }

    @Override
    public long sum() {
      return counter.sum();
    }
  }

  private static final class Adder implements CounterUnderTest {
    private final LongAdder counter = new LongAdder();

    @Override
    public void increment() {
      counter.increment();
    }

    @Override
    public long sum() {
      return counter.sum();
    }
  }

  private static final class Plain implements CounterUnderTest {
    private final LockFreeCounter counter = new LockFreeCounter();

    @Override
    public void increment() {
      counter.increment();
    }

    @Override
    public long sum() {
      return counter.get();
    }
  }

  private static final class Atomic implements CounterUnderTest {
    private final AtomicLong counter = new AtomicLong();

    @Override
    public void increment() {
      counter.incrementAndGet();
    }

    @Override
    public long sum() {
      return counter.get();
    }
  }

  private static final class Bounded implements CounterUnderTest {
    private final BoundedCounter counter = new BoundedCounter(0, Long.MAX_VALUE);

    @Override
    public void increment() {
      if (!counter.tryIncrement()) {
        throw new IllegalStateException("full: " + counter);
      }
    }

    @Override
    public long sum() {
      return counter.get();
    }
  }

  private static final class Statistics implements CounterUnderTest {
    private final StatisticsCounter counter = new StatisticsCounter();

    @Override
    public void increment() {
      if (!counter.increment()) {
        throw new IllegalStateException("shut down: " + counter);
      }
    }

    @Override
    public long sum() {
      return counter.snapshot().operations();
    }
  }

  /** What the statistics counter could have been: a new immutable record for each change. */
  private static final class StatisticsByRecord implements CounterUnderTest {
    private record State(long current, long highest, long operations, boolean active) {}

    private final AtomicReference<State> state = new AtomicReference<>(new State(0, 0, 0, true));

    @Override
    public void increment() {
      for (; ; ) {
        State s = state.get();
        if (!s.active) {
          throw new IllegalStateException("shut down");
        }
        long next = Math.addExact(s.current, 1);
        if (state.compareAndSet(
            s, new State(next, Math.max(s.highest, next), s.operations + 1, true))) {
          return;
        }
      }
    }

    @Override
    public long sum() {
      return state.get().operations;
    }
  }

  /** The same four variables under a monitor. */
  private static final class StatisticsSynchronized implements CounterUnderTest {
    private long current;
    private long highest;
    private long operations;
    private boolean active = true;

    @Override
    public synchronized void increment() {
      if (!active) {
        throw new IllegalStateException("shut down");
      }
      current = Math.addExact(current, 1);
      highest = Math.max(highest, current);
      operations++;
    }

    @Override
    public synchronized long sum() {
      return operations;
    }

    synchronized void shutdown() {
      active = false;
    }
  }

  /** The same four variables under a lock. */
  private static final class StatisticsLocked implements CounterUnderTest {
    private final ReentrantLock lock = new ReentrantLock();
    private long current;
    private long highest;
    private long operations;
    private boolean active = true;

    @Override
    public void increment() {
      lock.lock();
      try {
        if (!active) {
          throw new IllegalStateException("shut down");
        }
        current = Math.addExact(current, 1);
        highest = Math.max(highest, current);
        operations++;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public long sum() {
      lock.lock();
      try {
        return operations;
      } finally {
        lock.unlock();
      }
    }

    void shutdown() {
      lock.lock();
      active = false;
      lock.unlock();
    }
  }
}
