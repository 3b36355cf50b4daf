package dev.interlock.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.interlock.testing.Conditions;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SlotsTest {
  static Stream<Arguments> slots() {
    return Stream.concat(
        Stream.of(1, 2, 3, 16, 1000).map(n -> Arguments.of("ring " + n, Slots.ring(n), n)),
        Stream.of(1, 255, 256, 257, 5000)
            .map(n -> Arguments.of("linked, up to " + n, Slots.linked(), n)));
  }

  // Places are emptied in the order in which they were filled, however often memory is reused.
  @ParameterizedTest(name = "{0}")
  @MethodSource("slots")
  void take_afterPut_sameOrder(String name, Slots slots, int most) {
    Random random = new Random(most);
    long head = 0;
    long tail = 0;
    while (head < 20_000) {
      for (long n = random.nextInt(most + 1); n > 0 && tail - head < most; n--) {
        slots.put(tail, tail);
        tail++;
      }
      for (long n = random.nextInt(most + 1); n > 0 && head < tail; n--) {
        assertEquals(head, slots.take(head));
        head++;
      }
    }
  }

  // Filling to the brim and emptying to the last, again and again.
  @ParameterizedTest(name = "{0}")
  @MethodSource("slots")
  void take_fullThenEmpty_sameOrder(String name, Slots slots, int most) {
    long tail = 0;
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < most; i++) {
        slots.put(tail + i, tail + i);
      }
      for (int i = 0; i < most; i++) {
        assertEquals(tail + i, slots.take(tail + i));
      }
      tail += most;
    }
  }

  // An emptied place keeps nothing reachable.
  @ParameterizedTest(name = "{0}")
  @MethodSource("slots")
  void take_all_elementsAreCollected(String name, Slots slots, int most) {
    List<WeakReference<?>> references = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      Object element = new Object();
      references.add(new WeakReference<>(element));
      slots.put(i, element);
    }
    for (int i = 0; i < most; i++) {
      slots.take(i);
    }
    Conditions.awaitCollected(references);
    slots.put(most, "next");
    assertEquals("next", slots.take(most));
  }
}
