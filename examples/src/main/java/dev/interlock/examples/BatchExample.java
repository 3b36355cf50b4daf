package dev.interlock.examples;

import dev.interlock.channel.Channel;
import dev.interlock.channel.ChannelClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A receiver that takes whatever is there: one step for many elements when it has fallen behind. */
@Command(
    name = "batch",
    description =
        "Receives in batches: one step for whatever is there, waiting for the first only.")
public final class BatchExample extends Example {
  @Option(
      names = "--items",
      paramLabel = "N",
      defaultValue = "200000",
      description = "How many elements are sent.")
  private int items;

  @Option(
      names = "--capacity",
      paramLabel = "N",
      defaultValue = "256",
      description = "Capacity of the channel.")
  private int capacity;

  @Option(names = "--max", paramLabel = "N", defaultValue = "64", description = "Largest batch.")
  private int max;

  /** For the launcher. */
  public BatchExample() {
    super("E1");
  }

  @Override
  protected void run() throws InterruptedException {
    requireAtLeast(1, "--items", items);
    requireBetween(1, Channel.MAX_CAPACITY, "--capacity", capacity);
    requireAtLeast(1, "--max", max);

    Channel<Integer> channel = Channel.bounded(capacity);
    AtomicBoolean producerFailed = new AtomicBoolean();
    Thread producer = Threads.startPlatform("producer", () -> produce(channel, producerFailed));
    TreeMap<Integer, Integer> steps = new TreeMap<>();
    List<Integer> batch = new ArrayList<>(max);
    boolean inOrder = true;
    int expected = 0;
    int calls = 0;
    int largest = 0;
    long start = System.nanoTime();
    try {
      while (true) {
        batch.clear();
        int n = channel.receiveBatch(batch, max);
        calls++;
        largest = Math.max(largest, n);
        steps.merge(powerOfTwo(n), 1, Integer::sum);
        for (int element : batch) {
          inOrder &= element == expected;
          expected++;
        }
      }
    } catch (ChannelClosedException drained) {
      // the producer has closed it, and everything was received
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    producer.join();

    Tables table = new Tables().text("batch of", 16).number("times");
    steps.forEach(
        (from, times) ->
            table.row(
                range(from, Math.min(max, 2 * from - 1)),
                String.format(Locale.ROOT, "%,d", times)));
    out().println(table);
    out()
        .printf(
            Locale.ROOT,
            "%,d elements in %,d steps: %.1f elements each, %.2f s%n",
            expected,
            calls,
            (double) expected / calls,
            seconds);
    check(!producerFailed.get() && expected == items, "every element was received");
    check(inOrder, "in the order in which they were sent");
    check(largest <= max, "no batch was larger than " + max);
  }

  private void produce(Channel<Integer> channel, AtomicBoolean failed) {
    try (channel) {
      for (int i = 0; i < items; i++) {
        channel.send(i);
      }
    } catch (InterruptedException e) {
      failed.set(true);
    }
  }

  private static String range(int from, int to) {
    return from == to ? String.valueOf(from) : from + " to " + to;
  }

  private static int powerOfTwo(int n) {
    return Integer.highestOneBit(n);
  }
}
