package dev.interlock.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ends of waits at a latch and at a group, which wait by the same code. */
class CountedGateCancellationTest {
  private static final Duration LONG = Duration.ofHours(1);

  /** Of one each, so that a wait waits. */
  private static List<CountedGate> gates() {
    WaitGroup group = WaitGroup.named("jobs");
    group.add();
    return List.of(CountDownLatch.named("start", 1), group);
  }

  /** Whether it was let through; by the form with a time or by the one without. */
  private static boolean await(CountedGate gate, boolean timed) throws InterruptedException {
    if (timed) {
      return gate.await(LONG);
    }
    gate.await();
    return true;
  }

  private static void awaitWaiting(CountedGate gate) {
    Conditions.await(() -> gate.waiting() == 1, () -> "one waiting, at " + gate);
  }

  /** The step to zero for the head of the queue, up to the wake-up, which does not come. */
  private static void letThroughWithoutWaking(CountedGate gate) {
    WaitQueue q = gate.queue();
    q.lock();
    try {
      Waiter head = q.head();
      assertTrue(head.grant());
      q.waiters().remove(head);
    } finally {
      q.unlock();
    }
  }

  // An interrupt ends the wait without effect, with a time or without.
  @ParameterizedTest
  @EnumSource
  void await_interruptedWhileQueued_leavesTheQueue(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      for (CountedGate gate : gates()) {
        Running<Boolean> waiter = kind.start(() -> await(gate, timed));
        awaitWaiting(gate);
        waiter.interrupt();
        waiter.failure(InterruptedException.class);
        assertEquals(0, gate.waiting());
        assertEquals(1, gate.count());
      }
    }
  }

  // An interrupt that meets the zero: let through, and the interrupt status is set.
  @ParameterizedTest
  @EnumSource
  void await_interruptMeetsTheZero_isLetThrough(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      for (CountedGate gate : gates()) {
        Running<Boolean> waiter =
            kind.start(
                () -> {
                  boolean through = await(gate, timed);
                  assertTrue(Thread.interrupted(), "the interrupt is left for the caller");
                  return through;
                });
        awaitWaiting(gate);
        waiter.awaitAsleep();
        letThroughWithoutWaking(gate);
        waiter.interrupt();
        assertTrue(waiter.get());
      }
    }
  }

  // A time that runs out as the count gets to zero: let through.
  @ParameterizedTest
  @EnumSource
  void await_timeOutMeetsTheZero_isLetThrough(Kind kind) {
    for (CountedGate gate : gates()) {
      Running<Boolean> waiter = kind.start(() -> gate.await(Duration.ofSeconds(1)));
      awaitWaiting(gate);
      letThroughWithoutWaking(gate);
      assertTrue(waiter.get());
    }
  }
}
