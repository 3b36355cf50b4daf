package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the documentation of {@link Lock} and {@link Condition} promises, method by method, of the view;
 * and of {@link ReentrantLock}, so that the tests are known to ask for no more than that.
 */
class MutexLockConditionTest {
  /** A lock of the JDK's interface, by name. */
  private static final class Subject {
    final String name;
    final Lock lock;

    Subject(String name, Lock lock) {
      this.name = name;
      this.lock = lock;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Arguments> locks() {
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                Stream.of(
                        new Subject("view", Mutex.of(0).asLock()),
                        new Subject("view of a fair mutex", Mutex.fair(0).asLock()),
                        new Subject("ReentrantLock", new ReentrantLock()),
                        new Subject("fair ReentrantLock", new ReentrantLock(true)))
                    .map(subject -> Arguments.of(subject, kind)));
  }

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private interface Wait<R> {
    R on(Condition condition) throws Exception;
  }

  /** What a waiting thread says of itself: the result, or the exception, and what was true then. */
  private static final class Waiter<R> {
    private final CountDownLatch inside = new CountDownLatch(1);
    final Running<R> running;

    /** Locks, waits, and unlocks: which is an error, unless it holds the lock then. */
    Waiter(Lock lock, Kind kind, Condition condition, Wait<R> wait) {
      running =
          kind.start(
              () -> {
                lock.lock();
                try {
                  inside.countDown();
                  return wait.on(condition);
                } finally {
                  lock.unlock();
                }
              });
      try {
        inside.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      // It has had the lock when it said so; who has the lock after that finds it waiting.
      lock.lock();
      lock.unlock();
    }

    R get() {
      return running.get();
    }
  }

  private static void signal(Lock lock, Condition condition) {
    lock.lock();
    try {
      condition.signal();
    } finally {
      lock.unlock();
    }
  }

  private static <R> Wait<Boolean> interruptedAfter(Wait<R> wait) {
    return condition -> {
      wait.on(condition);
      return Thread.interrupted();
    };
  }

  /** Each interruptible form, waiting for long. */
  private static List<Wait<Object>> interruptibleForms() {
    return List.of(
        c -> {
          c.await();
          return true;
        },
        c -> c.await(1, TimeUnit.HOURS),
        c -> c.awaitNanos(TimeUnit.HOURS.toNanos(1)) > 0,
        c -> c.awaitUntil(new Date(System.currentTimeMillis() + 3_600_000)));
  }

  private static List<Wait<Object>> allForms() {
    List<Wait<Object>> forms = new ArrayList<>(interruptibleForms());
    forms.add(
        c -> {
          c.awaitUninterruptibly();
          return true;
        });
    return forms;
  }

  // Condition: "the lock associated with this condition is atomically released", and "when the
  // thread returns it is guaranteed to hold this lock", after a signal.
  @ParameterizedTest
  @MethodSource("locks")
  void await_eachForm_releasesAndHoldsAfterTheSignal(Subject subject, Kind kind) {
    Lock lock = subject.lock;
    Condition condition = lock.newCondition();
    for (Wait<Object> form : allForms()) {
      Waiter<Object> waiter = new Waiter<>(lock, kind, condition, form);
      signal(lock, condition);
      assertEquals(true, waiter.get(), "signalled in time");
      assertTrue(lock.tryLock());
      lock.unlock();
    }
  }

  // await: an interrupt "while waiting" throws, "the current thread's interrupted status is
  // cleared", and the lock is held.
  @ParameterizedTest
  @MethodSource("locks")
  void await_eachInterruptibleForm_interruptedWhileWaiting_throwsWithTheLock(
      Subject subject, Kind kind) {
    Condition condition = subject.lock.newCondition();
    for (Wait<Object> form : interruptibleForms()) {
      Wait<Boolean> wait =
          c -> {
            assertThrows(InterruptedException.class, () -> form.on(c));
            return Thread.currentThread().isInterrupted();
          };
      Waiter<Boolean> waiter = new Waiter<>(subject.lock, kind, condition, wait);
      waiter.running.interrupt();
      assertFalse(waiter.get());
    }
  }

  // await: an interrupt "on entry" throws too, and clears the status.
  @ParameterizedTest
  @MethodSource("locks")
  void await_eachInterruptibleForm_interruptedOnEntry_throwsWithTheLock(
      Subject subject, Kind kind) {
    Condition condition = subject.lock.newCondition();
    for (Wait<Object> form : interruptibleForms()) {
      Wait<Boolean> wait =
          c -> {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> form.on(c));
            return Thread.currentThread().isInterrupted();
          };
      assertFalse(new Waiter<>(subject.lock, kind, condition, wait).get());
    }
  }

