package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.GraphLayout;

/** The locks that spin, all four alike. */
class SpinningLockTest {
  enum Sort {
    SPIN(SpinLock::create),
    TICKET(TicketLock::create),
    MCS(McsLock::create),
    CLH(ClhLock::create);

    private final Supplier<SpinningLock> maker;

    Sort(Supplier<SpinningLock> maker) {
      this.maker = maker;
    }

    SpinningLock make() {
      return maker.get();
    }

    /** What makes a hold for one thread: a handle where there is one. */
    Supplier<SpinGuard> locker(SpinningLock lock) {
      if (lock instanceof McsLock mcs) {
        return mcs.handle()::lock;
      }
      return lock instanceof ClhLock clh ? clh.handle()::lock : lock::lock;
    }
  }

  private static SpinGuard tryLock(SpinningLock lock) {
    if (lock instanceof SpinLock spin) {
      return spin.tryLock();
    }
    return lock instanceof TicketLock ticket ? ticket.tryLock() : ((McsLock) lock).tryLock();
  }

  // It is locked while a guard is open; closing twice is harmless to the next holder.
  @ParameterizedTest
  @EnumSource
  void lock_andClose(Sort sort) {
    SpinningLock lock = sort.make();
    assertFalse(lock.isLocked());
    SpinGuard first = lock.lock();
    assertTrue(lock.isLocked());
    assertTrue(first.isHeld());
    first.close();
    assertFalse(first.isHeld());
    assertFalse(lock.isLocked());
    SpinGuard second = lock.lock();
    first.close();
    assertTrue(lock.isLocked());
    assertTrue(second.isHeld());
    second.close();
    assertFalse(lock.isLocked());
  }

  // The text tells the state.
  @ParameterizedTest
  @EnumSource
  void toString_tellsState(Sort sort) {
    SpinningLock lock = sort.make();
    assertContains(lock.toString(), lock.getClass().getSimpleName() + "@", "[free");
    SpinGuard guard = lock.lock();
    assertContains(lock.toString(), "[locked");
    assertContains(guard.toString(), "SpinGuard[held, ", lock.toString());
    guard.close();
    assertContains(guard.toString(), "SpinGuard[closed, ");
  }

  // A try takes a free lock and no other.
  @ParameterizedTest
  @EnumSource(names = "CLH", mode = EnumSource.Mode.EXCLUDE)
  void tryLock_freeAndHeld(Sort sort) {
    SpinningLock lock = sort.make();
    SpinGuard guard = tryLock(lock);
    assertNotNull(guard);
    assertTrue(lock.isLocked() && guard.isHeld());
    assertNull(tryLock(lock));
    guard.close();
    assertNotNull(tryLock(lock));
  }

  // A guard may be closed by another thread than the one that locked.
  @ParameterizedTest
  @EnumSource
  void close_byAnotherThread_unlocks(Sort sort) {
    SpinningLock lock = sort.make();
    SpinGuard guard = lock.lock();
    Kind.PLATFORM
        .start(
            () -> {
              guard.close();
              return null;
            })
        .get();
    lock.lock().close();
  }

  // A handle is used again and again; twice at once is refused and leaves it held.
  @Test
  void handle_usedTwice() {
    McsLock mcs = McsLock.create();
    McsLock.Handle handle = mcs.handle();
    assertFalse(handle.isHeld());
    for (int i = 0; i < 3; i++) {
      assertSame(handle, handle.lock());
      assertContains(
          assertThrows(IllegalStateException.class, handle::lock).getMessage(),
          "holds McsLock@",
          "already");
      assertThrows(IllegalStateException.class, handle::tryLock);
      assertTrue(handle.isHeld() && mcs.isLocked());
      assertFalse(mcs.handle().tryLock());
      handle.close();
      assertTrue(handle.tryLock());
      handle.close();
    }
    ClhLock clh = ClhLock.create();
    ClhLock.Handle other = clh.handle();
    for (int i = 0; i < 3; i++) {
      assertSame(other, other.lock());
      assertContains(
          assertThrows(IllegalStateException.class, other::lock).getMessage(), "holds ClhLock@");
      assertTrue(other.isHeld() && clh.isLocked());
      other.close();
      assertFalse(other.isHeld() || clh.isLocked());
    }
  }

