package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.InitialisationException;
import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jol.info.ClassLayout;

class LazyTest {
  private final AtomicInteger runs = new AtomicInteger();
  private final CountDownLatch gate = CountDownLatch.of(1);

  private int next() {
    return runs.incrementAndGet();
  }

  // Nothing is null.
  @Test
  void of_null_refused() {
    assertThrows(NullPointerException.class, () -> Lazy.of(null));
    assertThrows(NullPointerException.class, () -> Lazy.of(() -> 1, null));
    assertThrows(NullPointerException.class, () -> Lazy.named(null, () -> 1, OnFailure.RETRY));
    assertThrows(NullPointerException.class, Lazy.of(() -> null)::get);
  }

  // The supplier runs at the first use, once.
  @Test
  void get_twice_runsOnce() throws InterruptedException {
    Lazy<Integer> lazy = Lazy.of(this::next);
    assertEquals(0, runs.get());
    assertNull(lazy.tryGet());
    assertFalse(lazy.isSet());
    assertEquals(1, lazy.get());
    assertEquals(1, lazy.get());
    assertEquals(1, lazy.getInterruptibly());
    assertEquals(1, ready(lazy.getAsync()));
    assertEquals(1, lazy.tryGet());
    assertTrue(lazy.isSet());
  }

  // Each form may be the one that makes the value.
  @Test
  void anyForm_first_makesIt() throws InterruptedException {
    assertEquals(1, Lazy.of(this::next).getInterruptibly());
    assertEquals(2, ready(Lazy.of(this::next).getAsync()));
  }

  // The text tells the name and the state.
  @Test
  void toString_tellsState() {
    Lazy<Integer> lazy = Lazy.named("answer", this::next, OnFailure.RETRY);
    assertEquals("Lazy(answer)[empty, waiting=0]", lazy.toString());
    lazy.get();
    assertEquals("Lazy(answer)[set, waiting=0]", lazy.toString());
  }

  // A failure is tried again, or remembered.
  @Test
  void get_fails_retriedOrRemembered() {
    Supplier<Integer> second =
        () -> {
          if (next() == 1) {
            throw new IllegalArgumentException("boom");
          }
          return 7;
        };
    Lazy<Integer> retried = Lazy.of(second);
    assertThrows(IllegalArgumentException.class, retried::get);
    assertEquals(7, retried.get());

    runs.set(0);
    Lazy<Integer> strict = Lazy.of(second, OnFailure.REMEMBER);
    IllegalArgumentException boom = assertThrows(IllegalArgumentException.class, strict::get);
    assertSame(boom, assertThrows(InitialisationException.class, strict::get).getCause());
    assertSame(boom, strict.failure());
    assertEquals(1, runs.get());
  }

  // A supplier that asks for itself is told so, by name.
  @Test
  void get_recursive_refusedByName() {
    List<Lazy<Integer>> self = new ArrayList<>();
    self.add(Lazy.named("self", () -> self.get(0).get() + 1, OnFailure.RETRY));
    assertContains(
        assertThrows(IllegalStateException.class, self.get(0)::get).getMessage(),
        "recursive initialisation of Lazy(self)");
  }

  // Threads and futures wait for the one that runs.
  @ParameterizedTest
  @EnumSource
  void get_whileItRuns_waits(Kind kind) {
    Lazy<Integer> lazy =
        Lazy.of(
            () -> {
              gate.awaitUninterruptibly();
              return next();
            });
    Running<Integer> first = kind.start(lazy::get);
    Conditions.await(() -> gate.waiting() == 1);
    Running<Integer> second = kind.start(lazy::getInterruptibly);
    Conditions.await(() -> lazy.waiting() == 1);
    PollFuture<Integer> third = pending(lazy.getAsync());
    gate.countDown();
    assertEquals(1, first.get());
    assertEquals(1, second.get());
    assertEquals(1, ready(third));
  }

  // An interrupted wait leaves, an uninterruptible one keeps the interrupt.
  @ParameterizedTest
  @EnumSource
  void getInterruptibly_interrupted_leaves(Kind kind) {
    Lazy<Integer> lazy =
        Lazy.of(
            () -> {
              gate.awaitUninterruptibly();
              return next();
            });
    Running<Integer> first = kind.start(lazy::get);
    Conditions.await(() -> gate.waiting() == 1);
    Running<Integer> second = kind.start(lazy::getInterruptibly);
    Conditions.await(() -> lazy.waiting() == 1);
    second.interrupt();
    second.failure(InterruptedException.class);
    assertEquals(0, lazy.waiting());
    gate.countDown();
    assertEquals(1, first.get());
    Polls.assertInterrupted(false);
  }

  // An interrupt that meets the value: the waiter has it, and finds the interrupt later.
  @ParameterizedTest
  @EnumSource
  void getInterruptibly_interruptMeetsTheValue_hasIt(Kind kind) {
    Lazy<Integer> lazy = gated();
    Running<Integer> first = kind.start(lazy::get);
    Conditions.await(() -> gate.waiting() == 1);
    List<Running<Integer>> third = new ArrayList<>();
    PollFuture<Integer> second = lazy.getAsync();
    Context interrupts =
        new Context(
            () -> {
              third.get(0).interrupt();
              Conditions.await(third.get(0)::isDone);
            });
    assertFalse(second.poll(interrupts).isReady());
    third.add(
        kind.start(
            () -> {
              int value = lazy.getInterruptibly();
              assertTrue(Thread.interrupted(), "the interrupt is left for the caller");
              return value;
            }));
    Conditions.await(() -> lazy.waiting() == 2);
    third.get(0).awaitAsleep();
    gate.countDown();
    assertEquals(1, third.get(0).get());
    assertEquals(1, first.get());
    assertEquals(1, ready(second));
  }

  // A dropped future leaves the queue; one that is dropped as the value is made changes nothing.
  @Test
  void getAsync_dropped_noEffect() {
    Lazy<Integer> lazy = gated();
    Running<Integer> first = Kind.PLATFORM.start(lazy::get);
    Conditions.await(() -> gate.waiting() == 1);
    PollFuture<Integer> second = pending(lazy.getAsync());
    PollFuture<Integer> third = pending(lazy.getAsync());
    assertTrue(second.cancel());
    assertEquals(1, lazy.waiting());
    gate.countDown();
    assertEquals(1, first.get());
    assertTrue(third.cancel());
    assertEquals(1, lazy.get());
    assertEquals(1, runs.get());
  }

  /** One whose supplier waits for the gate. */
  private Lazy<Integer> gated() {
    return Lazy.of(
        () -> {
          gate.awaitUninterruptibly();
          return next();
        });
  }

  // Once there is a value, the supplier and what it holds can be collected.
  @Test
  void get_made_supplierIsLetGo() {
    Object held = new Object();
    WeakReference<Object> reference = new WeakReference<>(held);
    Lazy<Integer> lazy = lazyOver(held);
    held = null;
    assertEquals(1, lazy.get());
    Conditions.awaitCollected(List.of(reference));
    assertEquals(1, lazy.get());
  }

  private static Lazy<Integer> lazyOver(Object held) {
    return Lazy.of(() -> held.hashCode() == 0 ? 0 : 1);
  }

  // 40 bytes, and the supplier.
  @Test
  void footprint_isAsPromised() {
    assertEquals(40, ClassLayout.parseInstance(Lazy.of(this::next)).instanceSize());
  }
}
