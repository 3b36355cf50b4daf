package dev.interlock.diagnostics;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What threads hold, as the order of acquisitions sees it: whoever tells it, and from where. */
class HoldingsTest {
  private final List<LockOrderReport> reports = new CopyOnWriteArrayList<>();
  private final DeadlockDetector detector =
      DeadlockDetector.builder().lockOrder().onLockOrderViolation(reports::add).build();
  private final Mutex<String> a = mutex("a");
  private final Mutex<String> b = mutex("b");
  private final Mutex<String> c = mutex("c");
  private final Mutex<String> d = mutex("d");

  private Mutex<String> mutex(String name) {
    return Mutex.builder().name(name).detector(detector).of(name);
  }

  private RwLock<String> rwLock(String name) {
    return RwLock.builder().name(name).detector(detector).manyReaders().of(name);
  }

  /** Takes them in this order, and lets them go in the opposite one. */
  private static boolean take(Mutex<?>... inThisOrder) throws InterruptedException {
    List<MutexGuard<?>> guards = new ArrayList<>();
    for (Mutex<?> m : inThisOrder) {
      guards.add(m.lock());
    }
    for (int i = guards.size() - 1; i >= 0; i--) {
      guards.get(i).close();
    }
    return true;
  }

  private void assertNoEdge(Mutex<?> before, Mutex<?> after) throws InterruptedException {
    int known = reports.size();
    take(after, before);
    assertEquals(known, reports.size(), "there was an edge from " + before + " to " + after);
  }

  private void assertEdge(Mutex<?> before, Mutex<?> after) throws InterruptedException {
    int known = reports.size();
    take(after, before);
    assertEquals(known + 1, reports.size(), "no edge from " + before + " to " + after);
  }

  // Whichever threads take them, the two orders are one violation.
  @ParameterizedTest
  @EnumSource
  void oppositeOrders_severalThreads_reportedOnce(Kind kind) {
    for (int i = 0; i < 3; i++) {
      assertTrue(kind.start(() -> take(a, b)).get());
    }
    assertEquals(List.of(), reports);
    for (int i = 0; i < 3; i++) {
      assertTrue(kind.start(() -> take(b, a)).get());
    }
    assertEquals(1, reports.size());
    assertEquals(0, detector.holding());
  }

