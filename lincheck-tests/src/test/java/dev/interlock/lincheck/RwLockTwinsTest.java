package dev.interlock.lincheck;

import static dev.interlock.lincheck.OneScenarioKt.call;
import static dev.interlock.lincheck.OneScenarioKt.oneScenario;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.lincheck.broken.ReadersOnlyRwLock;
import dev.interlock.lincheck.broken.UnlockedExitRwLock;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.WriteGuard;
import java.util.List;
import kotlin.Unit;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** The broken twins of the read-write lock, found in scenarios in which the right one passes. */
class RwLockTwinsTest {
  public static class UnlockedExit extends Operations {
    private final UnlockedExitRwLock lock = new UnlockedExitRwLock();
    private int value;

    @Operation
    public int increment() {
      lock.write();
      int next = ++value;
      lock.exitWrite();
      return next;
    }

    @Operation
    public int get() {
      lock.read();
      int seen = value;
      lock.exitRead();
      return seen;
    }
  }

  public static class ReadersOnly extends Operations {
    private final ReadersOnlyRwLock lock = new ReadersOnlyRwLock();
    private int value;

    @Operation
    public int increment() {
      lock.write();
      int next = ++value;
      lock.exitWrite();
      return next;
    }

    @Operation
    public int get() {
      lock.read();
      int seen = value;
      lock.exitRead();
      return seen;
    }
  }

  public static class Right extends Operations {
    private final RwLock<Integer> lock = RwLock.of(0);

    @Operation
    public int increment() throws InterruptedException {
      try (WriteGuard<Integer> guard = lock.write()) {
        guard.set(guard.get() + 1);
        return guard.get();
      }
    }

    @Operation
    public int get() throws InterruptedException {
      try (ReadGuard<Integer> guard = lock.read()) {
        return guard.get();
      }
    }
  }

  public static class Counter {
    private int value;

    public int increment() {
      return ++value;
    }

    public int get() {
      return value;
    }
  }

  private static final List<Call> INCREMENT = List.of(call("increment"));
  private static final List<Call> GET = List.of(call("get"));

  // X4: an exit between the look and the enqueuing finds nobody to let in.
  @Test
  void x4_exitOutsideTheLock_losesWakeUp() {
    findsHang("X4, exit outside the lock", UnlockedExit.class, INCREMENT, GET);
  }

  // X4: a writer that waits for a writer is never woken.
  @Test
  void x4_writerExitWakesReadersOnly_forgetsAWriter() {
    findsHang("X4, readers only", ReadersOnly.class, INCREMENT, INCREMENT);
  }

  // The right one passes in both scenarios.
  @Test
  void x4_rightVersion_passes() {
    oneScenario(Right.class, Counter.class, INCREMENT, GET).check(Right.class);
    oneScenario(Right.class, Counter.class, INCREMENT, INCREMENT).check(Right.class);
  }

  private static void findsHang(String fault, Class<?> twin, List<Call> first, List<Call> second) {
    new Subject("RwLock", fault, "D3")
        .measure(
            "twin",
            "found",
            () -> {
              ScenarioCount.INSTANCE.add();
              String message =
                  assertThrows(
                          LincheckAssertionError.class,
                          () -> oneScenario(twin, Counter.class, first, second).check(twin))
                      .getMessage();
              String trace = Traces.INSTANCE.keep(twin.getSimpleName(), message);
              assertTrue(trace.contains("has hung") || trace.contains("deadlock"), trace);
              return Unit.INSTANCE;
            });
  }
}
