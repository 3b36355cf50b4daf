package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Threads that run freely: nothing lost, nothing twice, each producer's elements in its order. */
class QueueStressTest {
  private static final int ELEMENTS = 12_000;

  /** For tests in which each step looks at the whole queue. */
  private static final int FEW = 1_200;

  /** How a queue is filled and emptied. */
  private record Way(
      String name,
      int producers,
      int consumers,
      Predicate<Integer> offer,
      Supplier<Integer> poll,
      Supplier<Queue<Integer>> queue) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Arguments> ways() {
    List<Way> ways = new ArrayList<>();
    for (int n : new int[] {1, 2, 3, 64, 100}) {
      SpscRingBuffer<Integer> spsc = new SpscRingBuffer<>(n);
      ways.add(new Way("SPSC " + n, 1, 1, spsc::offer, spsc::poll, () -> spsc));
      SpscRingBuffer<Integer> checked = SpscRingBuffer.checked(n);
      ways.add(new Way("SPSC checked " + n, 1, 1, checked::offer, checked::poll, () -> checked));
      SpscRingBuffer<Integer> spscBatches = new SpscRingBuffer<>(n);
      ways.add(
          new Way(
              "SPSC batches " + n,
              1,
              1,
              e -> spscBatches.offerBatch(new Integer[] {e}, 0, 1) == 1,
              () -> {
                Integer[] one = new Integer[1];
                return spscBatches.pollBatch(one, 0, 1) == 1 ? one[0] : null;
              },
              () -> spscBatches));
      for (int threads : new int[] {1, 2, 4}) {
        MpmcArrayQueue<Integer> mpmc = new MpmcArrayQueue<>(n);
        String name = "MPMC " + n + ", " + threads + " to " + threads;
        ways.add(new Way(name, threads, threads, mpmc::offer, mpmc::poll, () -> mpmc));
      }
      MpmcArrayQueue<Integer> relaxed = new MpmcArrayQueue<>(n);
      ways.add(
          new Way(
              "MPMC relaxed " + n,
              2,
              2,
              relaxed::relaxedOffer,
              relaxed::relaxedPoll,
              () -> relaxed));
      MpmcArrayQueue<Integer> batches = new MpmcArrayQueue<>(n);
      ways.add(
          new Way(
              "MPMC batches " + n,
              2,
              2,
              e -> batches.offerBatch(new Integer[] {e}, 0, 1) == 1,
              () -> {
                Integer[] one = new Integer[1];
                return batches.pollBatch(one, 0, 1) == 1 ? one[0] : null;
              },
              () -> batches));
    }
    for (int first : new int[] {1, 16, 1024}) {
      for (int producers : new int[] {1, 2, 4}) {
        MpscQueue<Integer> mpsc = new MpscQueue<>(first);
        String name = "MPSC " + first + ", " + producers + " producers";
        ways.add(new Way(name, producers, 1, mpsc::offer, mpsc::poll, () -> mpsc));
        MpscQueue<Integer> relaxed = new MpscQueue<>(first);
        ways.add(
            new Way(
                name + " relaxed",
                producers,
                1,
                relaxed::relaxedOffer,
                relaxed::relaxedPoll,
                () -> relaxed));
      }
    }
    return ways.stream().map(Arguments::of);
  }

