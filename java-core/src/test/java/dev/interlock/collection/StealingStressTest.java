package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads on one deque or injector: nothing lost, nothing twice, order kept. */
class StealingStressTest {
  private static final int ELEMENTS = 200_000;

  private final AtomicIntegerArray taken = new AtomicIntegerArray(ELEMENTS);
  private volatile boolean done;

  // The array grows, shrinks and comes round under thieves that steal one at a time. Each thief
  // sees the elements that are pushed in ascending order in that order.
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void deque_grownShrunkAndStolenFrom_nothingLost(int thieves) {
    WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);
    List<Running<Integer>> running = new ArrayList<>();
    for (int i = 0; i < thieves; i++) {
      Supplier<Integer> steal = i == 2 ? deque::relaxedSteal : deque::steal;
      running.add(Kind.PLATFORM.start(() -> stealAscending(deque, steal)));
    }
    Random random = new Random(7);
    int next = 0;
    int popped = 0;
    while (next < ELEMENTS) {
      // Bursts of all sizes: empty, the last element, and arrays of many lengths are all met.
      for (int n = Math.min(ELEMENTS - next, 1 << random.nextInt(9)); n > 0; n--) {
        deque.push(next++);
      }
      for (int n = random.nextInt(1 << random.nextInt(9)); n > 0; n--) {
        popped += take(deque.pop());
      }
      int[] drained = new int[1];
      deque.drain(x -> drained[0] += take(x), random.nextInt(4));
      popped += drained[0];
    }
    for (Integer x; (x = deque.pop()) != null; ) {
      popped += take(x);
    }
    done = true;
    int stolen = 0;
    for (Running<Integer> thief : running) {
      stolen += thief.get();
    }
    assertEquals(ELEMENTS, popped + stolen);
    assertEachTakenOnce();
    assertEquals(0, deque.size());
  }

  // One element at a time: every round is the race for the last one.
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void deque_lastElement_takenByOne(int thieves) {
    WorkStealingDeque<Integer> deque = WorkStealingDeque.create(2);
    List<Running<Integer>> running = new ArrayList<>();
    for (int i = 0; i < thieves; i++) {
      running.add(Kind.PLATFORM.start(() -> stealAscending(deque, deque::steal)));
    }
    int popped = 0;
    for (int i = 0; i < ELEMENTS; i++) {
      deque.push(i);
      if (i % 3 == 0 && i + 1 < ELEMENTS) {
        deque.push(++i); // now and then two, so that pop goes both ways
        popped += take(deque.pop());
      }
      popped += take(deque.pop());
      assertNull(deque.pop());
    }
    done = true;
    int stolen = 0;
    for (Running<Integer> thief : running) {
      stolen += thief.get();
    }
    assertEquals(ELEMENTS, popped + stolen);
    assertEachTakenOnce();
  }

  // Elements travel in batches from the injector and from deque to deque, and all arrive.
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 128})
  void injectorAndDeques_batches_nothingLost(int segment) {
    Injector<Integer> injector = Injector.create(segment);
    List<WorkStealingDeque<Integer>> deques =
        List.of(WorkStealingDeque.checked(), WorkStealingDeque.checked());
    List<Running<Integer>> workers = new ArrayList<>();
    for (int w = 0; w < 2; w++) {
      WorkStealingDeque<Integer> own = deques.get(w);
      WorkStealingDeque<Integer> other = deques.get(1 - w);
      boolean batches = w == 0;
      workers.add(Kind.PLATFORM.start(() -> work(injector, own, other, batches)));
    }
    List<Running<Void>> producers = new ArrayList<>();
    for (int p = 0; p < 2; p++) {
      int first = p;
      producers.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = first; i < ELEMENTS; i += 2) {
                  injector.offer(i);
                }
                return null;
              }));
    }
    producers.forEach(Running::get);
    done = true;
    int n = 0;
    for (Running<Integer> worker : workers) {
      n += worker.get();
    }
    assertEquals(ELEMENTS, n);
    assertEachTakenOnce();
    assertTrue(injector.isEmpty());
  }

  // Each producer's elements come in its order, whoever takes them, and remove takes what it says.
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 128})
  void injector_manyToMany_orderPerProducer(int segment) {
    Injector<Integer> injector = Injector.create(segment);
    List<Running<Integer>> consumers = new ArrayList<>();
    for (int c = 0; c < 2; c++) {
      consumers.add(
          Kind.PLATFORM.start(
              () -> {
                int[] last = {-1, -1};
                int n = 0;
                for (boolean over = false; ; ) {
                  Integer x = injector.poll();
                  if (x != null) {
                    assertTrue(x > last[x % 2], "the order of a producer");
                    last[x % 2] = x;
                    n += take(x);
                  } else if (over) {
                    return n;
                  } else {
                    over = done; // one more look after the producers have ended
                  }
                }
              }));
    }
    List<Running<Integer>> producers = new ArrayList<>();
    for (int p = 0; p < 2; p++) {
      int first = p;
      producers.add(
          Kind.PLATFORM.start(
              () -> {
                int removed = 0;
                for (int i = first; i < ELEMENTS; i += 2) {
                  injector.offer(i);
                  if (i % 64 < 2 && injector.remove(i)) {
                    removed += take(i);
                  }
                }
                return removed;
              }));
    }
    int n = 0;
    for (Running<Integer> producer : producers) {
      n += producer.get();
    }
    done = true;
    for (Running<Integer> consumer : consumers) {
      n += consumer.get();
    }
    assertEquals(ELEMENTS, n);
    assertEachTakenOnce();
  }

  private int work(
      Injector<Integer> injector,
      WorkStealingDeque<Integer> own,
      WorkStealingDeque<Integer> other,
      boolean batches) {
    int n = 0;
    for (boolean over = false; ; ) {
      Integer x = own.pop();
      if (x == null) {
        x = injector.stealBatchAndTake(own);
      }
      if (x == null && batches) {
        other.stealBatchInto(own);
        x = own.pop();
      } else if (x == null) {
        x = other.stealBatchAndTake(own);
      }
      if (x != null) {
        n += take(x);
      } else if (over) {
        return n;
      } else {
        over = done && injector.isEmpty() && other.isEmpty();
      }
    }
  }

  private int stealAscending(WorkStealingDeque<Integer> deque, Supplier<Integer> steal) {
    int n = 0;
    int last = -1;
    for (boolean over = false; ; ) {
      Integer x = steal.get();
      if (x != null) {
        assertTrue(x > last, "the oldest come first");
        last = x;
        n += take(x);
      } else if (over) {
        return n;
      } else {
        over = done && deque.isEmpty();
      }
    }
  }

  private int take(Integer x) {
    if (x == null) {
      return 0;
    }
    taken.incrementAndGet(x);
    return 1;
  }

  private void assertEachTakenOnce() {
    for (int i = 0; i < ELEMENTS; i++) {
      assertEquals(1, taken.get(i), "times that " + i + " was taken");
    }
  }
}
