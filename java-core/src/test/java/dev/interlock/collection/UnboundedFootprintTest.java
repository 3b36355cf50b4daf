package dev.interlock.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;
import org.openjdk.jol.info.GraphLayout;
import org.openjdk.jol.vm.VM;

/** What the unbounded structures take, and where their hot fields lie. */
class UnboundedFootprintTest {
  private static final int CACHE_LINE = 64;

  // A queue of linked nodes: two ends on lines of their own and a dummy; then a node for each
  // element.
  @Test
  void michaelScottQueue_bytes_asDocumented() {
    MichaelScottQueue<Object> queue = new MichaelScottQueue<>();
    long empty = sizeOf(queue);
    assertTrue(empty <= 208, () -> empty + " bytes empty");
    assertPerElement(24, queue, empty);
  }

  // A stack: one word, then a node for each element; nothing to meet in before somebody disturbs.
  @Test
  void treiberStack_bytes_asDocumented() {
    TreiberStack<Object> stack = new TreiberStack<>();
    long empty = sizeOf(stack);
    assertTrue(empty <= 24, () -> empty + " bytes empty");
    assertPerElement(24, stack, empty);
  }

  private static void assertPerElement(int most, Collection<Object> in, long empty) {
    Object element = new Object();
    in.addAll(Collections.nCopies(1000, element));
    long each = (sizeOf(in) - empty - sizeOf(element)) / 1000;
    assertTrue(each <= most, () -> each + " bytes for each element");
  }

  // A queue of arrays: one array and what is beside it; then four bytes for each place.
  @Test
  void mpmcUnboundedQueue_bytes_asDocumented() {
    MpmcUnboundedQueue<Object> queue = new MpmcUnboundedQueue<>();
    long array = sizeOf((Object) new Object[1024]);
    long empty = sizeOf(queue);
    assertTrue(empty - array <= 500, () -> (empty - array) + " bytes beside the array");
    Object element = new Object();
    for (int i = 0; i < 100; i++) {
      queue.fill(() -> element, 10_000);
      queue.drain(taken -> assertEquals(element, taken), 10_000);
    }
    long used = sizeOf(queue);
    assertTrue(
        used <= empty + 2 * (array + 300), () -> used + " bytes after use, " + empty + " before");
  }

  // A mailbox, its first segment and what its two sides learn.
  @Test
  void mpscQueue_bytes_asDocumented() {
    long empty = sizeOf(new MpscQueue<>());
    assertTrue(empty <= 650, () -> empty + " bytes empty");
    long long64 = sizeOf(new MpscQueue<>(64));
    assertEquals(empty + 4 * (64 - 16), long64, "four bytes for each place of the first segment");
  }

  // What producers write and what consumers write lies at least a cache line apart, and from all
  // else.
  @Test
  void segment_hotFields_onLinesOfTheirOwn() throws ClassNotFoundException {
    Map<String, Long> at =
        ClassLayout.parseClass(Class.forName("dev.interlock.collection.MpmcUnboundedQueue$Segment"))
            .fields()
            .stream()
            .filter(field -> !field.name().matches("p\\d\\d"))
            .collect(Collectors.toMap(FieldLayout::name, FieldLayout::offset));
    assertEquals(Set.of("filled", "taken", "cells", "number", "next", "interior"), at.keySet());
    for (String hot : List.of("filled", "taken")) {
      assertTrue(at.get(hot) >= CACHE_LINE, () -> hot + " in " + at);
      at.forEach(
          (name, offset) ->
              assertTrue(
                  name.equals(hot) || Math.abs(offset - at.get(hot)) >= CACHE_LINE,
                  () -> hot + " beside " + name + " in " + at));
    }
  }

  // The ends of the linked queue do not share a line with the object before them.
  @Test
  void end_behindThePadding() throws ClassNotFoundException {
    List<FieldLayout> own =
        ClassLayout.parseClass(Class.forName("dev.interlock.collection.MichaelScottQueue$End"))
            .fields()
            .stream()
            .filter(field -> field.name().equals("node"))
            .toList();
    assertEquals(1, own.size());
    assertTrue(own.get(0).offset() >= CACHE_LINE, () -> "node at " + own.get(0).offset());
  }

  // The places of an elimination array lie a line apart, from each other and from the array's
  // length, as the elements of a real array do.
  @Test
  void eliminationArray_places_lineApart() throws Exception {
    int scale = VM.current().arrayIndexScale("java.lang.Object");
    for (int place = 0; place < 8; place++) {
      int here = EliminationArray.indexOf(place);
      int before = place == 0 ? 0 : EliminationArray.indexOf(place - 1);
      int distance = (here - before) * scale;
      assertTrue(distance >= CACHE_LINE, distance + " bytes in front of place " + place);
    }
    EliminationArray<Object> places = new EliminationArray<>();
    java.lang.reflect.Field field = EliminationArray.class.getDeclaredField("cells");
    field.setAccessible(true);
    Object[] cells = (Object[]) field.get(places);
    Object thing = new Object();
    Running<Boolean> offering = Kind.PLATFORM.start(() -> places.offer(thing, Integer.MAX_VALUE));
    int found = -1;
    while (found < 0) { // where it really is
      VarHandle.fullFence();
      for (int i = 0; i < cells.length; i++) {
        found = cells[i] == thing ? i : found;
      }
    }
    int at = found;
    assertTrue(
        IntStream.range(0, 8).anyMatch(place -> EliminationArray.indexOf(place) == at),
        "at index " + at);
    assertEquals(thing, places.take(1));
    assertTrue(offering.get());
  }

  private static long sizeOf(Object root) {
    return GraphLayout.parseInstance(root).totalSize();
  }
}
