package dev.interlock.examples;

import dev.interlock.collection.MpmcUnboundedQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many producers, many consumers, no bound: one by one, in batches, and beside the queue of the JDK. */
@Command(
    name = "unbounded-queue",
    description =
        "Numbers from many threads to many through an unbounded queue, one by one and in batches.")
public final class UnboundedQueueExample extends Example {
  private static final int BATCH = 64;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many producers, and how many consumers.")
  private int pairs;

  @Option(
      names = "--numbers",
      paramLabel = "N",
      defaultValue = "400000",
      description = "How many numbers each producer puts in.")
  private int numbers;

  /** For the launcher. */
  public UnboundedQueueExample() {
    super("C5");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS / 2, "--pairs", pairs);
    requireBetween(1, 10_000_000, "--numbers", numbers);

    Tables table = new Tables().text("queue", 36).number("million a second");
    Queue<Integer> jdk = new ConcurrentLinkedQueue<>();
    row(table, "ConcurrentLinkedQueue", move(() -> putEach(jdk), () -> takeEach(jdk)));
    MpmcUnboundedQueue<Integer> queue = new MpmcUnboundedQueue<>();
    row(table, "MpmcUnboundedQueue", move(() -> putEach(queue), () -> takeEach(queue)));
    check(queue.isEmpty() && queue.size() == 0, "the queue is empty again");
    row(
        table,
        "MpmcUnboundedQueue, 64 at a time",
        move(() -> putBatches(queue), () -> takeBatches(queue)));
    check(queue.isEmpty() && queue.size() == 0, "and again after the batches");
    out().println(table);
    out().println("Rough figures of one run each, not warmed up; the benchmarks measure.");
  }

  /** The time in nanoseconds that all take; the sum of what came out is checked. */
  private long move(Runnable producer, Supplier<Long> consumer) throws InterruptedException {
    AtomicLong sum = new AtomicLong();
    List<Thread> all = new ArrayList<>();
    long began = System.nanoTime();
    for (int i = 0; i < pairs; i++) {
      all.add(Threads.startPlatform("producer-" + i, producer));
      all.add(Threads.startPlatform("consumer-" + i, () -> sum.addAndGet(consumer.get())));
    }
    for (Thread thread : all) {
      thread.join();
    }
    long nanos = System.nanoTime() - began;
    long expected = (long) numbers * (numbers + 1) / 2 * pairs;
    check(sum.get() == expected, "what came out adds up to what was put in");
    return nanos;
  }

  private void putEach(Queue<Integer> queue) {
    for (int i = 1; i <= numbers; i++) {
      queue.offer(i);
    }
  }

  private long takeEach(Queue<Integer> queue) {
    long sum = 0;
    for (int i = 0; i < numbers; i++) {
      Integer taken = queue.poll();
      while (taken == null) {
        Thread.onSpinWait();
        taken = queue.poll();
      }
      sum += taken;
    }
    return sum;
  }

  private void putBatches(MpmcUnboundedQueue<Integer> queue) {
    int[] next = {1};
    while (next[0] <= numbers) {
      queue.fill(() -> next[0]++, Math.min(BATCH, numbers - next[0] + 1));
    }
  }

  private long takeBatches(MpmcUnboundedQueue<Integer> queue) {
    long[] sum = {0};
    for (int left = numbers; left > 0; ) {
      int taken = queue.drain(number -> sum[0] += number, Math.min(BATCH, left));
      if (taken == 0) {
        Thread.onSpinWait();
      }
      left -= taken;
    }
    return sum[0];
  }

  private void row(Tables table, String name, long nanos) {
    table.row(name, String.format(Locale.ROOT, "%.1f", 1e3 * numbers * pairs / nanos));
  }
}
