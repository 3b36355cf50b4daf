package dev.interlock.examples;

import dev.interlock.PoisonedException;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.WriteGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A holder that fails in the middle of a change. Without poisoning the next one goes on with half of it;
 * with poisoning everybody is refused until somebody has repaired the value. So it is with a writer of a
 * read-write lock; a reader that fails has changed nothing.
 */
@Command(
    name = "poisoning",
    description = "A holder fails half-way: all others are refused until it is repaired.")
public final class PoisoningExample extends Example {
  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many threads wait for the lock when its holder fails.")
  private int threads;

  /** For the launcher. */
  public PoisoningExample() {
    super("D2", "D3");
  }

  /** Two balances whose sum never changes, outside of a section. */
  private static final class Ledger {
    private int left = 100;
    private int right;

    void transfer(int amount, boolean failing) {
      left -= amount;
      if (failing) {
        throw new IllegalStateException("no connection");
      }
      right += amount;
    }

    int sum() {
      return left + right;
    }
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--threads", threads);
    without();
    Mutex<Ledger> ledger = Mutex.builder().name("ledger").poisoning().of(new Ledger());
    refuse(ledger);
    repair(ledger);
    readersAndWriters();
  }

  private void without() throws InterruptedException {
    Mutex<Ledger> ledger = Mutex.of(new Ledger());
    fail(ledger);
    int sum = ledger.withLock(Ledger::sum);
    out().println("Without poisoning the next one finds a sum of " + sum + " instead of 100.");
    check(sum == 90, "ten are gone, and nobody was told");
  }

  /** The section of one that fails. */
  private static void fail(Mutex<Ledger> ledger) throws InterruptedException {
    try {
      ledger.withLock(
          value -> {
            value.transfer(10, true);
            return "done";
          });
    } catch (IllegalStateException expected) {
      return; // who failed gets its own exception
    }
    throw new AssertionError("it did not fail");
  }

  private void refuse(Mutex<Ledger> ledger) throws InterruptedException {
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger told = new AtomicInteger();
    List<Thread> waiting = new ArrayList<>();
    try (MutexGuard<Ledger> guard = ledger.lock()) {
      for (int i = 0; i < threads; i++) {
        waiting.add(
            Threads.startPlatform(
                "waiter-" + i,
                () -> {
                  try {
                    ledger.lock().close();
                  } catch (PoisonedException e) {
                    refused.incrementAndGet();
                    told.addAndGet(e.getCause() instanceof IllegalStateException ? 1 : 0);
                  } catch (InterruptedException e) {
                    return; // nobody does that; the count would show it
                  }
                }));
      }
      while (ledger.waiting() < threads) {
        Thread.onSpinWait();
      }
      try {
        guard.get().transfer(10, true);
      } catch (IllegalStateException failure) {
        guard.poison(failure); // a section in withLock does this by itself
      }
    }
    for (Thread thread : waiting) {
      thread.join();
    }
    out().println(ledger + ", because of: " + ledger.poisonCause());
    check(refused.get() == threads, "all who waited were refused, and did not hang");
    check(told.get() == threads, "each was told why");
    check(
        refusalOf(ledger).contains("recover()"), "who comes later is refused, and told what to do");
  }

  private static String refusalOf(Mutex<Ledger> ledger) {
    try {
      @Nullable MutexGuard<Ledger> guard = ledger.tryLock();
      return "not refused: " + guard;
    } catch (PoisonedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void repair(Mutex<Ledger> ledger) throws InterruptedException {
    int found;
    try (MutexGuard<Ledger> guard = ledger.recover()) {
      Ledger value = guard.get();
      found = value.sum();
      value.left += 100 - found;
    }
    out().println("Recovered: found a sum of " + found + ", and put it right. " + ledger);
    check(found == 90, "who takes it over finds what the failed one left");
    ledger.withLock(
        value -> {
          value.transfer(10, false);
          return value;
        });
    check(
        !ledger.isPoisoned() && ledger.withLock(Ledger::sum) == 100,
        "afterwards it is a mutex like any other");
    check(ledger.tryRecover() == null, "there is nothing to take over any more");
  }

  /** Readers are refused as writers are, but poison nothing. */
  private void readersAndWriters() throws InterruptedException {
    RwLock<Ledger> ledger = RwLock.builder().name("shared").poisoning().of(new Ledger());
    readAndFail(ledger);
    check(!ledger.isPoisoned(), "a reader that fails poisons nothing");

    AtomicInteger refused = new AtomicInteger();
    List<Thread> waiting = new ArrayList<>();
    ReadGuard<Ledger> reader = ledger.read();
    int before = reader.get().sum();
    WriteGuard<Ledger> writer = reader.upgrade();
    for (int i = 0; i < threads; i++) {
      boolean reads = i % 2 == 0;
      waiting.add(Threads.startPlatform("waiter-" + i, () -> enter(ledger, reads, refused)));
    }
    while (ledger.waiting() < threads) {
      Thread.onSpinWait();
    }
    try {
      writer.get().transfer(10, true);
    } catch (IllegalStateException failure) {
      writer.poison(failure);
    }
    for (Thread thread : waiting) {
      thread.join();
    }
    out().println(ledger + ", because of: " + ledger.poisonCause());
    check(refused.get() == threads, "all who waited were refused, readers and writers");

    try (WriteGuard<Ledger> guard = ledger.recover()) {
      Ledger value = guard.get();
      value.left += before - value.sum();
      try (ReadGuard<Ledger> again = guard.downgrade()) {
        out().println("Recovered, and reads with all others: " + ledger);
        check(again.get().sum() == 100, "the sum is right again");
        check(ledger.withRead(Ledger::sum) == 100, "others read beside the one who repaired it");
      }
    }
  }

  private static void readAndFail(RwLock<Ledger> ledger) throws InterruptedException {
    try {
      ledger.withRead(
          value -> {
            throw new IllegalStateException("no screen to show " + value.sum());
          });
    } catch (IllegalStateException expected) {
      return;
    }
    throw new AssertionError("it did not fail");
  }

  private static void enter(RwLock<Ledger> ledger, boolean reads, AtomicInteger refused) {
    try {
      if (reads) {
        ledger.read().close();
      } else {
        ledger.write().close();
      }
    } catch (PoisonedException e) {
      refused.incrementAndGet();
    } catch (InterruptedException e) {
      return; // nobody does that; the count would show it
    }
  }
}
