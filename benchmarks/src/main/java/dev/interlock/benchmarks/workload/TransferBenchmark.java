package dev.interlock.benchmarks.workload;

import dev.interlock.sync.LockOrder;
import dev.interlock.sync.LockSet;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.StripedLocks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Moves one from an account to another, under both locks. The peer is what one writes by hand: a reentrant
 * lock in each account, locked in the order of the accounts' numbers.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TransferBenchmark {
  private static final int ACCOUNTS = 16;

  @Param({"total", "backingOff", "striped", "ReentrantLocksByNumber", "OneReentrantLock"})
  public String subject;

  private final long[] balances = new long[ACCOUNTS * 16]; // a cache line and more for each
  private Transfer transfer;

  /** One way to lock two accounts. */
  private interface Transfer {
    void move(int from, int to) throws InterruptedException;
  }

  @Setup
  public void create() {
    switch (subject) {
      case "total":
        transfer = by(LockOrder.total());
        break;
      case "backingOff":
        transfer = by(LockOrder.backingOff());
        break;
      case "striped":
        transfer = byKey();
        break;
      case "ReentrantLocksByNumber":
        transfer = byHand();
        break;
      default:
        transfer = byOne();
    }
  }

  private Transfer by(LockOrder order) {
    List<Mutex<?>> locks = new ArrayList<>();
    for (int i = 0; i < ACCOUNTS; i++) {
      locks.add(Mutex.create());
    }
    return (from, to) -> {
      try (LockSet set = order.lockAll(locks.get(from), locks.get(to))) {
        book(from, to);
      }
    };
  }

  private Transfer byKey() {
    StripedLocks locks = StripedLocks.of(ACCOUNTS);
    return (from, to) -> {
      try (LockSet set = locks.lockAll(List.of(from, to))) {
        book(from, to);
      }
    };
  }

  private Transfer byHand() {
    ReentrantLock[] locks = new ReentrantLock[ACCOUNTS];
    for (int i = 0; i < ACCOUNTS; i++) {
      locks[i] = new ReentrantLock();
    }
    return (from, to) -> {
      ReentrantLock first = locks[Math.min(from, to)];
      ReentrantLock second = locks[Math.max(from, to)];
      first.lockInterruptibly();
      try {
        second.lockInterruptibly();
        try {
          book(from, to);
        } finally {
          second.unlock();
        }
      } finally {
        first.unlock();
      }
    };
  }

  private Transfer byOne() {
    ReentrantLock lock = new ReentrantLock();
    return (from, to) -> {
      lock.lockInterruptibly();
      try {
        book(from, to);
      } finally {
        lock.unlock();
      }
    };
  }

  private void book(int from, int to) {
    balances[from * 16]--;
    balances[to * 16]++;
  }

  /** Whose accounts: drawn by a generator of its own. */
  @State(Scope.Thread)
  public static class Clerk {
    private int random;

    @Setup
    public void seed(ThreadParams thread) {
      random = 12345 + thread.getThreadIndex() * 7919;
    }

    private int next() {
      random = random * 1664525 + 1013904223;
      return random >>> 28; // one of 16
    }
  }

  @Benchmark
  public void transfer(Clerk clerk) throws InterruptedException {
    transfer.move(clerk.next(), clerk.next());
  }

  /** No money was lost or made. */
  @TearDown
  public void check() {
    long sum = 0;
    for (long balance : balances) {
      sum += balance;
    }
    if (sum != 0) {
      throw new IllegalStateException(subject + " lost " + -sum);
    }
  }
}