  // More threads than processors, of both kinds: nobody is inside twice, and all come to their end.
  @ParameterizedTest
  @EnumSource
  void lock_manyThreads_noUpdateIsLost(Sort sort) {
    for (Kind kind : Kind.values()) {
      SpinningLock lock = sort.make();
      int threads = 5;
      int rounds = 400;
      int[] count = new int[1];
      List<Running<Void>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        boolean tries = t == 0 && sort != Sort.CLH;
        boolean once = t == 1;
        running.add(
            kind.start(
                () -> {
                  Supplier<SpinGuard> locker = once ? lock::lock : sort.locker(lock);
                  for (int i = 0; i < rounds; i++) {
                    SpinGuard tried = tries && i % 2 == 0 ? tryLock(lock) : null;
                    try (SpinGuard held = tried != null ? tried : locker.get()) {
                      count[0]++;
                      if (i % 100 == 0) {
                        Thread.yield(); // as if it were taken off its processor
                      }
                    }
                  }
                  return null;
                }));
      }
      running.forEach(Running::get);
      assertEquals(threads * rounds, count[0]);
      assertFalse(lock.isLocked());
    }
  }

  static Stream<Sort> fair() {
    return Stream.of(Sort.TICKET, Sort.MCS, Sort.CLH);
  }

  // The fair ones serve in the order of arrival.
  @ParameterizedTest
  @MethodSource("fair")
  void lock_fair_inOrderOfArrival(Sort sort) {
    SpinningLock lock = sort.make();
    List<Integer> order = new ArrayList<>();
    SpinGuard holder = lock.lock();
    List<Running<Void>> running = new ArrayList<>();
    for (int t = 0; t < 5; t++) {
      int mine = t;
      Object before = arrivals(lock);
      running.add(
          Kind.PLATFORM.start(
              () -> {
                try (SpinGuard held = lock.lock()) {
                  order.add(mine);
                }
                return null;
              }));
      Conditions.await(() -> !before.equals(arrivals(lock)));
    }
    if (lock instanceof TicketLock ticket) {
      assertEquals(5, ticket.waiting());
      assertContains(ticket.toString(), "[locked, waiting=5]");
      assertNull(ticket.tryLock());
    }
    holder.close();
    running.forEach(Running::get);
    assertEquals(List.of(0, 1, 2, 3, 4), order);
  }

  /** Changes with each arrival. */
  private static Object arrivals(SpinningLock lock) {
    if (lock instanceof McsLock mcs) {
      return mcs.tail();
    }
    return lock instanceof ClhLock clh ? clh.tail() : ((TicketLock) lock).waiting();
  }

  // A ticket lock whose numbers wrap around works on.
  @Test
  void ticket_wrapsAround() throws ReflectiveOperationException {
    TicketLock lock = TicketLock.create();
    for (String name : List.of("next", "serving")) {
      java.lang.reflect.Field field = TicketLock.class.getDeclaredField(name);
      field.setAccessible(true);
      field.setInt(lock, Integer.MAX_VALUE);
    }
    for (int i = 0; i < 3; i++) {
      SpinGuard guard = lock.lock();
      assertTrue(lock.isLocked());
      assertEquals(0, lock.waiting());
      assertNull(lock.tryLock());
      guard.close();
      assertFalse(lock.isLocked());
    }
  }

  // The sizes that the classes promise.
  @Test
  void footprint_isAsPromised() {
    assertEquals(16, GraphLayout.parseInstance(SpinLock.create()).totalSize());
    assertEquals(24, GraphLayout.parseInstance(TicketLock.create()).totalSize());
    assertEquals(16, GraphLayout.parseInstance(McsLock.create()).totalSize());
    assertEquals(32, GraphLayout.parseInstance(ClhLock.create()).totalSize());
    assertTrue(ClassLayout.parseClass(SpinLock.Guard.class).instanceSize() <= 24);
    assertTrue(ClassLayout.parseClass(McsLock.Handle.class).instanceSize() <= 32);
    assertTrue(ClassLayout.parseClass(ClhLock.Handle.class).instanceSize() <= 24);
  }
}
