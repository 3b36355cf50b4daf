package dev.interlock.lincheck;

import dev.interlock.sync.CountDownLatch;
import dev.interlock.sync.McsLock;
import dev.interlock.sync.Notify;
import dev.interlock.sync.OnceCell;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.Semaphore;
import dev.interlock.sync.SpinGuard;
import dev.interlock.sync.SpinLock;
import dev.interlock.sync.TicketLock;
import dev.interlock.sync.WaitGroup;
import java.time.Duration;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * What synchronizers call lock-free while nobody has to wait: of each the operations that never wait, checked
 * for obstruction freedom. Where somebody waits they take the short lock of the queue, and are checked with
 * the others in the class of each.
 *
 * <p>Left out: {@code tryWrite} of a read-write lock whose readers have spread, and what counts those
 * readers, which take that lock and say so.
 */
class WhileNobodyWaitsLincheckTest {
  public static class NotifyOperations extends Operations {
    private final Notify notify = Notify.create();

    @Operation
    public boolean tryAwait() {
      return notify.tryAwait();
    }

    @Operation
    public boolean awaitWithoutTime() throws InterruptedException {
      return notify.await(Duration.ZERO);
    }

    @Operation
    public void notifyOne() {
      notify.notifyOne();
    }

    @Operation
    public void notifyWaiters() {
      notify.notifyWaiters();
    }

    @Operation
    public boolean isNotified() {
      return notify.isNotified();
    }
  }

  public static class NotifySpecification {
    private boolean kept;

    public boolean tryAwait() {
      boolean was = kept;
      kept = false;
      return was;
    }

    public boolean awaitWithoutTime() {
      return tryAwait();
    }

    public void notifyOne() {
      kept = true;
    }

    public void notifyWaiters() {}

    public boolean isNotified() {
      return kept;
    }
  }

  @Param(name = "n", gen = IntGen.class, conf = "1:2")
  public static class LatchOperations extends Operations {
    private final CountDownLatch latch = CountDownLatch.of(4);

    @Operation
    public void countDown(@Param(name = "n") int n) {
      latch.countDown(n);
    }

    @Operation
    public boolean isOpen() {
      return latch.isOpen();
    }

    @Operation
    public boolean awaitWithoutTime() throws InterruptedException {
      return latch.await(Duration.ZERO);
    }

    @Operation
    public int count() {
      return latch.count();
    }
  }

  public static class LatchSpecification {
    private int count = 4;

    public void countDown(int n) {
      count = Math.max(0, count - n);
    }

    public boolean isOpen() {
      return count == 0;
    }

    public boolean awaitWithoutTime() {
      return isOpen();
    }

    public int count() {
      return count;
    }
  }

  @Param(name = "n", gen = IntGen.class, conf = "1:2")
  public static class GroupOperations extends Operations {
    private final WaitGroup group = WaitGroup.create();

    @Operation
    public void add(@Param(name = "n") int n) {
      group.add(n);
    }

    @Operation
    public boolean done(@Param(name = "n") int n) {
      try {
        group.done(n);
        return true;
      } catch (IllegalStateException fewerAreLeft) {
        return false;
      }
    }

    @Operation
    public boolean awaitWithoutTime() throws InterruptedException {
      return group.await(Duration.ZERO);
    }

    @Operation
    public int count() {
      return group.count();
    }
  }

  public static class GroupSpecification {
    private int count;

    public void add(int n) {
      count += n;
    }

    public boolean done(int n) {
      if (n > count) {
        return false;
      }
      count -= n;
      return true;
    }

    public boolean awaitWithoutTime() {
      return count == 0;
    }

    public int count() {
      return count;
    }
  }

  @Param(name = "n", gen = IntGen.class, conf = "1:2")
  public static class SemaphoreOperations extends Operations {
    private final Semaphore semaphore = Semaphore.of(2);

    @Operation
    public boolean tryAcquire(@Param(name = "n") int n) {
      return semaphore.tryAcquire(n);
    }