  // What was taken alone, again and again, is known when something else is taken within.
  @Test
  void manyTimesAlone_thenNested_edge() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      take(i % 3 == 0 ? b : a);
    }
    take(a, b);
    assertEquals(0, detector.holding());
    assertEdge(a, b);
  }

  // Let go of in the order of taking: what is left goes on to be held, and what is gone does not.
  @Test
  void releasedFirstInFirstOut_onlyWhatIsLeft() throws Exception {
    MutexGuard<?> ofA = a.lock();
    MutexGuard<?> ofB = b.tryLock(); // no edge, so that a path tells of one edge
    MutexGuard<?> ofC = c.tryLock();
    ofA.close();
    assertEquals(1, detector.holding());
    take(d);
    ofB.close();
    assertEquals(1, detector.holding());
    ofC.close();
    assertEquals(0, detector.holding());
    assertNoEdge(a, d);
    assertEdge(b, d);
    assertEdge(c, d);
  }

  // Held as often as it was taken, and no edge to itself.
  @Test
  void watch_takenTwice_heldTwice() throws Exception {
    Watch w = detector.watch("w", "w");
    Thread me = Thread.currentThread();
    w.acquired(me);
    w.acquired(me);
    assertEquals(List.of(), reports);
    w.released();
    assertEquals(1, detector.holding());
    w.acquired(me);
    w.released();
    // The watch has one holder, so the second hold is let go by another way.
    w.acquired(me);
    w.handOver(null);
    assertEquals(1, detector.holding());
    take(a);
    w.acquired(me);
    w.released();
    assertEquals(List.of(), reports);
  }

  // A reader that reads again holds it twice.
  @Test
  void reader_twice_heldTwice() throws Exception {
    RwLock<String> x = rwLock("x");
    ReadGuard<?> one = x.read();
    ReadGuard<?> two = x.read();
    one.close();
    take(a);
    two.close();
    take(b);
    assertEquals(0, detector.holding());
    try (MutexGuard<?> outer = b.lock();
        ReadGuard<?> inner = x.read()) {
      assertEquals(List.of(), reports);
    }
    try (MutexGuard<?> outer = a.lock();
        ReadGuard<?> inner = x.read()) {
      assertEquals(1, reports.size());
    }
  }

  // Who writes and reads, as in a lock of the JDK, holds it until both are over.
  @Test
  void sharedWatch_writerReads_heldUntilBothAreOver() throws Exception {
    SharedWatch w = detector.watchShared("w", "w", 2);
    Thread me = Thread.currentThread();
    for (int i = 0; i < 3; i++) {
      w.acquired(me);
      w.sharedBy(me, true);
      w.released();
      assertEquals(1, detector.holding());
      w.releasedBy(me);
      assertEquals(0, detector.holding());
      w.shared(1, me, true);
      w.tried(me);
      w.released(1);
      assertEquals(1, detector.holding());
      w.released();
      assertEquals(0, detector.holding());
    }
    assertEquals(List.of(), reports);
  }

  // Readers in places of their own are in the order as all others are.
  @ParameterizedTest
  @EnumSource
  void readers_inCells_oppositeOrders_reportedOnce(Kind kind) throws Exception {
    SharedWatch x = detector.watchShared("x", "x", 4);
    SharedWatch y = detector.watchShared("y", "y", 4);
    for (int i = 0; i < 10; i++) {
      readBoth(x, y, i % 4);
    }
    assertEquals(List.of(), reports);
    for (int i = 0; i < 4; i++) {
      int cell = i;
      assertTrue(kind.start(() -> readBoth(y, x, cell)).get());
    }
    assertEquals(1, reports.size());
    assertEquals(0, detector.holding());
  }

  private static boolean readBoth(SharedWatch one, SharedWatch two, int cell) {
    Thread me = Thread.currentThread();
    one.shared(cell, me, true);
    two.shared(cell, me, true);
    assertSame(me, two.sharer(cell));
    two.released(cell);
    one.released(cell);
    return true;
  }

  // Closed by another thread, untold: the one that took it holds it no more.
  @ParameterizedTest
  @EnumSource
  void closedByAnother_untold_heldNoMore(Kind kind) throws Exception {
    MutexGuard<?> ofA = a.lock();
    assertTrue(kind.start(() -> close(ofA)).get());
    assertEquals(0, detector.holding());
    take(b);
    assertNoEdge(a, b);
    take(a);
    MutexGuard<?> again = a.lock();
    assertEquals(1, detector.holding());
    take(c);
    again.close();
    assertEquals(0, detector.holding());
    assertEdge(a, c);
  }

  // The same with the outer one of two.
  @ParameterizedTest
  @EnumSource
  void closedByAnother_outer_innerIsHeld(Kind kind) throws Exception {
    MutexGuard<?> ofA = a.lock();
    MutexGuard<?> ofB = b.tryLock();
    assertTrue(kind.start(() -> close(ofA)).get());
    take(c);
    ofB.close();
    assertEquals(0, detector.holding());
    assertNoEdge(a, c);
    assertEdge(b, c);
  }

  // And with the inner one.
  @ParameterizedTest
  @EnumSource
  void closedByAnother_inner_outerIsHeld(Kind kind) throws Exception {
    MutexGuard<?> outer = a.lock();
    MutexGuard<?> inner = b.tryLock();
    assertTrue(kind.start(() -> close(inner)).get());
    take(d);
    outer.close();
    assertEquals(0, detector.holding());
    assertNoEdge(b, d);
    assertEdge(a, d);
  }

  // Taken again in the moment in which another has let it go: held once, and let go once.
  @Test
  void closedByAnother_takenAgain_heldOnce() throws Exception {
    for (int i = 0; i < 3; i++) {
      MutexGuard<?> first = a.lock();
      assertTrue(Kind.PLATFORM.start(() -> close(first)).get());
      MutexGuard<?> second = a.lock();
      assertEquals(1, detector.holding());
      second.close();
      assertEquals(0, detector.holding());
    }
    take(b);
    assertNoEdge(a, b);
  }

  private static boolean close(AutoCloseable guard) throws Exception {
    guard.close();
    return true;
  }

  // Handed over by who holds it: the other one holds it, and says so in its edges.
  @ParameterizedTest
  @EnumSource
  void handOver_otherThreadHolds(Kind kind) throws Exception {
    MutexGuard<?> ofA = a.lock();
    CountDownLatch before = new CountDownLatch(1);
    CountDownLatch handed = new CountDownLatch(1);
    Running<Boolean> taker =
        kind.start(
            () -> {
              take(d);
              before.countDown();
              handed.await();
              take(b);
              ofA.close();
              return take(c);
            });
    before.await();
    a.watch().handOver(taker.thread());
    take(d);
    handed.countDown();
    assertTrue(taker.get());
    assertEquals(0, detector.holding());
    assertNoEdge(a, d);
    assertNoEdge(a, c);
    assertEdge(a, b);
    assertContains(
        reports.get(0).toString(), DeadlockDetector.describe(taker.thread()), "Mutex(b)");
  }

  // Handed over by a third, who neither gives nor takes.
  @Test
  void handOver_byAThird_otherThreadHolds() throws Exception {
    MutexGuard<?> ofA = a.lock();
    Running<Boolean> taker = Kind.PLATFORM.start(HoldingsTest::sleep).awaitAsleep();
    assertTrue(
        Kind.PLATFORM
            .start(
                () -> {
                  a.watch().handOver(taker.thread());
                  return true;
                })
            .get());
    take(b);
    assertEquals(1, detector.holding());
    a.watch().handOver(null);
    assertEquals(0, detector.holding());
    ofA.close();
    assertNoEdge(a, b);
    taker.interrupt();
    assertTrue(taker.get());
  }

  private static boolean sleep() {
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException enough) {
      return true;
    }
    return false;
  }

  // What others take in the name of a thread comes after what it holds, and before what it takes.
  @ParameterizedTest
  @EnumSource
  void namedByAnother_inOneOrderWithItsOwn(Kind kind) throws Exception {
    Watch u = detector.watch("u", "u");
    Watch v = detector.watch("v", "v");
    CountDownLatch holds = new CountDownLatch(1);
    CountDownLatch named = new CountDownLatch(1);
    Running<Boolean> party =
        kind.start(
            () -> {
              MutexGuard<?> ofA = a.lock();
              holds.countDown();
              named.await();
              take(b);
              v.released();
              ofA.close();
              return take(c);
            });
    holds.await();
    u.acquired(party.thread());
    u.released();
    v.acquired(party.thread());
    named.countDown();
    assertTrue(party.get());
    assertEquals(0, detector.holding());
    // Edges: a -> u, a -> v, a -> b, v -> b.
    Thread me = Thread.currentThread();
    try (MutexGuard<?> outer = b.lock()) {
      u.acquired(me);
      u.released();
      assertEquals(0, reports.size(), "u was let go before b was taken");
      v.acquired(me);
      v.released();
      assertEquals(1, reports.size());
    }
    for (Watch w : List.of(u, v)) {
      int known = reports.size();
      w.acquired(me);
      take(c);
      assertEquals(known, reports.size());
      take(a);
      assertEquals(known + 1, reports.size());
      w.released();
    }
  }

  // A thread that others act for, and that never acts itself, leaves nothing behind.
  @Test
  void namedByAnother_neverCalls_nothingPilesUp() throws Exception {
    Running<Boolean> party = Kind.PLATFORM.start(HoldingsTest::sleep).awaitAsleep();
    Watch u = detector.watch("u", "u");
    Watch v = detector.watch("v", "v");
    for (int i = 0; i < 10_000; i++) {
      u.acquired(party.thread());
      v.acquired(party.thread());
      (i % 2 == 0 ? u : v).released();
      assertEquals(1, detector.holding());
      (i % 2 == 0 ? v : u).released();
      assertEquals(0, detector.holding());
    }
    v.acquired(party.thread());
    assertEquals(List.of(), reports);
    u.acquired(party.thread());
    assertEquals(1, reports.size());
    party.interrupt();
    assertTrue(party.get());
  }

  // A thread that dies with something held holds it as long as anybody can reach that.
  @ParameterizedTest
  @EnumSource
  void died_withSomethingHeld_isHolder_untilDropped(Kind kind) throws Exception {
    Mutex<String> left = mutex("left");
    Mutex<String> within = mutex("within");
    WeakReference<Thread> dead = dieWith(kind, left, within);
    System.gc();
    assertEquals(1, detector.holding());
    Watch watch = left.watch();
    assertSame(dead.get(), watch.holder());
    assertTrue(left.toString().contains(" by "), left::toString);
    // Whoever goes on in its name is still within it.
    watch.released();
    within.watch().released();
    assertEquals(0, detector.holding());
    left = null;
    within = null;
    watch = null;
    Conditions.awaitCollected(List.of(dead));
    awaitForgotten();
  }

  /** Until this thread is the only one that is known. */
  private void awaitForgotten() {
    Conditions.await(
        () -> {
          a.tryLock().close();
          return detector.threadsKnown() == 1;
        },
        () -> "the end of " + detector.threadsKnown() + " entries");
  }

  private static WeakReference<Thread> dieWith(Kind kind, Mutex<?> one, Mutex<?> two) {
    Running<Boolean> dying =
        kind.start(
            () -> {
              one.lock();
              two.lock();
              return true;
            });
    assertTrue(dying.get());
    Conditions.await(() -> !dying.thread().isAlive());
    return new WeakReference<>(dying.thread());
  }

  // Dropped with what it holds, while the lock within is dropped too.
  @Test
  void died_withSomethingHeld_droppedWithIt() throws Exception {
    List<WeakReference<Thread>> dead = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      dead.add(dieWith(Kind.PLATFORM, mutex("one"), mutex("two")));
    }
    Conditions.awaitCollected(dead);
    awaitForgotten();
    assertEquals(0, detector.holding());
  }

  // Threads that come and go leave nothing behind, but the last one at the lock.
  @ParameterizedTest
  @EnumSource
  void shortLivedThreads_doNotPileUp(Kind kind) throws Exception {
    List<WeakReference<Thread>> gone = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      gone.add(comeAndGo(kind, i));
    }
    take(a);
    take(b);
    Conditions.awaitCollected(gone);
    awaitForgotten();
  }

  private WeakReference<Thread> comeAndGo(Kind kind, int i) {
    Running<Boolean> visitor = kind.start(() -> i % 2 == 0 ? take(a) : take(a, b));
    assertTrue(visitor.get());
    Conditions.await(() -> !visitor.thread().isAlive());
    return new WeakReference<>(visitor.thread());
  }

  // Dropped locks that were handed along a chain of threads do not keep each other.
  @Test
  void droppedLocks_inAChain_areCollected() throws Exception {
    List<WeakReference<Mutex<String>>> dropped = new ArrayList<>();
    Mutex<String> last = a;
    for (int i = 0; i < 20; i++) {
      Mutex<String> from = last;
      Mutex<String> to = mutex("link " + i);
      assertTrue(takeAndForget(from, to));
      dropped.add(new WeakReference<>(to));
      last = to;
    }
    last = null;
    Conditions.awaitCollected(dropped);
    assertNotNull(a.watch());
  }

  /** By a thread that keeps nothing of them. */
  private static boolean takeAndForget(Mutex<?> one, Mutex<?> two) {
    Mutex<?>[] both = {one, two};
    return Kind.PLATFORM
        .start(
            () -> {
              take(both[0]);
              take(both[1]);
              both[0] = both[1] = null;
              return true;
            })
        .get();
  }

  private static final class EqualThread extends Thread {
    EqualThread(Runnable body) {
      super(body);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof EqualThread;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  // Threads are told apart by identity, whatever their class says.
  @Test
  void equalThreads_toldApart() throws Exception {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    CountDownLatch bothHold = new CountDownLatch(2);
    CountDownLatch bothLooked = new CountDownLatch(2);
    for (Mutex<?> outer : List.of(a, b)) {
      Thread thread =
          new EqualThread(
              () -> {
                try (MutexGuard<?> guard = outer.lock()) {
                  bothHold.countDown();
                  bothHold.await();
                  assertEquals(2, detector.holding());
                  bothLooked.countDown();
                  bothLooked.await();
                  take(outer == a ? c : d);
                } catch (Throwable failure) {
                  failures.add(failure);
                }
              });
      thread.setDaemon(true);
      thread.start();
    }
    Conditions.await(() -> bothLooked.getCount() == 0 && detector.holding() == 0);
    assertEquals(List.of(), failures);
    assertNoEdge(a, d);
    assertEdge(a, c);
    assertEdge(b, d);
  }

  // Other parties are in the same order.
  @Test
  void otherParties_inTheSameOrder() throws Exception {
    Party p = Party.named("p");
    Watch u = detector.watch("u", "u");
    Watch v = detector.watch("v", "v");
    u.acquired(p);
    v.acquired(p);
    assertEquals(1, detector.holding());
    u.released();
    v.released();
    assertEquals(0, detector.holding());
    v.acquired(Thread.currentThread());
    u.acquired(Thread.currentThread());
    assertEquals(1, reports.size());
    u.handOver(p);
    assertEquals(2, detector.holding());
  }
}
