package dev.interlock.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.interlock.testing.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

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
