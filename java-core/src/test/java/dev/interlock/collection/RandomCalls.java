package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Random;

/** Compares a queue with one of the JDK, call by call. */
final class RandomCalls {
  private RandomCalls() {}

  static void compare(Queue<Integer> ours, Queue<Integer> theirs, Random random) {
    int next = 0;
    for (int i = 0; i < 20_000; i++) {
      int x = next % 7; // so that there are equal elements
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> {
          assertEquals(theirs.offer(x), ours.offer(x));
          next++;
        }
        case 4, 5 -> assertEquals(theirs.poll(), ours.poll());
        case 6 -> assertEquals(theirs.peek(), ours.peek());
        case 7 -> assertEquals(theirs.remove(x), ours.remove(x));
        case 8 -> assertEquals(theirs.contains(x), ours.contains(x));
        case 9 -> assertEquals(theirs.removeIf(e -> e == x), ours.removeIf(e -> e == x));
        case 10 -> {
          Iterator<Integer> a = theirs.iterator();
          Iterator<Integer> b = ours.iterator();
          while (a.hasNext()) {
            assertEquals(a.next(), b.next());
            if (random.nextInt(3) == 0) {
              a.remove();
              b.remove();
            }
          }
          assertEquals(false, b.hasNext());
        }
        default ->
            assertEquals(theirs.retainAll(List.of(1, 2, x)), ours.retainAll(List.of(1, 2, x)));
      }
      assertEquals(theirs.size(), ours.size());
      assertEquals(theirs.isEmpty(), ours.isEmpty());
      assertEquals(List.copyOf(theirs), List.copyOf(ours));
    }
  }
}