  // awaitUninterruptibly: an interrupt, on entry or while waiting, "will continue to wait until
  // signalled", and the status "will still be set".
  @ParameterizedTest
  @MethodSource("locks")
  void awaitUninterruptibly_interrupted_waitsForTheSignalAndKeepsTheStatus(
      Subject subject, Kind kind) {
    Lock lock = subject.lock;
    Condition condition = lock.newCondition();
    Wait<Object> form =
        c -> {
          c.awaitUninterruptibly();
          return null;
        };
    Waiter<Boolean> during = new Waiter<>(lock, kind, condition, interruptedAfter(form));
    during.running.interrupt();
    assertFalse(during.running.isDone());
    signal(lock, condition);
    assertTrue(during.get());

    Wait<Boolean> onEntry =
        c -> {
          Thread.currentThread().interrupt();
          return interruptedAfter(form).on(c);
        };
    Waiter<Boolean> before = new Waiter<>(lock, kind, condition, onEntry);
    signal(lock, condition);
    assertTrue(before.get());
  }

  // The timed forms: false, or not above zero, when the time "detectably elapsed"; the lock is
  // held.
  @ParameterizedTest
  @MethodSource("locks")
  void timedForms_timeRunsOut_sayingSoWithTheLock(Subject subject, Kind kind) {
    Condition condition = subject.lock.newCondition();
    List<Wait<Object>> forms =
        List.of(
            c -> c.await(5, TimeUnit.MILLISECONDS),
            c -> c.awaitNanos(TimeUnit.MILLISECONDS.toNanos(5)) > 0,
            c -> c.awaitUntil(new Date(System.currentTimeMillis() + 5)));
    for (Wait<Object> form : forms) {
      long start = System.nanoTime();
      assertEquals(false, new Waiter<>(subject.lock, kind, condition, form).get());
      assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(4));
    }
  }

  // The timed forms without time: false at once; a time of any sign and size is taken.
  @ParameterizedTest
  @MethodSource("locks")
  void timedForms_noTime_falseWithTheLock(Subject subject, Kind kind) {
    Condition condition = subject.lock.newCondition();
    List<Wait<Object>> forms = new ArrayList<>();
    for (long none : new long[] {0, -1}) {
      forms.add(c -> c.awaitNanos(none) > 0);
      forms.add(c -> c.awaitUntil(new Date(none)));
      for (TimeUnit unit : TimeUnit.values()) {
        forms.add(c -> c.await(none, unit));
      }
    }
    for (Wait<Object> form : forms) {
      assertEquals(false, new Waiter<>(subject.lock, kind, condition, form).get());
    }
  }

  // The same for the smallest numbers, of the view alone: the remainder must not wrap around.
  @Test
  void timedForms_smallestNumbers_false() throws InterruptedException {
    Lock lock = Mutex.of(0).asLock();
    Condition condition = lock.newCondition();
    lock.lock();
    assertTrue(condition.awaitNanos(Long.MIN_VALUE) <= 0);
    assertFalse(condition.awaitUntil(new Date(Long.MIN_VALUE)));
    for (TimeUnit unit : TimeUnit.values()) {
      assertFalse(condition.await(Long.MIN_VALUE, unit));
    }
    lock.unlock();
  }

  // awaitNanos: "an estimate of the nanosTimeout value minus the time spent waiting".
  @ParameterizedTest
  @MethodSource("locks")
  void awaitNanos_signalledInTime_remainder(Subject subject, Kind kind) {
    Lock lock = subject.lock;
    Condition condition = lock.newCondition();
    for (long timeout : new long[] {TimeUnit.HOURS.toNanos(1), Long.MAX_VALUE}) {
      Wait<Object> form =
          c -> {
            long start = System.nanoTime();
            long left = c.awaitNanos(timeout);
            long spent = System.nanoTime() - start;
            assertTrue(left >= timeout - spent && left <= timeout, () -> left + ", " + spent);
            return left;
          };
      Waiter<Object> waiter = new Waiter<>(lock, kind, condition, form);
      signal(lock, condition);
      assertTrue((long) waiter.get() > 0);
    }
  }

  // A timed wait as long as there is waits for its signal, in each unit, and until the last date.
  @ParameterizedTest
  @MethodSource("locks")
  void timedForms_longest_waitForTheSignal(Subject subject, Kind kind) {
    Condition condition = subject.lock.newCondition();
    List<Wait<Object>> forms = new ArrayList<>();
    forms.add(c -> c.awaitUntil(new Date(Long.MAX_VALUE)));
    for (TimeUnit unit : TimeUnit.values()) {
      forms.add(c -> c.await(Long.MAX_VALUE, unit));
    }
    for (Wait<Object> form : forms) {
      Waiter<Object> waiter = new Waiter<>(subject.lock, kind, condition, form);
      signal(subject.lock, condition);
      assertEquals(true, waiter.get());
    }
  }

