package dev.interlock.examples;

import dev.interlock.sync.LockOrder;
import dev.interlock.sync.LockSet;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.StripedLocks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Transfers between accounts, each under two locks, in every order. */
@Command(
    name = "bank",
    description = "Transfers under two locks: the circle, and two ways to have none.")
public final class BankExample extends Example {
  private static final long OPENING = 1_000;
  private static final Duration PATIENCE = Duration.ofMillis(50);

  @Option(
      names = "--accounts",
      paramLabel = "N",
      defaultValue = "8",
      description = "How many accounts there are.")
  private int accounts;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many clerks there are.")
  private int threads;

  @Option(
      names = "--transfers",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How many transfers each of them makes.")
  private int transfers;

  /** For the launcher. */
  public BankExample() {
    super("D10");
  }

  @Override
  protected void run() throws Exception {
    requireAtLeast(2, "--accounts", accounts);
    requireBetween(1, MAX_THREADS, "--threads", threads);
    requireAtLeast(1, "--transfers", transfers);

    int stuck = stuckInACircle();
    out()
        .println(
            "Two clerks, each with one account in hand, ask for the other's: "
                + stuck
                + " of 2 still waiting after "
                + PATIENCE.toMillis()
                + " ms.");
    check(stuck >= 1, "locked in the order of the transfer, two transfers can wait in a circle");

    Tables table = new Tables().text("how the two are locked", 30).number("ns for a transfer");
    boolean kept = true;
    kept &= transfer(table, "LockOrder.total()", LockOrder.total());
    kept &= transfer(table, "LockOrder.backingOff()", LockOrder.backingOff());
    kept &= transferByKey(table);
    out().println(table);
    check(kept, "every transfer was made, and no money was lost or made");
  }

  /** The deadlock itself, with a time limit so that it ends: how many found the other's lock taken. */
  private static int stuckInACircle() throws InterruptedException {
    Mutex<Long> one = Mutex.of(OPENING);
    Mutex<Long> other = Mutex.of(OPENING);
    CyclicBarrier bothHoldTheirs = new CyclicBarrier(2);
    AtomicInteger stuck = new AtomicInteger();
    List<Thread> clerks = new ArrayList<>();
    for (boolean forth : new boolean[] {true, false}) {
      clerks.add(
          Threads.startPlatform(
              forth ? "forth" : "back",
              () -> {
                Mutex<Long> from = forth ? one : other;
                Mutex<Long> to = forth ? other : one;
                try (MutexGuard<Long> source = from.lock()) {
                  bothHoldTheirs.await();
                  MutexGuard<Long> target = to.tryLock(PATIENCE);
                  if (target == null) {
                    stuck.incrementAndGet();
                  } else {
                    source.set(source.get() - 1);
                    target.set(target.get() + 1);
                    target.close();
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    for (Thread clerk : clerks) {
      clerk.join();
    }
    return stuck.get();
  }

  private boolean transfer(Tables table, String name, LockOrder order) throws InterruptedException {
    List<Mutex<Long>> bank = Stream.generate(() -> Mutex.of(OPENING)).limit(accounts).toList();
    work(
        table,
        name,
        (from, to) -> {
          Mutex<Long> source = bank.get(from);
          Mutex<Long> target = bank.get(to);
          try (LockSet locked = order.lockAll(source, target)) {
            locked.guard(source).set(locked.guard(source).get() - 1);
            locked.guard(target).set(locked.guard(target).get() + 1);
          }
        });
    long sum = 0;
    try (LockSet all = order.lockAll(bank)) {
      for (Mutex<Long> account : bank) {
        sum += all.guard(account).get();
      }
    }
    return sum == OPENING * accounts;
  }

  private boolean transferByKey(Tables table) throws InterruptedException {
    long[] balances = new long[accounts];
    StripedLocks locks = StripedLocks.of(Math.min(accounts, StripedLocks.MAX_STRIPES));
    work(
        table,
        "StripedLocks.lockAll(keys)",
        (from, to) -> {
          try (LockSet locked = locks.lockAll(List.of(from, to))) {
            balances[from]--;
            balances[to]++;
          }
        });
    long sum = 0;
    for (long balance : balances) {
      sum += balance;
    }
    return sum == 0;
  }

  /** One transfer. */
  private interface Transfer {
    void make(int from, int to) throws InterruptedException;
  }

  private void work(Tables table, String name, Transfer transfer) throws InterruptedException {
    List<Thread> clerks = new ArrayList<>();
    List<@Nullable Throwable> failures = new ArrayList<>();
    long began = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      Random random = new Random(t);
      clerks.add(
          Threads.startPlatform(
              "clerk-" + t,
              () -> {
                try {
                  for (int i = 0; i < transfers; i++) {
                    transfer.make(random.nextInt(accounts), random.nextInt(accounts));
                  }
                } catch (InterruptedException | RuntimeException e) {
                  synchronized (failures) {
                    failures.add(e);
                  }
                }
              }));
    }
    for (Thread clerk : clerks) {
      clerk.join();
    }
    double each = (double) (System.nanoTime() - began) / ((long) threads * transfers);
    table.row(name, String.format(Locale.ROOT, "%.0f", each));
    check(failures.isEmpty(), name + ": all clerks came to an end");
  }
}
