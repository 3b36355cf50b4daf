package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WaitGroupTest {
  private final WaitGroup group = WaitGroup.named("jobs");

  // Nobody waits at an empty group.
  @Test
  void await_empty_returnsAtOnce() throws InterruptedException {
    group.await();
    assertTrue(group.await(Duration.ZERO));
    ready(group.awaitAsync());
    assertEquals(0, group.count());
  }

  // Who waits goes on when the last member has left, not before.
  @Test
  void done_last_letsThrough() {
    group.add();
    group.add(2);
    PollFuture<Void> waiter = pending(group.awaitAsync());
    group.done(2);
    assertEquals(1, group.count());
    pending(waiter);
    group.done();
    ready(waiter);
    assertEquals(0, group.waiting());
  }

  // Members may join while somebody waits; the wait goes on.
  @Test
  void add_whileSomebodyWaits_waitGoesOn() {
    group.add();
    PollFuture<Void> waiter = pending(group.awaitAsync());
    group.add();
    group.done();
    pending(waiter);
    group.done();
    ready(waiter);
  }

  // The group serves again; who was let through stays so, who comes later waits.
  @Test
  void add_afterTheZero_startsAnew() {
    group.add();
    PollFuture<Void> early = pending(group.awaitAsync());
    group.done();
    group.add();
    PollFuture<Void> late = pending(group.awaitAsync());
    ready(early);
    pending(late);
    group.done();
    ready(late);
  }

  // More leaves than members are refused, and nothing changes.
  @Test
  void done_withoutMember_refusedAndUnchanged() {
    assertContains(
        assertThrows(IllegalStateException.class, group::done).getMessage(),
        "1 members cannot leave WaitGroup(jobs)[count=0",
        "once for each add");
    group.add();
    PollFuture<Void> waiter = pending(group.awaitAsync());
    assertThrows(IllegalStateException.class, () -> group.done(2));
    assertEquals(1, group.count());
    pending(waiter);
    group.done();
    ready(waiter);
  }

  // Less than one, and too many, are refused.
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void addAndDone_lessThanOne_refused(int n) {
    assertThrows(IllegalArgumentException.class, () -> group.add(n));
    assertThrows(IllegalArgumentException.class, () -> group.done(n));
    assertEquals(0, group.count());
  }

  // As many as an int counts, and no more.
  @Test
  void add_tooMany_refusedAndUnchanged() {
    group.add(Integer.MAX_VALUE);
    PollFuture<Void> waiter = pending(group.awaitAsync());
    assertContains(
        assertThrows(IllegalStateException.class, group::add).getMessage(),
        "adding 1 members",
        "WaitGroup(jobs)[count=2147483647, waiting=1]");
    assertEquals(Integer.MAX_VALUE, group.count());
    group.done(Integer.MAX_VALUE);
    ready(waiter);
  }

  // Names are there or not, never null.
  @Test
  void named_null_refused() {
    assertThrows(NullPointerException.class, () -> WaitGroup.named(null));
    assertContains(WaitGroup.create().toString(), "WaitGroup@", "[count=0, waiting=0]");
  }

  // A cancelled waiter leaves nothing behind: the group works without the lock of its queue again.
  @Test
  void cancel_lastWaiter_leavesTheQueue() {
    group.add();
    PollFuture<Void> waiter = pending(group.awaitAsync());
    assertTrue(waiter.cancel());
    assertEquals(0, group.waiting());
    group.done();
    ready(group.awaitAsync());
  }

  // Members come and go on many threads: a waiter that is let through sees all that was done
  // before.
  @ParameterizedTest
  @EnumSource
  void manyRounds_nobodyForgotten(Kind kind) {
    AtomicInteger done = new AtomicInteger();
    int expected = 0;
    for (int round = 0; round < 300; round++) {
      int members = 1 + round % 3;
      group.add(members);
      expected += members;
      Running<Integer> waiter =
          kind.start(
              () -> {
                group.await();
                return done.get();
              });
      List<Running<Void>> running = new ArrayList<>();
      for (int i = 0; i < members; i++) {
        running.add(
            kind.start(
                () -> {
                  done.incrementAndGet();
                  group.done();
                  return null;
                }));
      }
      assertEquals(expected, waiter.get());
      running.forEach(Running::get);
    }
    Conditions.await(() -> group.waiting() == 0);
  }
}