    @Operation
    public void release(@Param(name = "n") int n) {
      semaphore.release(n);
    }

    @Operation
    public int availablePermits() {
      return semaphore.availablePermits();
    }
  }

  public static class SemaphoreSpecification {
    private int free = 2;

    public boolean tryAcquire(int n) {
      if (n > free) {
        return false;
      }
      free -= n;
      return true;
    }

    public void release(int n) {
      free += n;
    }

    public int availablePermits() {
      return free;
    }
  }

  @Param(name = "n", gen = IntGen.class, conf = "1:2")
  public static class CellOperations extends Operations {
    private final OnceCell<Integer> cell = OnceCell.create();

    @Operation
    public boolean set(@Param(name = "n") int n) {
      return cell.set(n);
    }

    @Operation
    public int tryGet() {
      Integer value = cell.tryGet();
      return value == null ? 0 : value;
    }

    @Operation
    public boolean isSet() {
      return cell.isSet();
    }

    /** A hit, in each of the forms that might have waited. */
    @Operation
    public int hit() throws InterruptedException {
      if (!cell.isSet()) {
        return 0;
      }
      int got = cell.get();
      return got == cell.getOrInit(() -> -1) && got == cell.getUninterruptibly() ? got : -1;
    }
  }

  public static class CellSpecification {
    private int value;

    public boolean set(int n) {
      if (value != 0) {
        return false;
      }
      value = n;
      return true;
    }

    public int tryGet() {
      return value;
    }

    public boolean isSet() {
      return value != 0;
    }

    public int hit() {
      return value;
    }
  }

  /** Readers of a lock that come, meet, spread and go. */
  @Param(name = "thread", gen = ThreadIdGen.class)
  public static class ReaderOperations extends Operations {
    private final RwLock<Integer> lock = RwLock.of(7);
    private final ReadGuard<?>[] reading = new ReadGuard<?>[THREADS];

    @Operation
    public boolean read(@Param(name = "thread") int thread) {
      if (reading[thread] == null) {
        reading[thread] = lock.tryRead();
      }
      return reading[thread] != null;
    }

    @Operation
    public boolean leave(@Param(name = "thread") int thread) {
      ReadGuard<?> guard = reading[thread];
      reading[thread] = null;
      if (guard == null) {
        return false;
      }
      guard.close();
      return true;
    }

    @Operation
    public boolean isWriteLocked() {
      return lock.isWriteLocked();
    }
  }

  public static class ReaderSpecification {
    private final boolean[] reading = new boolean[THREADS];

    public boolean read(int thread) {
      reading[thread] = true;
      return true;
    }

    public boolean leave(int thread) {
      boolean was = reading[thread];
      reading[thread] = false;
      return was;
    }

    public boolean isWriteLocked() {
      return false;
    }
  }

  /** Readers and writers in one word: those of the view, whose readers do not spread. */
  @Param(name = "thread", gen = ThreadIdGen.class)
  public static class WordOperations extends Operations {
    private final ReadWriteLock lock = RwLock.create().asReadWriteLock();
    private final Lock[] held = new Lock[THREADS];

    @Operation
    public boolean tryRead(@Param(name = "thread") int thread) {
      return tryLock(thread, lock.readLock());
    }

    @Operation
    public boolean tryWrite(@Param(name = "thread") int thread) {
      return tryLock(thread, lock.writeLock());
    }

    private boolean tryLock(int thread, Lock side) {
      if (held[thread] != null || !side.tryLock()) {
        return false;
      }
      held[thread] = side;
      return true;
    }

    @Operation
    public boolean leave(@Param(name = "thread") int thread) {
      Lock side = held[thread];
      held[thread] = null;
      if (side == null) {
        return false;
      }
      side.unlock();
      return true;
    }
  }

  public static class WordSpecification {
    private final int[] held = new int[THREADS];
    private int readers;
    private int writers;

