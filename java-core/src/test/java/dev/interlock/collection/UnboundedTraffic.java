package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Numbered elements through a structure: nothing lost, nothing twice, each producer's in order. */
final class UnboundedTraffic {
  /** An element that knows whose it is. */
  record Item(int producer, int number) {}

  private UnboundedTraffic() {}

  /** What a producer does with its elements. */
  interface Producer {
    void put(List<Item> items);
  }

  /** Puts them in one by one. */
  static Producer each(Consumer<Item> put) {
    return items -> items.forEach(put);
  }

  /**
   * Runs the producers, {@code each} elements from each, beside as many consumers, who take until all is
   * there; {@code beside} runs all the time on a thread of its own.
   */
  static void run(
      List<Producer> producers,
      int each,
      List<Supplier<List<Item>>> consumers,
      Runnable beside,
      boolean fifo)
      throws Exception {
    int total = producers.size() * each;
    AtomicInteger left = new AtomicInteger(total);
    ExecutorService threads = Executors.newCachedThreadPool();
    CyclicBarrier start = new CyclicBarrier(producers.size() + consumers.size() + 1);
    List<Future<List<Item>>> taken = new ArrayList<>();
    List<Future<?>> others = new ArrayList<>();
    try {
      for (int p = 0; p < producers.size(); p++) {
        Producer producer = producers.get(p);
        List<Item> items = new ArrayList<>();
        for (int n = 0; n < each; n++) {
          items.add(new Item(p, n));
        }
        others.add(
            threads.submit(
                () -> {
                  start.await();
                  producer.put(items);
                  return null;
                }));
      }
      for (Supplier<List<Item>> consumer : consumers) {
        taken.add(
            threads.submit(
                () -> {
                  start.await();
                  List<Item> mine = new ArrayList<>();
                  while (left.get() > 0) {
                    List<Item> some = consumer.get();
                    mine.addAll(some);
                    if (some.isEmpty()) {
                      Thread.onSpinWait();
                    } else {
                      left.addAndGet(-some.size());
                    }
                  }
                  return mine;
                }));
      }
      others.add(
          threads.submit(
              () -> {
                start.await();
                while (left.get() > 0) {
                  beside.run();
                }
                return null;
              }));
      for (Future<?> other : others) {
        await(other);
      }
      List<BitSet> seen = new ArrayList<>();
      producers.forEach(p -> seen.add(new BitSet(each)));
      int count = 0;
      for (Future<List<Item>> future : taken) {
        int[] last = new int[producers.size()];
        for (Item item : await(future)) {
          assertNotNull(item);
          BitSet numbers = seen.get(item.producer());
          assertTrue(!numbers.get(item.number()), () -> "twice: " + item);
          numbers.set(item.number());
          if (fifo) {
            assertTrue(last[item.producer()] <= item.number(), () -> "overtaken: " + item);
            last[item.producer()] = item.number();
          }
          count++;
        }
      }
      assertEquals(total, count, "elements that came out");
    } finally {
      left.set(0);
      threads.shutdownNow();
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("elements are lost: consumers still wait for some", e);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /** One element, or none. */
  static Supplier<List<Item>> one(Supplier<Item> poll) {
    return () -> {
      Item item = poll.get();
      return item == null ? List.of() : List.of(item);
    };
  }
}
