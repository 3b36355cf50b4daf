package dev.interlock.lincheck;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.DeadlockReport;
import dev.interlock.diagnostics.LockOrderReport;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.function.Consumer;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * A watched mutex is still a mutex: critical sections of threads that run freely. A detector that
 * reported something would fail the execution.
 *
 * <p>Stress alone. The model checker fails in code of its own, when it puts the state of the detector back
 * between two executions (a null pointer in its snapshot), so it has seen the unwatched mutex only.
 */
class WatchedMutexLincheckTest {
  private static final class Listener implements Consumer<DeadlockReport> {
    volatile boolean invented;

    @Override
    public void accept(DeadlockReport report) {
      invented = true;
    }
  }

  private static final class Ignored implements Consumer<LockOrderReport> {
    @Override
    public void accept(LockOrderReport report) {}
  }

  public static class Sections extends Operations {
    private final Listener listener = new Listener();
    private final DeadlockDetector detector =
        DeadlockDetector.builder().onDeadlock(listener).onLockOrderViolation(new Ignored()).build();
    private final Mutex<int[]> outer =
        Mutex.builder().bypassBound(1).detector(detector).of(new int[1]);
    private final Mutex<int[]> inner =
        Mutex.builder().bypassBound(0).detector(detector).of(new int[1]);

    @Operation
    public int increment() throws InterruptedException {
      try (MutexGuard<int[]> guard = outer.lock()) {
        return checked(++guard.get()[0]);
      }
    }

    /** Without waiting if the lock is free. */
    @Operation
    public int tryIncrement() throws InterruptedException {
      MutexGuard<int[]> tried = outer.tryLock();
      try (MutexGuard<int[]> guard = tried != null ? tried : outer.lock()) {
        return checked(++guard.get()[0]);
      }
    }

    /** Both, in the order in which everybody takes them. */
    @Operation
    public int incrementBoth() throws InterruptedException {
      try (MutexGuard<int[]> one = outer.lock();
          MutexGuard<int[]> two = inner.lock()) {
        two.get()[0]++;
        return checked(++one.get()[0]);
      }
    }

    @Operation
    public int innerCount() throws InterruptedException {
      try (MutexGuard<int[]> guard = inner.lock()) {
        return checked(guard.get()[0]);
      }
    }

    private int checked(int result) {
      if (listener.invented) {
        throw new AssertionError("a deadlock was reported where none can be");
      }
      return result;
    }
  }

  public static class Specification {
    private int outer;
    private int inner;

    public int increment() {
      return ++outer;
    }

    public int tryIncrement() {
      return ++outer;
    }

    public int incrementBoth() {
      inner++;
      return ++outer;
    }

    public int innerCount() {
      return inner;
    }
  }

  private final Subject watched = new Subject("Mutex", "watched by a detector", "D11");

  @Test
  void watched_stress() {
    watched.stress(Sections.class, Specification.class);
  }
}
