package dev.interlock.collection;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Conditions;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Spliterator;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One caller at a time; what {@code NavigableSet} asks for is in the suite test. */
class LockFreeSkipListSetTest {
  private final LockFreeSkipListSet<Integer> set =
      LockFreeSkipListSet.create(Comparator.naturalOrder(), 42);

  // The same calls on a TreeSet have the same results, on the set and on views of views.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomCalls_asATreeSet(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 40; round++) {
      LockFreeSkipListSet<Integer> whole =
          LockFreeSkipListSet.create(Comparator.naturalOrder(), seed);
      TreeSet<Integer> wholeModel = new TreeSet<>();
      NavigableSet<Integer> ours = whole;
      NavigableSet<Integer> model = wholeModel;
      if (round % 2 == 1) {
        ours = ours.descendingSet().headSet(10, true).tailSet(55, false).descendingSet();
        model = model.descendingSet().headSet(10, true).tailSet(55, false).descendingSet();
      }
      if (round % 4 > 1) {
        ours = ours.descendingSet();
        model = model.descendingSet();
      }
      int range = 10 + random.nextInt(50);
      for (int i = 0; i < 300; i++) {
        int x = random.nextInt(range);
        switch (random.nextInt(12)) {
          case 0, 1, 2, 3 -> assertEquals(wholeModel.add(x), whole.add(x));
          case 4 -> assertEquals(model.remove(x), ours.remove(x));
          case 5 -> assertEquals(model.contains(x), ours.contains(x));
          case 6 -> assertEquals(model.lower(x), ours.lower(x));
          case 7 -> assertEquals(model.floor(x), ours.floor(x));
          case 8 -> assertEquals(model.ceiling(x), ours.ceiling(x));
          case 9 -> assertEquals(model.higher(x), ours.higher(x));
          case 10 -> assertEquals(model.pollFirst(), ours.pollFirst());
          default -> assertEquals(model.pollLast(), ours.pollLast());
        }
        assertEquals(model.isEmpty(), ours.isEmpty());
      }
      assertEquals(List.copyOf(model), List.copyOf(ours));
      assertEquals(List.copyOf(model.descendingSet()), List.copyOf(ours.descendingSet()));
      assertEquals(wholeModel, whole);
    }
  }

  // Whatever the order of insertion, each level has about a quarter of the nodes below it.
  @Test
  void levels_anyOrderOfInsertion_quartered() throws ReflectiveOperationException {
    int n = 100_000;
    List<Integer> ascending = IntStream.range(0, n).boxed().collect(Collectors.toList());
    List<Integer> descending = new ArrayList<>(ascending);
    Collections.reverse(descending);
    List<Integer> shuffled = new ArrayList<>(ascending);
    Collections.shuffle(shuffled, new Random(1));
    for (List<Integer> order : List.of(ascending, descending, shuffled)) {
      LockFreeSkipListSet<Integer> levelled =
          LockFreeSkipListSet.create(Comparator.naturalOrder(), 42);
      levelled.addAll(order);
      List<Integer> counts = nodesByLevel(levelled);
      double expected = n;
      for (int count : counts) {
        expected /= 4;
        assertTrue(
            Math.abs(count - expected) < 10 + 6 * Math.sqrt(expected), () -> counts.toString());
      }
      assertTrue(counts.size() >= 6 && counts.size() <= 14, counts::toString);
    }
  }

  // The same seed and the same calls make the same levels.
  @Test
  void levels_sameSeed_same() throws ReflectiveOperationException {
    LockFreeSkipListSet<Integer> other = LockFreeSkipListSet.create(Comparator.naturalOrder(), 42);
    LockFreeSkipListSet<Integer> different =
        LockFreeSkipListSet.create(Comparator.naturalOrder(), 43);
    for (int i = 0; i < 5_000; i++) {
      int x = i * 7919 % 5_000;
      set.add(x);
      other.add(x);
      different.add(x);
    }
    assertEquals(nodesByLevel(set), nodesByLevel(other));
    assertFalse(nodesByLevel(set).equals(nodesByLevel(different)));
  }

  // Nothing of a removed element is left, neither in the set nor in the index.
  @Test
  void removedElements_areNotReachable() throws ReflectiveOperationException {
    LockFreeSkipListSet<Object> objects =
        LockFreeSkipListSet.create(Comparator.comparing(Object::hashCode), 7);
    List<WeakReference<Object>> references = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      Object x = new Object();
      if (objects.add(x)) {
        references.add(new WeakReference<>(x));
      }
    }
    for (int i = 0; !objects.isEmpty(); i++) {
      switch (i % 3) {
        case 0 -> objects.pollFirst();
        case 1 -> objects.pollLast();
        default -> {
          Object x = references.get(i % references.size()).get();
          if (x != null) {
            objects.remove(x);
          }
        }
      }
    }
    assertEquals(0, nodesByLevel(objects).stream().mapToInt(n -> n).sum());
    Conditions.awaitCollected(references);
    assertTrue(objects.isEmpty());
  }

  // An iterator shows what was there all the time, each once, and never throws because of others.
  @Test
  void iterator_weaklyConsistent() {
    set.addAll(List.of(1, 2, 3, 4, 5, 6));
    Iterator<Integer> iterator = set.iterator();
    assertThrows(IllegalStateException.class, iterator::remove);
    assertEquals(1, iterator.next());
    set.removeAll(List.of(1, 3, 4));
    set.add(0);
    List<Integer> rest = new ArrayList<>();
    iterator.forEachRemaining(rest::add);
    assertTrue(rest.containsAll(List.of(5, 6)), rest::toString);
    assertEquals(List.copyOf(new TreeSet<>(rest)), rest);
    iterator.remove();
    assertThrows(IllegalStateException.class, iterator::remove);
    assertThrows(NoSuchElementException.class, iterator::next);
    assertEquals(List.of(0, 2, 5), List.copyOf(set));
    Iterator<Integer> down = set.descendingIterator();
    assertEquals(5, down.next());
    down.remove();
    assertThrows(IllegalStateException.class, down::remove);
    set.remove(2);
    assertEquals(2, down.next()); // it was announced before it went
    assertEquals(0, down.next());
    assertThrows(NoSuchElementException.class, down::next);
  }

  // A spliterator says what it is, upwards and downwards.
  @Test
  void spliterator_sorted() {
    set.addAll(List.of(3, 1, 2));
    Spliterator<Integer> up = set.spliterator();
    assertTrue(
        up.hasCharacteristics(
            Spliterator.SORTED
                | Spliterator.DISTINCT
                | Spliterator.ORDERED
                | Spliterator.NONNULL
                | Spliterator.CONCURRENT));
    assertFalse(up.hasCharacteristics(Spliterator.SIZED));
    assertEquals(Comparator.naturalOrder(), up.getComparator());
    assertEquals(
        List.of(3, 2, 1), set.descendingSet().stream().sorted(Comparator.reverseOrder()).toList());
    assertEquals(List.of(1, 2, 3), set.parallelStream().sorted().toList());
    assertNull(LockFreeSkipListSet.<Integer>create().spliterator().getComparator());
  }

  @Test
  void badArguments_sayWhatToDo() {
    assertThrows(NullPointerException.class, () -> set.add(null));
    assertThrows(NullPointerException.class, () -> set.contains(null));
    assertThrows(NullPointerException.class, () -> set.tailSet(3).contains(null));
    assertThrows(NullPointerException.class, () -> set.remove(null));
    assertThrows(NullPointerException.class, () -> set.ceiling(null));
    assertThrows(NullPointerException.class, () -> set.tailSet(3).ceiling(null));
    assertThrows(NoSuchElementException.class, set::first);
    assertThrows(NoSuchElementException.class, () -> set.headSet(3).last());
    assertMessage(() -> set.subSet(3, 1), "3", "1", "exchange");
    assertMessage(() -> set.subSet(1, 3).add(3), "3", "[1..3)");
    assertMessage(() -> set.subSet(1, false, 3, true).headSet(4), "4", "(1..3]", "the set itself");
    @SuppressWarnings({"unchecked", "rawtypes"}) // as old code would call it
    NavigableSet<Object> raw = (NavigableSet) LockFreeSkipListSet.<Integer>create();
    assertContains(
        assertThrows(ClassCastException.class, () -> raw.add(new Object())).getMessage(),
        "Comparable",
        "comparator");
    raw.add(1);
    assertThrows(ClassCastException.class, () -> raw.add("one"));
    assertEquals(1, raw.size());
  }

  // A comparator that throws leaves the set as it was.
  @Test
  void comparatorThrows_nothingChanged() {
    LockFreeSkipListSet<Integer> touchy =
        LockFreeSkipListSet.create(
            (a, b) -> {
              if (a == 13 || b == 13) {
                throw new IllegalStateException("unlucky");
              }
              return a.compareTo(b);
            });
    touchy.addAll(List.of(1, 20, 30));
    assertThrows(IllegalStateException.class, () -> touchy.add(13));
    assertThrows(IllegalStateException.class, () -> touchy.remove(13));
    assertEquals(List.of(1, 20, 30), List.copyOf(touchy));
  }

  private static void assertMessage(Runnable call, String... parts) {
    assertContains(assertThrows(IllegalArgumentException.class, call::run).getMessage(), parts);
  }

  /** How many nodes each level of the index has, the lowest first. */
  private static List<Integer> nodesByLevel(LockFreeSkipListSet<?> set)
      throws ReflectiveOperationException {
    List<Integer> counts = new ArrayList<>();
    for (Object q = get(set, "head"); q != null; q = get(q, "down")) {
      int n = 0;
      for (Object r = get(q, "right"); r != null; r = get(r, "right")) {
        n++;
      }
      counts.add(0, n);
    }
    return counts;
  }

  private static Object get(Object object, String name) throws ReflectiveOperationException {
    Class<?> type = object.getClass();
    if (type.getSimpleName().equals("Head")) {
      type = type.getSuperclass();
    }
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }
}
