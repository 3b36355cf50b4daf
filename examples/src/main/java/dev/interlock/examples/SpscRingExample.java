package dev.interlock.examples;

import dev.interlock.collection.SpscRingBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A ring from one thread to one other: how full it gets, and what the checked mode says to a third. */
@Command(
    name = "spsc-ring",
    description = "One producer, one consumer, exact capacity; a second producer is named.")
public final class SpscRingExample extends Example {
  @Option(
      names = "--items",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "How many elements are moved.")
  private int items;

  @Option(
      names = "--capacity",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Capacity of the ring; no power of two is needed.")
  private int capacity;

  /** For the launcher. */
  public SpscRingExample() {
    super("C3");
  }

  @Override
  protected void run() throws Exception {
    requireAtLeast(1, "--items", items);
    requireBetween(1, 1 << 24, "--capacity", capacity);
    exactCapacity();
    move();
    secondProducer();
  }

  private void exactCapacity() {
    SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(capacity);
    int held = ring.fill(() -> 1, capacity + 10);
    out().printf(Locale.ROOT, "a ring for %,d takes %,d and refuses the next%n", capacity, held);
    check(held == capacity && !ring.offer(1), "the ring holds exactly its capacity");
  }

  private void move() throws InterruptedException {
    SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(capacity);
    long start = System.nanoTime();
    Thread producer =
        Threads.startPlatform(
            "producer",
            () -> {
              for (int i = 0; i < items; i++) {
                while (!ring.offer(i)) {
                  Thread.onSpinWait();
                }
              }
            });
    List<Integer> batch = new ArrayList<>();
    boolean inOrder = true;
    int next = 0;
    int batches = 0;
    while (next < items) {
      batch.clear();
      if (ring.drain(batch::add, 256) == 0) {
        Thread.onSpinWait();
        continue;
      }
      batches++;
      for (int element : batch) {
        inOrder &= element == next++;
      }
    }
    producer.join();
    double seconds = (System.nanoTime() - start) / 1e9;
    out()
        .printf(
            Locale.ROOT,
            "%,d elements in %,d batches, %.0f ns each%n",
            next,
            batches,
            seconds / items * 1e9);
    check(inOrder && ring.isEmpty(), "all elements came once and in order");
  }

  private void secondProducer() throws Exception {
    SpscRingBuffer<String> ring = SpscRingBuffer.checked(4);
    CompletableFuture<String> said = new CompletableFuture<>();
    Threads.startPlatform("first", () -> ring.offer("from first")).join();
    Threads.startPlatform(
            "second",
            () -> {
              try {
                ring.offer("from second");
                said.complete("nothing");
              } catch (IllegalStateException e) {
                said.complete(e.getMessage());
              }
            })
        .join();
    String message = said.get();
    out().println("the checked mode says: " + message);
    check(
        message.contains("\"first\"") && message.contains("\"second\""),
        "a second producer is refused, and both threads are named");
    check(ring.size() == 1, "its element is not in the ring");
  }
}
