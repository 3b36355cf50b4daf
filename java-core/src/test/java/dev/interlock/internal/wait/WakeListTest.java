package dev.interlock.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WakeListTest {
  private final List<Waiter> woken = new ArrayList<>();

  private TestWaiter waiter() {
    return new TestWaiter(1, null, woken);
  }

  // All are woken once, in the order in which they were granted, and then forgotten.
  @Test
  void wakeAll_several_inOrderAndOnce() {
    WakeList list = new WakeList();
    List<Waiter> waiters = List.of(waiter(), waiter(), waiter());
    waiters.forEach(list::add);
    list.wakeAll();
    assertEquals(waiters, woken);
    waiters.forEach(w -> assertNull(w.next, "keeps the others reachable"));
    list.wakeAll();
    assertEquals(waiters, woken);
  }

  // A thread that has not gone to sleep sees its outcome by itself: nobody looks at its node again.
  @Test
  void add_threadThatIsAwake_isLeftAlone() {
    WakeList list = new WakeList();
    ThreadWaiter awake = new ThreadWaiter(1, null);
    TestWaiter future = waiter();
    assertTrue(awake.grant());
    assertTrue(future.grant());
    list.add(awake);
    list.add(future);
    assertNull(awake.next, "it is chained");
    list.wakeAll();
    assertEquals(List.of(future), woken);
  }

  // A thread that sleeps is woken, whether it was added before its wait ended or after.
  @ParameterizedTest
  @EnumSource
  void wakeAll_threadsThatSleep_goOn(Kind kind) {
    List<ThreadWaiter> waiters = new CopyOnWriteArrayList<>(); // in the order of the threads
    List<Running<ThreadWaiter.Outcome>> threads = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      threads.add(
          kind.<ThreadWaiter.Outcome>start(
                  () -> {
                    ThreadWaiter w = new ThreadWaiter(1, null);
                    waiters.add(w);
                    return w.await(this, false, ThreadWaiter.FOREVER, 0);
                  })
              .awaitAsleep());
    }
    WakeList over = new WakeList();
    assertTrue(waiters.get(0).grant());
    over.add(waiters.get(0));
    over.wakeAll();
    WakeList unfinished = new WakeList();
    unfinished.addUnfinished(waiters.get(1));
    unfinished.grantAll("item");
    unfinished.wakeAll();
    threads.forEach(t -> assertEquals(ThreadWaiter.Outcome.GRANTED, t.get()));
  }

  // The waits end all, in order; who has to be told is, once, and the nodes do not hold each other.
  @Test
  void endAll_unfinished_endsAndWakes() {
    Throwable cause = new IllegalStateException("of the test");
    for (boolean granted : new boolean[] {true, false}) {
      woken.clear();
      WakeList list = new WakeList();
      TestWaiter first = waiter();
      ThreadWaiter awake = new ThreadWaiter(1, null);
      TestWaiter last = waiter();
      List.of(first, awake, last).forEach(list::addUnfinished);
      if (granted) {
        list.grantAll("item");
      } else {
        list.failAll(cause);
      }
      for (Waiter w : List.of(first, awake, last)) {
        assertEquals(granted, w.isGranted());
        assertEquals(!granted, w.isFailed());
        assertSame(granted ? "item" : cause, w.item());
      }
      assertEquals(List.of(), woken, "before they are to be woken");
      list.wakeAll();
      assertEquals(List.of(first, last), woken);
      List.of(first, awake, last).forEach(w -> assertNull(w.next, "keeps the others reachable"));
    }
  }

  // Nobody to wake is no case of its own.
  @Test
  void wakeAll_empty_nothing() {
    new WakeList().wakeAll();
    assertEquals(List.of(), woken);
  }

  // What a waker throws goes to the thread's handler, and the others are woken all the same.
  @Test
  void wakeAll_wakerThrows_othersAreWokenAndHandlerIsTold() {
    RuntimeException fromWaker = new IllegalStateException("thrown by the test's waker");
    Waiter throwing =
        new Waiter(1, null) {
          @Override
          protected void wake() {
            throw fromWaker;
          }
        };
    Waiter after = waiter();
    List<Throwable> handled =
        Kind.PLATFORM
            .<List<Throwable>>start(
                () -> {
                  List<Throwable> uncaught = new ArrayList<>();
                  Thread.currentThread()
                      .setUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
                  WakeList list = new WakeList();
                  list.add(throwing);
                  list.add(after);
                  list.wakeAll();
                  return uncaught;
                })
            .get();
    assertEquals(List.of(fromWaker), handled);
    assertEquals(List.of(after), woken);
  }
}
