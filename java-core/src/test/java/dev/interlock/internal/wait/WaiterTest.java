package dev.interlock.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class WaiterTest {
  private static final Throwable CAUSE = new IllegalStateException("why it failed");

  /** Each state, with a way to it. */
  enum State {
    WAITING(w -> true),
    NUDGED(Waiter::nudge),
    GRANTED(Waiter::grant),
    CANCELLED(Waiter::cancelPending),
    FAILED(w -> w.fail(CAUSE)),
    TAKEN(w -> w.grant() && w.take()),
    RETURNED(w -> w.grant() && w.giveBack());

    private final Predicate<Waiter> way;

    State(Predicate<Waiter> way) {
      this.way = way;
    }

    TestWaiter reach() {
      TestWaiter w = new TestWaiter();
      assertTrue(way.test(w));
      assertEquals(this, of(w));
      return w;
    }

    static State of(TestWaiter w) {
      return valueOf(w.toString().toUpperCase(Locale.ROOT));
    }
  }

  /** Each transition: from where it is legal, and where it leads. */
  enum Transition {
    GRANT(Waiter::grant, State.GRANTED, State.WAITING, State.NUDGED),
    GRANT_ITEM(w -> w.grant("item"), State.GRANTED, State.WAITING, State.NUDGED),
    FAIL(w -> w.fail(CAUSE), State.FAILED, State.WAITING, State.NUDGED),
    NUDGE(Waiter::nudge, State.NUDGED, State.WAITING),
    REARM(Waiter::rearm, State.WAITING, State.NUDGED),
    CANCEL_PENDING(Waiter::cancelPending, State.CANCELLED, State.WAITING, State.NUDGED),
    TAKE(Waiter::take, State.TAKEN, State.GRANTED),
    TAKE_UNGRANTED(Waiter::takeUngranted, State.TAKEN, State.WAITING, State.NUDGED),
    GIVE_BACK(Waiter::giveBack, State.RETURNED, State.GRANTED);

    private final Predicate<Waiter> call;
    private final State to;
    private final List<State> from;

    Transition(Predicate<Waiter> call, State to, State... from) {
      this.call = call;
      this.to = to;
      this.from = List.of(from);
    }
  }

  static Stream<Arguments> everyStateAndTransition() {
    return Stream.of(State.values())
        .flatMap(s -> Stream.of(Transition.values()).map(t -> Arguments.of(s, t)));
  }

  // The drawing in Waiter, arrow by arrow: each leads where it points, and what is not drawn is
  // refused and changes nothing.
  @ParameterizedTest
  @MethodSource("everyStateAndTransition")
  void transition_fromEachState_onlyAsDrawn(State from, Transition transition) {
    TestWaiter w = from.reach();
    Object item = w.item();
    boolean legal = transition.from.contains(from);
    assertEquals(legal, transition.call.test(w));
    assertEquals(legal ? transition.to : from, State.of(w));
    if (!legal) {
      assertSame(item, w.item(), "a refused transition leaves the item");
    }
    assertEquals(0, w.wakeUps(), "whoever makes a transition wakes the caller later");
  }

  // The questions about the state agree with it.
  @ParameterizedTest
  @EnumSource
  void questions_inEachState_agreeWithIt(State state) {
    TestWaiter w = state.reach();
    assertEquals(state == State.WAITING || state == State.NUDGED, w.isPending());
    assertEquals(state == State.NUDGED, w.isNudged());
    assertEquals(state == State.GRANTED, w.isGranted());
    assertEquals(state == State.FAILED, w.isFailed());
    assertEquals(state == State.CANCELLED || state == State.RETURNED, w.isCancelled());
    assertFalse(w.isLinked());
  }

  // A waiter that offers an element keeps it when it is granted.
  @Test
  void grant_withoutItem_keepsTheOffer() {
    TestWaiter w = new TestWaiter(3, "offer", new ArrayList<>());
    assertEquals(3, w.need());
    assertTrue(w.grant());
    assertEquals("offer", w.item());
  }

  // A granted element is there after the grant, and after it was taken.
  @Test
  void grant_withItem_handsItOver() {
    TestWaiter w = new TestWaiter();
    assertNull(w.item());
    assertTrue(w.grant("item"));
    assertTrue(w.take());
    assertEquals("item", w.item());
  }

  // The cause of a failure is there after it.
  @Test
  void fail_pending_keepsTheCause() {
    TestWaiter w = State.NUDGED.reach();
    assertTrue(w.fail(CAUSE));
    assertSame(CAUSE, w.item());
  }

  // A cancelled wait does not keep alive what came too late.
  @Test
  void grantAndFail_cancelled_leaveTheItem() {
    TestWaiter w = new TestWaiter(1, "offer", new ArrayList<>());
    assertTrue(w.cancelPending());
    assertFalse(w.grant("item"));
    assertEquals("offer", w.item());
    assertFalse(w.fail(CAUSE));
    assertEquals("offer", w.item());
  }

  // Grant or cancel: exactly one of the two, however they meet, with nudges in between.
  @Test
  void grantAndCancel_atOnce_oneWins() throws Exception {
    race(
        new ArrayList<>(List.of(Waiter::grant, Waiter::cancelPending, Waiter::nudge)),
        TestWaiter::new,
        w -> assertNotEquals(w.isGranted(), w.isCancelled()));
  }

  // Take or give back: exactly one of the two.
  @Test
  void takeAndGiveBack_atOnce_oneWins() throws Exception {
    race(
        List.of(Waiter::take, Waiter::giveBack),
        State.GRANTED::reach,
        w -> assertFalse(w.isGranted()));
  }

  private static void race(
      List<Predicate<Waiter>> calls, Supplier<TestWaiter> start, Consumer<TestWaiter> check)
      throws Exception {
    int rounds = 3_000;
    List<TestWaiter> waiters = Stream.generate(start).limit(rounds).toList();
    CyclicBarrier together = new CyclicBarrier(2);
    List<Running<boolean[]>> threads = new ArrayList<>();
    for (Predicate<Waiter> call : calls.subList(0, 2)) {
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                boolean[] won = new boolean[rounds];
                for (int i = 0; i < rounds; i++) {
                  if (i % 64 == 0) {
                    together.await();
                  }
                  won[i] = call.test(waiters.get(i));
                }
                return won;
              }));
    }
    for (Predicate<Waiter> disturbance : calls.subList(2, calls.size())) {
      for (TestWaiter w : waiters) {
        var unused = disturbance.test(w); // whether it came in time does not matter
      }
    }
    boolean[] first = threads.get(0).get();
    boolean[] second = threads.get(1).get();
    for (int i = 0; i < rounds; i++) {
      assertNotEquals(first[i], second[i], "exactly one wins");
      check.accept(waiters.get(i));
    }
  }
}
