package dev.interlock.diagnostics;

import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.Semaphore;
import dev.interlock.sync.WriteGuard;
import dev.interlock.testing.Conditions;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Deadlocks that could have happened. */
class LockOrderTest {
  private final List<LockOrderReport> reports = new ArrayList<>();
  private final DeadlockDetector detector =
      DeadlockDetector.builder().lockOrder().onLockOrderViolation(reports::add).build();
  private final Mutex<String> a = mutex("a");
  private final Mutex<String> b = mutex("b");
  private final Mutex<String> c = mutex("c");

  private Mutex<String> mutex(String name) {
    return Mutex.builder().name(name).detector(detector).of(name);
  }

  private void take(Mutex<?>... inThisOrder) throws InterruptedException {
    List<MutexGuard<?>> guards = new ArrayList<>();
    for (Mutex<?> m : inThisOrder) {
      guards.add(m.lock());
    }
    guards.forEach(MutexGuard::close);
  }

  // Two orders that contradict each other, one after the other: nobody ever waited.
  @Test
  void oppositeOrders_reportedOnce() throws Exception {
    take(a, b);
    take(a, b);
    assertEquals(List.of(), reports);
    take(b, a);
    take(b, a);
    assertEquals(1, reports.size());
    assertContains(
        reports.get(0).toString(),
        "lock order violated by 2 steps",
        "took  Mutex(a)",
        "while it held Mutex(b)",
        "took  Mutex(b)",
        "while it held Mutex(a)");
    assertEquals(
        Thread.currentThread().getName(), reports.get(0).steps().get(0).party().substring(7));
  }

  @Test
  void threeSteps_reported() throws Exception {
    take(a, b);
    take(b, c);
    assertEquals(List.of(), reports);
    take(c, a);
    assertEquals(3, reports.get(0).steps().size());
  }

  // Whoever holds the gate keeps the others out, so the order behind it does not matter.
  @Test
  void commonGate_notReported_untilItIsLeftOut() throws Exception {
    Mutex<String> gate = mutex("gate");
    take(gate, a, b);
    take(gate, b, a);
    assertEquals(List.of(), reports);
    take(a, b);
    assertEquals(1, reports.size(), "b before a had the gate alone");
  }

  // What gives up waits for nobody; what was taken by it is held all the same.
  @Test
  void tryLock_addsNoStep() throws Exception {
    take(a, b);
    MutexGuard<?> ofB = b.lock();
    MutexGuard<?> ofA = a.tryLock();
    assertNotNull(ofA);
    assertEquals(List.of(), reports);
    MutexGuard<?> ofC = c.lock();
    ofC.close();
    ofA.close();
    ofB.close();
    take(c, a);
    assertEquals(1, reports.size());
  }

  // Futures, semaphores and threads make one order.
  @Test
  void futuresAndSemaphores_oneOrder() throws Exception {
    Semaphore s = Semaphore.lock("s", detector);
    Party p = Party.named("p");
    MutexGuard<String> guard = ready(a.lockAsync(p));
    ready(s.acquireAsync(1, p));
    s.release();
    guard.close();
    s.acquire();
    a.lock().close();
    s.release();
    assertEquals(1, reports.size());
    assertContains(reports.get(0).toString(), "Semaphore(s)", "\n  p\n");
  }

  private final RwLock<String> x = RwLock.builder().name("x").detector(detector).of("x");
  private final RwLock<String> y = RwLock.builder().name("y").detector(detector).of("y");

  // Read and written in opposite orders; with readers alone too, because a writer may come between.
  @Test
  void readWriteLocks_oppositeOrders_reported() throws Exception {
    try (ReadGuard<?> one = x.read();
        WriteGuard<?> two = y.write()) {
      assertEquals(List.of(), reports);
    }
    try (ReadGuard<?> one = y.read();
        ReadGuard<?> two = x.read()) {
      assertEquals(1, reports.size());
    }
    assertContains(reports.get(0).toString(), "took  RwLock(x)", "while it held RwLock(y)");
  }

  // A gate that is held to read keeps nobody out; one that is held to write does.
  @Test
  void commonGate_read_isNone() throws Exception {
    try (WriteGuard<?> gate = x.write()) {
      take(a, b);
      take(b, a);
    }
    assertEquals(List.of(), reports);
    try (ReadGuard<?> gate = x.read()) {
      take(b, c);
      take(c, b);
    }
    assertEquals(1, reports.size());
  }

  // An upgrade is a wait for the lock by one that holds what it took since it began to read.
  @Test
  void upgrade_afterAnotherLock_reported() throws Exception {
    try (ReadGuard<String> guard = x.read();
        MutexGuard<?> other = a.lock()) {
      guard.upgrade().close();
    }
    assertEquals(1, reports.size());
    assertContains(reports.get(0).toString(), "took  RwLock(x)", "while it held Mutex(a)");
  }

  // Attempts, downgrades and holds that were handed on add no step; all are held, and let go.
  @Test
  void readWriteLocks_tried_addNoStep() throws Exception {
    try (WriteGuard<?> one = y.write();
        ReadGuard<?> two = x.read()) {
      assertEquals(List.of(), reports);
    }
    ReadGuard<String> reads = x.tryRead();
    y.tryRead().close();
    y.tryRead(java.time.Duration.ofHours(1)).close();
    y.tryWrite().close();
    WriteGuard<String> writes = reads.tryUpgrade();
    reads = writes.downgrade();
    reads.handOver(Party.named("p"));
    y.asReadWriteLock().readLock().lock();
    y.asReadWriteLock().readLock().unlock();
    reads.close();
    assertEquals(List.of(), reports);
    x.asReadWriteLock().readLock().lock();
    y.asReadWriteLock().readLock().lock();
    assertEquals(1, reports.size());
    y.asReadWriteLock().readLock().unlock();
    x.asReadWriteLock().readLock().unlock();
  }

  // A chain in one direction, taken in parts, is an order.
  @Test
  void sameOrder_neverReported() throws Exception {
    take(a, b, c);
    take(a, c);
    take(b, c);
    take(a, b);
    assertEquals(List.of(), reports);
  }

  // With stacks each step says where.
  @Test
  void captureStacks_stepsTellWhere() throws Exception {
    List<LockOrderReport> told = new ArrayList<>();
    DeadlockDetector tracing =
        DeadlockDetector.builder()
            .lockOrder()
            .captureStacks()
            .onLockOrderViolation(told::add)
            .build();
    Mutex<String> x = Mutex.builder().name("x").detector(tracing).of("x");
    Mutex<String> y = Mutex.builder().name("y").detector(tracing).of("y");
    take(x, y);
    take(y, x);
    assertContains(told.get(0).steps().get(0).at().toString(), "LockOrderTest.take");
  }

  // The order keeps nothing alive.
  @Test
  void order_objectsDropped_areCollected() throws Exception {
    List<WeakReference<Mutex<String>>> dropped = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Mutex<String> m = mutex("m" + i);
      take(a, m);
      dropped.add(new WeakReference<>(m));
    }
    Conditions.awaitCollected(dropped);
    take(a, b);
  }
}
