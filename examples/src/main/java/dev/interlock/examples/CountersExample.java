package dev.interlock.examples;

import dev.interlock.atomic.BoundedCounter;
import dev.interlock.atomic.LockFreeCounter;
import dev.interlock.atomic.ShardedCounter;
import dev.interlock.atomic.StatisticsCounter;
import dev.interlock.atomic.StatisticsCounter.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Four counters at the same work, and what each of them can tell. */
@Command(
    name = "counters",
    description = "Four counters: plain, bounded, with statistics, sharded; what each promises.")
public final class CountersExample extends Example {
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
  public CountersExample() {
    super("A1", "A2", "A3", "A4");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--threads", threads);
    requireAtLeast(1, "--increments", increments);
    final long all = (long) threads * increments;

    LockFreeCounter plain = new LockFreeCounter();
    final long plainNanos = time(plain::increment);
    long limit = Math.max(1, all / 2);
    BoundedCounter bounded = new BoundedCounter(0, limit);
    LongAdder refused = new LongAdder();
    final long boundedNanos =
        time(
            () -> {
              if (!bounded.tryIncrement()) {
                refused.increment();
              }
            });
    StatisticsCounter statistics = new StatisticsCounter();
    final long statisticsNanos = time(statistics::increment);
    ShardedCounter sharded = new ShardedCounter();
    final long shardedNanos = time(sharded::increment);

    Tables table = new Tables().text("counter", 36).number("value").number("ns each");
    row(table, "LockFreeCounter", plain.get(), plainNanos, all);
    row(table, "BoundedCounter, half of them fit", bounded.get(), boundedNanos, all);
    row(table, "StatisticsCounter", statistics.current(), statisticsNanos, all);
    row(table, "ShardedCounter", sharded.sum(), shardedNanos, all);
    out().println(table);
    check(plain.get() == all, "every step of the plain counter was counted");
    check(
        bounded.get() == limit && refused.sum() == all - limit,
        "the bounded counter is full, and every step that did not fit was told so");
    check(
        statistics.snapshot().equals(new Snapshot(all, all, all, true)),
        "value, highest value and number of changes agree");
    check(sharded.sum() == all, "with nobody adding, the sum of the cells is exact");

    tornReads();
    boolean ended = statistics.shutdown();
    check(
        ended && !statistics.increment() && statistics.operations() == all,
        "after the shutdown a change is refused, and the figures stay");
    resets(sharded, all);
  }

  /** The highest value may never be below the value; read in two calls, it may seem to be. */
  private void tornReads() throws InterruptedException {
    StatisticsCounter counter = new StatisticsCounter();
    AtomicBoolean stop = new AtomicBoolean();
    Thread writer =
        Threads.startPlatform(
            "writer",
            () -> {
              while (!stop.get()) {
                counter.increment();
              }
            });
    int looks = increments;
    long tornCalls = 0;
    long tornSnapshots = 0;
    for (int i = 0; i < looks; i++) {
      long highest = counter.highest();
      long current = counter.current();
      tornCalls += current > highest ? 1 : 0;
      Snapshot s = counter.snapshot();
      tornSnapshots += s.current() > s.highest() || s.current() != s.operations() ? 1 : 0;
    }
    stop.set(true);
    writer.join();
    out()
        .println(
            String.format(
                Locale.ROOT,
                "%,d looks while another thread counts: value above the highest %,d times when read in",
                looks,
                tornCalls));
    out().println("two calls, " + tornSnapshots + " times in a snapshot.");
    check(tornSnapshots == 0, "the figures of a snapshot are of one moment");
  }

  /** Taking the sum while others add: nothing twice, nothing lost. */
  private void resets(ShardedCounter sharded, long before) throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    long[] taken = new long[1];
    Thread taker =
        Threads.startPlatform(
            "taker",
            () -> {
              while (!stop.get()) {
                taken[0] += sharded.sumThenReset();
              }
            });
    time(sharded::increment);
    stop.set(true);
    taker.join();
    check(
        taken[0] + sharded.sum() == before + (long) threads * increments,
        "sums that were taken out while others added, and the rest, are all that was added");
  }

  private long time(Runnable step) throws InterruptedException {
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
                  step.run();
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

  private static void row(Tables table, String name, long value, long nanos, long all) {
    table.row(
        name,
        String.format(Locale.ROOT, "%,d", value),
        String.format(Locale.ROOT, "%.1f", (double) nanos / all));
  }
}