  // signal: "if any threads are waiting on this condition then one is selected", here in order.
  @ParameterizedTest
  @MethodSource("locks")
  void signal_severalWait_oneForEachInOrder(Subject subject, Kind kind) {
    Lock lock = subject.lock;
    Condition condition = lock.newCondition();
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Waiter<Object>> waiters = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      Wait<Object> form =
          c -> {
            c.await();
            return order.add(number);
          };
      waiters.add(new Waiter<>(lock, kind, condition, form));
    }
    for (int i = 0; i < 4; i++) {
      signal(lock, condition);
      waiters.get(i).get();
      assertEquals(i + 1, order.size());
    }
    assertEquals(List.of(0, 1, 2, 3), order);
  }

  // signal: the one that is signalled "must re-acquire the lock before returning".
  @ParameterizedTest
  @MethodSource("locks")
  void signal_lockKept_waiterDoesNotReturn(Subject subject, Kind kind) {
    Lock lock = subject.lock;
    Condition condition = lock.newCondition();
    AtomicInteger returned = new AtomicInteger();
    Wait<Object> form =
        c -> {
          c.await();
          return returned.incrementAndGet();
        };
    Waiter<Object> waiter = new Waiter<>(lock, kind, condition, form);
    lock.lock();
    condition.signal();
    waiter.running.interrupt(); // whatever comes now, it waits for the lock
    for (int i = 0; i < 1_000; i++) {
      Thread.onSpinWait();
    }
    assertEquals(0, returned.get());
    lock.unlock();
    assertEquals(1, waiter.get());
  }

  // signalAll: "if any threads are waiting on this condition then they are all woken up".
  @ParameterizedTest
  @MethodSource("locks")
  void signalAll_severalWait_allReturn(Subject subject, Kind kind) {
    Lock lock = subject.lock;
    Condition condition = lock.newCondition();
    List<Waiter<Object>> waiters = new ArrayList<>();
    for (Wait<Object> form : allForms()) {
      waiters.add(new Waiter<>(lock, kind, condition, form));
    }
    lock.lock();
    condition.signalAll();
    lock.unlock();
    for (Waiter<Object> waiter : waiters) {
      assertEquals(true, waiter.get());
    }
  }

  // signal and signalAll that nobody waits for are forgotten.
  @ParameterizedTest
  @MethodSource("locks")
  void signal_nobodyWaits_forgotten(Subject subject, Kind kind) {
    Lock lock = subject.lock;
    Condition condition = lock.newCondition();
    lock.lock();
    condition.signal();
    condition.signalAll();
    lock.unlock();
    Wait<Object> form = c -> c.await(5, TimeUnit.MILLISECONDS);
    assertEquals(false, new Waiter<>(lock, kind, condition, form).get());
  }

  // newCondition: "a new Condition instance" each time, one not the other.
  @ParameterizedTest
  @MethodSource("locks")
  void newCondition_two_independent(Subject subject, Kind kind) {
    Lock lock = subject.lock;
    Condition one = lock.newCondition();
    Condition other = lock.newCondition();
    assertNotSame(one, other);
    Wait<Object> form = c -> c.await(1, TimeUnit.HOURS);
    Waiter<Object> waiter = new Waiter<>(lock, kind, one, form);
    lock.lock();
    other.signalAll();
    lock.unlock();
    assertFalse(waiter.running.isDone());
    signal(lock, one);
    assertEquals(true, waiter.get());
  }

  // Condition: "an implementation may ... require that the current thread hold the lock", and throw
  // IllegalMonitorStateException: when nobody holds it.
  @ParameterizedTest
  @MethodSource("locks")
  void anything_lockFree_refused(Subject subject, Kind kind) throws Exception {
    Condition condition = subject.lock.newCondition();
    List<Callable<Object>> calls = new ArrayList<>();
    for (Wait<Object> form : allForms()) {
      calls.add(() -> form.on(condition));
    }
    calls.add(
        () -> {
          condition.signal();
          return null;
        });
    calls.add(
        () -> {
          condition.signalAll();
          return null;
        });
    calls.add(
        () -> {
          subject.lock.unlock();
          return null;
        });
    for (Callable<Object> call : calls) {
      kind.start(call).failure(IllegalMonitorStateException.class);
    }
    assertTrue(subject.lock.tryLock());
    subject.lock.unlock();
  }

  // The same when another thread holds it.
  @ParameterizedTest
  @MethodSource("locks")
  void anything_heldByAnotherThread_refused(Subject subject, Kind kind) {
    Condition condition = subject.lock.newCondition();
    subject.lock.lock();
    List<Wait<Object>> forms = new ArrayList<>(allForms());
    forms.add(
        c -> {
          c.signal();
          return null;
        });
    forms.add(
        c -> {
          c.signalAll();
          return null;
        });
    for (Wait<Object> form : forms) {
      kind.start(() -> form.on(condition)).failure(IllegalMonitorStateException.class);
    }
    subject.lock.unlock();
  }

  // Nulls are refused.
  @ParameterizedTest
  @MethodSource("locks")
  void timedForms_null_refused(Subject subject, Kind kind) {
    Condition condition = subject.lock.newCondition();
    Wait<Object> form =
        c -> {
          assertThrows(NullPointerException.class, () -> c.await(1, null));
          assertThrows(NullPointerException.class, () -> c.awaitUntil(null));
          return null;
        };
    new Waiter<>(subject.lock, kind, condition, form).get();
  }

  // Lock.lockInterruptibly, tryLock: on entry an interrupt ends those that may wait, not the
  // others.
  @ParameterizedTest
  @MethodSource("locks")
  void lock_eachForm_interruptedOnEntry(Subject subject, Kind kind) {
    Lock lock = subject.lock;
    kind.start(
            () -> {
              Thread.currentThread().interrupt();
              assertThrows(InterruptedException.class, lock::lockInterruptibly);
              assertFalse(Thread.currentThread().isInterrupted());
              Thread.currentThread().interrupt();
              assertThrows(InterruptedException.class, () -> lock.tryLock(1, TimeUnit.HOURS));
              assertFalse(Thread.currentThread().isInterrupted());
              Thread.currentThread().interrupt();
              assertTrue(lock.tryLock());
              lock.unlock();
              lock.lock();
              lock.unlock();
              assertTrue(Thread.interrupted());
              return null;
            })
        .get();
  }

  // Lock.tryLock: false at once, or when "the specified waiting time elapses", while another holds
  // it.
  @ParameterizedTest
  @MethodSource("locks")
  void tryLock_heldByAnother_false(Subject subject, Kind kind) {
    Lock lock = subject.lock;
    lock.lock();
    kind.start(
            () -> {
              assertFalse(lock.tryLock());
              assertFalse(lock.tryLock(0, TimeUnit.SECONDS));
              assertFalse(lock.tryLock(-1, TimeUnit.SECONDS));
              assertFalse(lock.tryLock(5, TimeUnit.MILLISECONDS));
              return null;
            })
        .get();
    lock.unlock();
  }

  // A bounded buffer as the documentation of Condition has it.
  @ParameterizedTest
  @MethodSource("locks")
  void boundedBuffer_ofTheDocumentation_nothingLost(Subject subject, Kind kind) {
    Lock lock = subject.lock;
    Condition notFull = lock.newCondition();
    Condition notEmpty = lock.newCondition();
    int[] items = new int[2];
    int[] at = new int[3]; // put, take, count
    int n = 3_000;
    Running<Void> producer =
        kind.start(
            () -> {
              for (int i = 0; i < n; i++) {
                lock.lock();
                try {
                  while (at[2] == items.length) {
                    notFull.await();
                  }
                  items[at[0]++ % items.length] = i;
                  at[2]++;
                  notEmpty.signal();
                } finally {
                  lock.unlock();
                }
              }
              return null;
            });
    for (int i = 0; i < n; i++) {
      lock.lock();
      try {
        while (at[2] == 0) {
          notEmpty.awaitUninterruptibly();
        }
        assertEquals(i, items[at[1]++ % items.length]);
        at[2]--;
        notFull.signal();
      } finally {
        lock.unlock();
      }
    }
    producer.get();
  }

  // The view's errors name the mutex and what to do; its text names the mutex.
  @Test
  void view_lockFree_errorsSayWhatToDo() {
    Mutex<Integer> mutex = Mutex.builder().name("accounts").of(0);
    Condition condition = mutex.asLock().newCondition();
    IllegalMonitorStateException e =
        assertThrows(IllegalMonitorStateException.class, condition::signal);
    assertContains(
        e.getMessage(),
        "signal of Mutex(accounts)[free",
        "not locked through this view",
        "lock it");
    assertContains(condition.toString(), "Condition view of Condition@", "Mutex(accounts)");
  }

  // The view and the guards beside it are one lock; a condition of the view is for those that have
  // locked by the view.
  @Test
  void view_besideGuards_oneLock() {
    Mutex<Integer> mutex = Mutex.of(0);
    Lock lock = mutex.asLock();
    Condition condition = lock.newCondition();
    Waiter<Object> waiter =
        new Waiter<>(lock, Kind.PLATFORM, condition, c -> c.await(1, TimeUnit.HOURS));
    try (MutexGuard<Integer> guard = mutex.lockUninterruptibly()) {
      assertThrows(IllegalMonitorStateException.class, condition::signal);
      assertEquals(0, guard.get());
    }
    lock.lock();
    condition.signal();
    assertEquals(1, mutex.waiting());
    assertNull(mutex.tryLock());
    lock.unlock();
    assertEquals(true, waiter.get());
  }
}
