package dev.interlock.examples;

import dev.interlock.collection.MpmcArrayQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Several producers and consumers on one ring, one by one and in batches. */
@Command(
    name = "mpmc-ring",
    description = "Many producers, many consumers, exact capacity, batches in one step.")
public final class MpmcRingExample extends Example {
  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many producers, and how many consumers.")
  private int threads;

  @Option(
      names = "--items",
      paramLabel = "N",
      defaultValue = "200000",
      description = "How many elements each producer puts in.")
  private int items;

  @Option(
      names = "--capacity",
      paramLabel = "N",
      defaultValue = "100",
      description = "Capacity of the ring.")
  private int capacity;

  /** For the launcher. */
  public MpmcRingExample() {
    super("C4");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, 100, "--threads", threads);
    requireBetween(1, 10_000_000, "--items", items);
    requireBetween(1, 1 << 24, "--capacity", capacity);
    MpmcArrayQueue<Integer> queue = new MpmcArrayQueue<>(capacity);
    int total = threads * items;
    AtomicIntegerArray seen = new AtomicIntegerArray(total);
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger largest = new AtomicInteger();
    AtomicLong steps = new AtomicLong();
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t * items;
      all.add(
          Threads.startPlatform(
              "producer-" + t,
              () -> {
                for (int i = first; i < first + items; ) {
                  if (queue.offer(i)) {
                    i++;
                  } else {
                    rest();
                  }
                }
              }));
      all.add(
          Threads.startPlatform(
              "consumer-" + t,
              () -> {
                Integer[] batch = new Integer[32];
                while (taken.get() < total) {
                  int n = queue.pollBatch(batch, 0, batch.length);
                  if (n == 0) {
                    rest();
                    continue;
                  }
                  steps.incrementAndGet();
                  largest.accumulateAndGet(queue.size(), Math::max);
                  for (int k = 0; k < n; k++) {
                    seen.incrementAndGet(batch[k]);
                  }
                  taken.addAndGet(n);
                }
              }));
    }
    for (Thread thread : all) {
      thread.join();
    }
    boolean once = true;
    for (int i = 0; i < total; i++) {
      once &= seen.get(i) == 1;
    }
    out()
        .printf(
            Locale.ROOT,
            "%,d elements in %,d steps of the consumers, %.1f each; at most %,d were in the ring%n",
            total,
            steps.get(),
            (double) total / steps.get(),
            largest.get());
    check(once, "every element was taken once");
    check(largest.get() <= capacity, "there were never more than " + capacity);
    check(queue.isEmpty() && queue.poll() == null, "the ring is empty");
  }

  /** The others may need this core. */
  @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted
  private static void rest() {
    Thread.yield();
  }
}
