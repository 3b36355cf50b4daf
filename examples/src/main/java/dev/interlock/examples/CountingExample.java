package dev.interlock.examples;

import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a lock is for: reading and writing one word are two steps, and others come between them. */
@Command(
    name = "counting",
    description = "Counts with and without a mutex: without it, updates are lost.")
public final class CountingExample extends Example {
  private static final int PAUSE_EVERY = 1000;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many threads count.")
  private int threads;

  @Option(
      names = "--increments",
      paramLabel = "N",
      defaultValue = "200000",
      description = "How often each of them counts.")
  private int increments;

  /** For the launcher. */
  public CountingExample() {
    super("D2");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--threads", threads);
    requireAtLeast(1, "--increments", increments);
    long expected = (long) threads * increments;
    if (expected > Integer.MAX_VALUE) {
      throw badInput(
          "--threads times --increments is " + expected + "; the counter ends at 2^31-1.");
    }

    // Opaque accesses: each increment really reads and writes, as the source says, and no more.
    AtomicInteger racy = new AtomicInteger();
    final long racyNanos =
        time(
            i -> {
              int read = racy.getOpaque();
              pauseSometimes(i);
              racy.setOpaque(read + 1);
            });

    Mutex<Counter> guarded = Mutex.of(new Counter());
    final long guardedNanos =
        time(
            i -> {
              try (MutexGuard<Counter> guard = guarded.lockUninterruptibly()) {
                int read = guard.get().value;
                pauseSometimes(i);
                guard.get().value = read + 1;
              }
            });
    int counted;
    try (MutexGuard<Counter> guard = guarded.lock()) {
      counted = guard.get().value;
    }

    Tables table =
        new Tables()
            .text("counter", 24)
            .number("expected")
            .number("counted")
            .number("lost")
            .number("ns each");
    row(table, "read, add, write", expected, racy.get(), racyNanos);
    row(table, "the same under a mutex", expected, counted, guardedNanos);
    out().println(table);
    if (racy.get() == expected) {
      out().println("Nothing was lost without the lock, this time: try --increments 5000000.");
    }
    check(counted == expected, "under the mutex no update was lost");
    check(!guarded.isLocked() && guarded.waiting() == 0, "the mutex is free and nobody waits");
  }

  /** Runs the step on all threads at once, and gives the time from the start to the last end. */
  private long time(IntConsumer step) throws InterruptedException {
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> counters = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      counters.add(
          Threads.startPlatform(
              "counter-" + t,
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  return; // nobody does that; the count would show it
                }
                for (int i = 0; i < increments; i++) {
                  step.accept(i);
                }
              }));
    }
    long began = System.nanoTime();
    start.countDown();
    for (Thread counter : counters) {
      counter.join();
    }
    return System.nanoTime() - began;
  }

  /** What the scheduler may do at any time, at the worst place: let the others run. */
  @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted
  private static void pauseSometimes(int i) {
    if (i % PAUSE_EVERY == 0) {
      Thread.yield();
    }
  }

  private static void row(Tables table, String name, long expected, int counted, long nanos) {
    table.row(
        name,
        String.format(Locale.ROOT, "%,d", expected),
        String.format(Locale.ROOT, "%,d", counted),
        String.format(Locale.ROOT, "%,d", expected - counted),
        String.format(Locale.ROOT, "%.1f", (double) nanos / expected));
  }

  /** Guarded by the mutex that owns it: no other way leads to it. */
  private static final class Counter {
    int value;
  }
}
