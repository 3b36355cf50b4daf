package dev.interlock.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaiterListTest {
  private final WaiterList list = new WaiterList();

  private TestWaiter added() {
    TestWaiter w = new TestWaiter();
    list.add(w);
    return w;
  }

  // A new list has nobody.
  @Test
  void peek_empty_null() {
    assertNull(list.peek());
    assertTrue(list.isEmpty());
    assertEquals(0, list.count());
  }

  // First in, first out.
  @Test
  void peek_several_inOrderOfArrival() {
    List<Waiter> in = List.of(added(), added(), added());
    List<Waiter> out = new ArrayList<>();
    for (Waiter w; (w = list.peek()) != null; ) {
      assertTrue(list.isFirst(w));
      assertTrue(w.isLinked());
      assertTrue(list.remove(w));
      assertFalse(w.isLinked());
      out.add(w);
    }
    assertEquals(in, out);
    assertTrue(list.isEmpty());
  }

  // Unlinking at the head, in the middle and at the tail leaves the others in order.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void remove_anywhere_othersKeepTheirOrder(int index) {
    List<Waiter> expected = new ArrayList<>(List.of(added(), added(), added(), added()));
    Waiter w = expected.remove(index);
    assertTrue(list.remove(w));
    assertNull(w.prev);
    assertNull(w.next);
    assertEquals(expected, contents());
    expected.add(added());
    assertEquals(expected, contents());
  }

  // A node is unlinked once.
  @Test
  void remove_twice_falseAndNothing() {
    Waiter a = added();
    Waiter b = added();
    assertTrue(list.remove(a));
    assertFalse(list.remove(a));
    assertFalse(list.remove(new TestWaiter()));
    assertEquals(List.of(b), contents());
  }

  // Waits that are over, however they ended, are passed over and unlinked in passing.
  @Test
  void peek_endedAtTheHead_unlinksThem() {
    TestWaiter cancelled = added();
    TestWaiter granted = added();
    TestWaiter failed = added();
    TestWaiter live = added();
    cancelled.cancelPending();
    granted.grant();
    failed.fail(new IllegalStateException());
    assertFalse(list.isEmpty());
    assertEquals(4, list.count());
    assertSame(live, list.peek());
    assertEquals(1, list.count());
    assertFalse(cancelled.isLinked() || granted.isLinked() || failed.isLinked());
    assertTrue(list.isOnly(live));
    assertFalse(list.remove(cancelled), "whoever comes late finds it gone");
  }

  // A nudged waiter still waits.
  @Test
  void peek_nudged_staysFirst() {
    TestWaiter w = added();
    w.nudge();
    assertSame(w, list.peek());
    assertEquals(1, list.count());
  }

  // Only means the only node, first means at the head.
  @Test
  void isOnlyAndIsFirst_twoNodes_tellThemApart() {
    TestWaiter a = added();
    assertTrue(list.isOnly(a) && list.isFirst(a));
    TestWaiter b = added();
    assertFalse(list.isOnly(a) || list.isOnly(b) || list.isFirst(b));
    list.remove(a);
    assertTrue(list.isOnly(b) && list.isFirst(b));
  }

  // Whatever is done to it, it is a list: against ArrayList, step by step.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anyCalls_randomOrder_asAnArrayList(long seed) {
    Random random = new Random(seed);
    List<Waiter> model = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      int dice = random.nextInt(10);
      if (dice < 5 || model.isEmpty()) {
        model.add(added());
      } else if (dice < 8) {
        assertTrue(list.remove(model.remove(random.nextInt(model.size()))));
      } else if (dice < 9) {
        model.get(random.nextInt(model.size())).cancelPending();
      } else {
        while (!model.isEmpty() && !model.get(0).isPending()) {
          model.remove(0);
        }
        assertSame(model.isEmpty() ? null : model.get(0), list.peek());
      }
    }
    assertEquals(model, contents());
    assertEquals(model.size(), list.count());
  }

  /** From the head by next, and the same from the tail by prev. */
  private List<Waiter> contents() {
    List<Waiter> forward = new ArrayList<>();
    Waiter last = null;
    for (Waiter w = firstNode(); w != null; last = w, w = w.next) {
      assertSame(last, w.prev);
      forward.add(w);
    }
    return forward;
  }

  private Waiter firstNode() {
    TestWaiter probe = added();
    Waiter w = probe;
    while (w.prev != null) {
      w = w.prev;
    }
    Waiter first = w == probe ? null : w;
    list.remove(probe);
    return first;
  }
}
