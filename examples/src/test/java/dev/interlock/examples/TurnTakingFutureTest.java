package dev.interlock.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.channel.Channel;
import dev.interlock.future.Context;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnTakingFutureTest {
  private final Channel<Integer> balls = Channel.bounded(1);
  private final Mutex<List<Turn>> ledger = Mutex.fair(new ArrayList<>());
  private final WakerLoop loop = new WakerLoop();
  private final Context cx = new Context(loop);
  private final TurnTakingFuture future =
      new TurnTakingFuture("future", 2, balls, ledger, () -> {});

  // With a ball there and the mutex free, all turns are taken in one poll.
  @Test
  void poll_nothingToWaitFor_takesAllTurns() throws Exception {
    balls.send(7);
    assertEquals(2, loop.drive(future));
    assertEquals(1, loop.polls());
    assertEquals(
        List.of(new Turn("future", 7), new Turn("future", 7)), ledger.withLock(List::copyOf));
    assertEquals(7, balls.receive());
  }

  // Each operation that has to wait makes the poll pending, and its wake-up leads further.
  @Test
  void poll_mutexHeld_pendsUntilUnlocked() throws Exception {
    balls.send(7);
    MutexGuard<List<Turn>> guard = ledger.lock();
    assertFalse(future.poll(cx).isReady());
    assertEquals(1, ledger.waiting());
    guard.close();
    assertEquals(2, loop.drive(future));
  }

  // Dropped while it waits for a ball, it leaves the queue.
  @Test
  void cancel_waitingForBall_leavesQueue() {
    assertFalse(future.poll(cx).isReady());
    assertEquals(1, balls.waitingReceivers());
    assertTrue(future.cancel());
    assertEquals(0, balls.waitingReceivers());
    assertFalse(future.cancel());
  }

  // Dropped with a ball in hand, it gives the ball back.
  @Test
  void cancel_waitingForMutex_returnsBall() throws Exception {
    balls.send(7);
    try (MutexGuard<List<Turn>> guard = ledger.lock()) {
      assertFalse(future.poll(cx).isReady());
      assertTrue(balls.isEmpty());
      assertTrue(future.cancel());
      assertEquals(0, ledger.waiting());
      assertEquals(List.of(), guard.get());
    }
    assertEquals(7, balls.receive());
  }

  // A result is given once.
  @Test
  void poll_afterCompletion_isAnError() throws Exception {
    balls.send(7);
    assertTrue(future.poll(cx).isReady());
    assertThrows(IllegalStateException.class, () -> future.poll(cx));
  }
}
