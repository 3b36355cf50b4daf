package dev.interlock.examples;

import dev.interlock.collection.LockFreeSkipListSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a timer needs: the earliest deadline, in one step, while others add and cancel. */
@Command(
    name = "deadlines",
    description = "Adds, cancels and takes deadlines on several threads, the earliest first.")
public final class DeadlinesExample extends Example {
  private static final long HOUR = 3_600_000;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many threads add and cancel, and how many take.")
  private int threads;

  @Option(
      names = "--deadlines",
      paramLabel = "N",
      defaultValue = "40000",
      description = "How many deadlines each of them adds.")
  private int each;

  /** For the launcher. */
  public DeadlinesExample() {
    super("C8");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--threads", threads);
    requireBetween(1, 1_000_000, "--deadlines", each);
    int all = Math.multiplyExact(threads, each);
    LockFreeSkipListSet<Deadline> deadlines = LockFreeSkipListSet.create(Deadline.ORDER);
    AtomicIntegerArray ends = new AtomicIntegerArray(all);
    AtomicInteger cancelled = new AtomicInteger();
    AtomicInteger fired = new AtomicInteger();

    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t * each;
      running.add(
          Threads.startPlatform(
              "adder-" + t, () -> addAndCancel(deadlines, first, ends, cancelled)));
    }
    join(running);
    int kept = all - cancelled.get();
    out().println(grouped(all) + " added, " + grouped(cancelled.get()) + " cancelled.");

    // A view: what is due within the first minute, counted while it changes for nobody.
    NavigableSet<Deadline> soon = deadlines.headSet(new Deadline(60_000, -1), false);
    int early = soon.size();
    AtomicInteger backwards = new AtomicInteger();
    for (int t = 0; t < threads; t++) {
      running.add(
          Threads.startPlatform(
              "taker-" + t,
              () -> {
                long last = Long.MIN_VALUE;
                for (Deadline d; (d = soon.pollFirst()) != null; last = d.at()) {
                  fire(d, last, ends, fired, backwards);
                }
              }));
    }
    join(running);
    out().println(grouped(fired.get()) + " were due within a minute.");
    check(fired.get() == early && soon.isEmpty(), "the view gave all of them, and is empty");
    for (int t = 0; t < threads; t++) {
      running.add(
          Threads.startPlatform(
              "taker-" + t,
              () -> {
                long last = Long.MIN_VALUE;
                for (Deadline d; (d = deadlines.pollFirst()) != null; last = d.at()) {
                  fire(d, last, ends, fired, backwards);
                }
              }));
    }
    join(running);
    check(fired.get() == kept, "every deadline that was not cancelled fired: " + grouped(kept));
    int wrong = 0;
    for (int i = 0; i < all; i++) {
      wrong += ends.get(i) == 1 ? 0 : 1;
    }
    check(wrong == 0, "each was cancelled or fired, once");
    check(backwards.get() == 0, "no taker met an earlier deadline after a later one");
  }

  /** Each third is cancelled again. */
  private void addAndCancel(
      NavigableSet<Deadline> deadlines, int first, AtomicIntegerArray ends, AtomicInteger count) {
    Random random = new Random(first);
    for (int i = first; i < first + each; i++) {
      Deadline d = new Deadline((long) (random.nextDouble() * HOUR), i);
      deadlines.add(d);
      if (i % 3 == 0 && deadlines.remove(d)) {
        ends.incrementAndGet(i);
        count.incrementAndGet();
      }
    }
  }

  private static void fire(
      Deadline d,
      long last,
      AtomicIntegerArray ends,
      AtomicInteger fired,
      AtomicInteger backwards) {
    if (d.at() < last) {
      backwards.incrementAndGet();
    }
    ends.incrementAndGet(d.number());
    fired.incrementAndGet();
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
  }

  private static String grouped(int n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** Two may be due at the same time, so the number is part of the order. */
  private record Deadline(long at, int number) {
    static final Comparator<Deadline> ORDER =
        Comparator.comparingLong(Deadline::at).thenComparingInt(Deadline::number);
  }
}