  // Nothing is lost or comes twice, and each consumer sees each producer's elements in their order.
  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void move_manyThreads_eachOnceAndInOrder(Way way) {
    List<Running<?>> threads = new ArrayList<>();
    int share = ELEMENTS / way.producers;
    for (int p = 0; p < way.producers; p++) {
      int first = p * share;
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = first; i < first + share; i++) {
                  until(way.offer, i);
                }
                return null;
              }));
    }
    List<Running<int[]>> consumers = new ArrayList<>();
    for (int c = 0; c < way.consumers; c++) {
      consumers.add(Kind.PLATFORM.start(() -> take(way.poll, ELEMENTS / way.consumers)));
    }
    threads.forEach(Running::get);
    int[] all = consumers.stream().flatMapToInt(c -> inOrder(c.get(), share)).sorted().toArray();
    for (int i = 0; i < ELEMENTS; i++) {
      assertEquals(i, all[i]);
    }
    assertEquals(0, way.queue.get().size());
  }

  // Whole batches between two threads, each of them of another length.
  @Test
  void batches_oneToOne_eachOnceAndInOrder() {
    for (int capacity : new int[] {1, 3, 64}) {
      SpscRingBuffer<Integer> ring = new SpscRingBuffer<>(capacity);
      Running<?> producer =
          Kind.PLATFORM.start(
              () -> {
                for (int sent = 0, length = 0; sent < ELEMENTS; length = (length + 1) % 9) {
                  Integer[] batch = new Integer[Math.min(length, ELEMENTS - sent)];
                  for (int i = 0; i < batch.length; i++) {
                    batch[i] = sent + i;
                  }
                  for (int done = 0, looks = 1; done < batch.length; looks++) {
                    int now = ring.offerBatch(batch, done, batch.length - done);
                    done += now;
                    if (now == 0) {
                      rest(looks);
                    }
                  }
                  sent += batch.length;
                }
                return null;
              });
      Object[] some = new Object[7];
      for (int taken = 0, looks = 1; taken < ELEMENTS; looks++) {
        int size = ring.size();
        int now = ring.pollBatch(some, 0, some.length);
        assertTrue(now >= Math.min(size, some.length), now + " of at least " + size);
        for (int i = 0; i < now; i++) {
          assertEquals(taken++, some[i]);
        }
        if (now == 0) {
          rest(looks);
        }
      }
      producer.get();
      assertTrue(ring.isEmpty());
    }
  }

  // Size and traversal by others stay within the bounds and within what was put in.
  @Test
  void sizeAndIterator_whileOthersWork_areWithinBounds() {
    int capacity = 7;
    watch(new SpscRingBuffer<>(capacity), capacity, 1);
    watch(new MpmcArrayQueue<>(capacity), capacity, 2);
    watch(new MpscQueue<>(2), ELEMENTS, 2);
  }

  private static void watch(Queue<Integer> queue, int capacity, int producers) {
    int share = ELEMENTS / producers;
    List<Running<?>> threads = new ArrayList<>();
    for (int p = 0; p < producers; p++) {
      int first = p * share;
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = first; i < first + share; i++) {
                  until(queue::offer, i);
                }
                return null;
              }));
    }
    Running<int[]> consumer = Kind.PLATFORM.start(() -> take(queue::poll, ELEMENTS));
    while (!consumer.isDone()) {
      int size = queue.size();
      assertTrue(size >= 0 && size <= capacity, () -> queue + " has " + size);
      int[] seen = queue.stream().mapToInt(i -> i).limit(1000).toArray();
      assertEquals(seen.length, Arrays.stream(seen).distinct().count(), "an element twice");
      inOrder(seen, share);
    }
    threads.forEach(Running::get);
    consumer.get();
  }

  // Consumers that remove from the middle take each element once as well.
  @Test
  void remove_manyThreads_eachElementOnce() {
    MpmcArrayQueue<Integer> queue = new MpmcArrayQueue<>(8);
    int n = 1_200;
    Running<?> producer =
        Kind.PLATFORM.start(
            () -> {
              for (int i = 0; i < n; i++) {
                until(queue::offer, i);
              }
              return null;
            });
    List<Running<int[]>> consumers = new ArrayList<>();
    for (int c = 0; c < 3; c++) {
      boolean remover = c > 0;
      consumers.add(
          Kind.PLATFORM.start(
              () -> {
                List<Integer> mine = new ArrayList<>();
                Consumer<Integer> took = mine::add;
                while (!producer.isDone() || !queue.isEmpty()) {
                  if (remover) {
                    for (int seen : queue) {
                      if (seen % 3 != 0 && queue.remove(seen)) {
                        took.accept(seen);
                      }
                    }
                  } else {
                    Integer polled = queue.poll();
                    if (polled != null) {
                      took.accept(polled);
                    }
                  }
                }
                return mine.stream().mapToInt(i -> i).toArray();
              }));
    }
    producer.get();
    int[] all = consumers.stream().flatMapToInt(c -> Arrays.stream(c.get())).sorted().toArray();
    assertEquals(n, all.length);
    for (int i = 0; i < n; i++) {
      assertEquals(i, all[i]);
    }
  }

  // The consumer of a single-consumer queue removes from the middle while producers go on.
  @Test
  void remove_bySingleConsumer_eachElementOnce() {
    for (Queue<Integer> queue :
        List.of(new SpscRingBuffer<Integer>(8), new MpscQueue<Integer>(2))) {
      Running<?> producer =
          Kind.PLATFORM.start(
              () -> {
                for (int i = 0; i < FEW; i++) {
                  until(queue::offer, i);
                }
                return null;
              });
      int odd = 0;
      int next = 0;
      while (next < FEW) {
        for (Integer seen : queue) {
          if (seen % 2 == 1 && seen < next + 8 && queue.remove(seen)) {
            odd++;
          }
        }
        Integer polled = queue.poll();
        if (polled != null) {
          if (polled % 2 == 1) {
            odd++;
          }
          assertTrue(polled >= next, "out of order");
          next = polled + 1;
          if (next == FEW - 1 && queue.isEmpty() && producer.isDone()) {
            break;
          }
        } else if (producer.isDone() && queue.isEmpty()) {
          break;
        }
      }
      producer.get();
      assertEquals(FEW / 2, odd, queue.getClass().getSimpleName());
    }
  }

  private static <E> void until(Predicate<E> offer, E element) {
    for (int failures = 1; !offer.test(element); failures++) {
      rest(failures);
    }
  }

  private static int[] take(Supplier<Integer> poll, int count) {
    int[] taken = new int[count];
    for (int i = 0; i < count; i++) {
      Integer e;
      for (int failures = 1; (e = poll.get()) == null; failures++) {
        rest(failures);
      }
      taken[i] = e;
    }
    return taken;
  }

  private static void rest(int failures) {
    if (failures % 16 == 0) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }

  private static java.util.stream.IntStream inOrder(int[] taken, int share) {
    int[] last = new int[ELEMENTS / share];
    Arrays.fill(last, -1);
    for (int e : taken) {
      assertTrue(e > last[e / share], "out of order");
      last[e / share] = e;
    }
    return Arrays.stream(taken);
  }
}