    public boolean tryRead(int thread) {
      if (held[thread] != 0 || writers != 0) {
        return false;
      }
      held[thread] = 1;
      readers++;
      return true;
    }

    public boolean tryWrite(int thread) {
      if (held[thread] != 0 || writers + readers != 0) {
        return false;
      }
      held[thread] = 2;
      writers++;
      return true;
    }

    public boolean leave(int thread) {
      int was = held[thread];
      held[thread] = 0;
      readers -= was == 1 ? 1 : 0;
      writers -= was == 2 ? 1 : 0;
      return was != 0;
    }
  }

  /** A lock that is tried and never waited for. */
  @Param(name = "thread", gen = ThreadIdGen.class)
  public abstract static class TriedLock extends Operations {
    private final SpinGuard[] held = new SpinGuard[THREADS];

    abstract SpinGuard tried();

    @Operation
    public boolean tryLock(@Param(name = "thread") int thread) {
      if (held[thread] == null) {
        held[thread] = tried();
        return held[thread] != null;
      }
      return false;
    }

    @Operation
    public boolean leave(@Param(name = "thread") int thread) {
      SpinGuard guard = held[thread];
      held[thread] = null;
      if (guard == null) {
        return false;
      }
      guard.close();
      return true;
    }
  }

  public static class TriedSpinLock extends TriedLock {
    private final SpinLock lock = SpinLock.create();

    @Override
    SpinGuard tried() {
      return lock.tryLock();
    }
  }

  public static class TriedTicketLock extends TriedLock {
    private final TicketLock lock = TicketLock.create();

    @Override
    SpinGuard tried() {
      return lock.tryLock();
    }
  }

  public static class TriedMcsLock extends TriedLock {
    private final McsLock lock = McsLock.create();

    @Override
    SpinGuard tried() {
      return lock.tryLock();
    }
  }

  public static class TriedSpecification {
    private int holder = -1;

    public boolean tryLock(int thread) {
      if (holder != -1) {
        return false;
      }
      holder = thread;
      return true;
    }

    public boolean leave(int thread) {
      if (holder != thread) {
        return false;
      }
      holder = -1;
      return true;
    }
  }

  /** Thread ids of a scenario, the parts before and after included, are smaller. */
  private static final int THREADS = 6;

  private static void check(
      String structure, String scope, Class<?> operations, Class<?> specification) {
    new Subject(structure, "while nobody waits", scope)
        .modelCheckLockFree(operations, specification);
  }

  @Test
  void notify_modelChecking() {
    check("Notify", "D8", NotifyOperations.class, NotifySpecification.class);
  }

  @Test
  void countDownLatch_modelChecking() {
    check("CountDownLatch", "D6", LatchOperations.class, LatchSpecification.class);
  }

  @Test
  void waitGroup_modelChecking() {
    check("WaitGroup", "D6", GroupOperations.class, GroupSpecification.class);
  }

  @Test
  void semaphore_modelChecking() {
    check("Semaphore", "D4", SemaphoreOperations.class, SemaphoreSpecification.class);
  }

  @Test
  void onceCell_modelChecking() {
    check("OnceCell", "A12", CellOperations.class, CellSpecification.class);
  }

  @Test
  void rwLockReaders_modelChecking() {
    new Subject("RwLock", "readers while nobody waits", "D3")
        .modelCheckLockFree(ReaderOperations.class, ReaderSpecification.class);
  }

  @Test
  void rwLockWord_modelChecking() {
    new Subject("RwLock", "the word while nobody waits", "D3")
        .modelCheckLockFree(WordOperations.class, WordSpecification.class);
  }

  @Test
  void spinLock_modelChecking() {
    check("SpinLock", "D1", TriedSpinLock.class, TriedSpecification.class);
  }

  @Test
  void ticketLock_modelChecking() {
    check("TicketLock", "D1", TriedTicketLock.class, TriedSpecification.class);
  }

  @Test
  void mcsLock_modelChecking() {
    check("McsLock", "D1", TriedMcsLock.class, TriedSpecification.class);
  }
}
