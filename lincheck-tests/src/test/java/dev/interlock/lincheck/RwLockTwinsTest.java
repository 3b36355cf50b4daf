package dev.interlock.lincheck;

import static dev.interlock.lincheck.OneScenarioKt.call;
import static dev.interlock.lincheck.OneScenarioKt.oneScenario;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.PoisonedException;
import dev.interlock.lincheck.broken.EarlyRefusalRwLock;
import dev.interlock.lincheck.broken.LateRearmRwLock;
import dev.interlock.lincheck.broken.ReadersOnlyRwLock;
import dev.interlock.lincheck.broken.UncountedBypassRwLock;
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

  private static final ArithmeticException HALF_WAY = new ArithmeticException("half-way");

  public static class EarlyRefusal extends Operations {
    private final EarlyRefusalRwLock lock = new EarlyRefusalRwLock();

    @Operation
    public void fail() {
      lock.write();
      lock.poison(HALF_WAY);
    }

    @Operation
    public void look() {
      lock.read();
      lock.exitRead();
    }
  }

  public static class RightRefusal extends Operations {
    private final RwLock<Integer> lock = RwLock.builder().poisoning().of(0);

    @Operation
    public void fail() throws InterruptedException {
      lock.write().poison(HALF_WAY);
    }

    @Operation
    public void look() throws InterruptedException {
      lock.read().close();
    }
  }

  /** Good until somebody fails. */
  public static class FailedOnce {
    private boolean poisoned;

    public void fail() {
      look();
      poisoned = true;
    }

    public void look() {
      if (poisoned) {
        throw new PoisonedException("poisoned", null);
      }
    }
  }

  /** Locked at first by the one who comes again. At a bound of 1 the next exit would hand the lock over. */
  public static class LateRearm extends Operations {
    private final LateRearmRwLock lock = new LateRearmRwLock(2);
    private int value;

    public LateRearm() {
      lock.write();
    }

    @Operation
    public void write() {
      lock.write();
      value++;
      lock.exitWrite();
    }

    @Operation
    public void comeAgain() {
      lock.exitWrite();
      lock.write();
      value++;
      lock.exitWrite();
    }
  }

  public static class RightRearm extends Operations {
    private final RwLock<Integer> lock = RwLock.builder().bypassBound(2).of(0);
    private final WriteGuard<Integer> held = lock.tryWrite();

    @Operation
    public void write() throws InterruptedException {
      lock.write().close();
    }

    @Operation
    public void comeAgain() throws InterruptedException {
      held.close();
      lock.write().close();
    }
  }

  /** The same, and how often the one who comes again goes past the other. */
  public static class UncountedBypass extends Operations {
    private final UncountedBypassRwLock lock = new UncountedBypassRwLock(BOUND);

    public UncountedBypass() {
      lock.write();
    }

    @Operation
    public void write() {
      lock.write();
      lock.exitWrite();
    }

    /** Leaves and comes again, as long as it is let in past the other; whether it was let in too often. */
    @Operation
    public boolean overtakesTooOften() {
      int overtakes = 0;
      for (int i = 0; i <= BOUND; i++) {
        boolean waits = lock.waiting() == 1;
        lock.exitWrite();
        lock.write();
        overtakes += waits && lock.waiting() == 1 ? 1 : 0;
      }
      lock.exitWrite();
      return overtakes > BOUND;
    }
  }

  /** All of it with the right lock, and one who reads again and again. */
  public static class RightBypass extends Operations {
    private final RwLock<Integer> lock = RwLock.builder().bypassBound(BOUND).of(0);
    private final WriteGuard<Integer> held = lock.tryWrite();

    @Operation
    public void write() throws InterruptedException {
      lock.write().close();
    }

    @Operation
    public void read() throws InterruptedException {
      lock.read().close();
    }

    @Operation
    public boolean overtakesTooOften() throws InterruptedException {
      WriteGuard<Integer> mine = held;
      int overtakes = 0;
      for (int i = 0; i <= BOUND; i++) {
        boolean waits = lock.waiting() == 1;
        mine.close();
        mine = lock.write();
        overtakes += waits && lock.waiting() == 1 ? 1 : 0;
      }
      mine.close();
      return overtakes > BOUND;
    }

    @Operation
    public boolean readsTooOften() throws InterruptedException {
      WriteGuard<Integer> mine = held;
      boolean waits = lock.waiting() == 1;
      mine.close();
      int overtakes = 0;
      for (int i = 0; i <= BOUND; i++) {
        try (ReadGuard<Integer> guard = lock.read()) {
          overtakes += waits && lock.waiting() == 1 ? 1 : 0;
        }
        waits = waits && lock.waiting() == 1;
      }
      return overtakes > BOUND;
    }
  }

  /** Nobody is overtaken too often, and all end. */
  public static class BoundKept {
    public void write() {}

    public void read() {}

    public void comeAgain() {}

    public boolean overtakesTooOften() {
      return false;
    }

    public boolean readsTooOften() {
      return false;
    }
  }

  /** How often a sleeping waiter of the locks above may be overtaken. */
  private static final int BOUND = 1;

  private static final List<Call> INCREMENT = List.of(call("increment"));
  private static final List<Call> GET = List.of(call("get"));
  private static final List<Call> FAIL = List.of(call("fail"));
  private static final List<Call> LOOK = List.of(call("look"));
  private static final List<Call> WRITE = List.of(call("write"));
  private static final List<Call> READ = List.of(call("read"));
  private static final List<Call> COME_AGAIN = List.of(call("comeAgain"));
  private static final List<Call> OVERTAKE = List.of(call("overtakesTooOften"));
  private static final List<Call> READ_OFTEN = List.of(call("readsTooOften"));

  // X4: an exit between the look and the enqueuing finds nobody to let in.
  @Test
  void x4_exitOutsideTheLock_losesWakeUp() {
    findsHang("X4, exit outside the lock", UnlockedExit.class, Counter.class, INCREMENT, GET);
  }

  // X4: a writer that waits for a writer is never woken.
  @Test
  void x4_writerExitWakesReadersOnly_forgetsAWriter() {
    findsHang("X4, readers only", ReadersOnly.class, Counter.class, INCREMENT, INCREMENT);
  }

  // A caller between the refusal of those who wait and the word waits for a writer that has left.
  @Test
  void poisoning_refusesBeforeTheWord_forgetsACaller() {
    findsHang("poisoning, refuses too early", EarlyRefusal.class, FailedOnce.class, FAIL, LOOK);
  }

  // A waiter that has looked in vain, and has not said so yet when the lock gets free, is not
  // woken.
  @Test
  void bypass_rearmOutsideTheLock_losesANudge() {
    findsHang("lost nudge", LateRearm.class, BoundKept.class, WRITE, COME_AGAIN);
  }

  // A waiter that is overtaken without being counted is overtaken for ever.
  @Test
  void bypass_notCounted_boundIsNotKept() {
    String trace =
        finds("bypass not counted", UncountedBypass.class, BoundKept.class, WRITE, OVERTAKE);
    assertTrue(trace.contains("overtakesTooOften(): true"), trace);
  }

  // The right one passes in these scenarios, more often than the twins need to be found.
  @Test
  void rightVersion_passesTheScenariosOfItsTwins() {
    passes(100, Right.class, Counter.class, INCREMENT, GET);
    passes(100, Right.class, Counter.class, INCREMENT, INCREMENT);
    passes(100, RightRefusal.class, FailedOnce.class, FAIL, LOOK);
    passes(1_000, RightRearm.class, BoundKept.class, WRITE, COME_AGAIN);
  }

  // The bound of the right one, counted: writers and readers past a writer, and past a reader.
  @Test
  void bypass_counted_boundIsKept() {
    Subject kept = new Subject("RwLock", "bypass bound 1, overtakes counted", "D3");
    kept.measure(
        "model checking",
        "passed",
        () -> {
          for (List<Call> waits : List.of(WRITE, READ)) {
            for (List<Call> comes : List.of(OVERTAKE, READ_OFTEN)) {
              ScenarioCount.INSTANCE.add();
              passes(
                  Bounds.INSTANCE.choose(50, 5_000),
                  RightBypass.class,
                  BoundKept.class,
                  waits,
                  comes);
            }
          }
          return Unit.INSTANCE;
        });
  }

  private static void passes(
      int executions, Class<?> right, Class<?> specification, List<Call> first, List<Call> second) {
    oneScenario(right, specification, first, second)
        .invocationsPerIteration(executions)
        .check(right);
  }

  private static void findsHang(
      String fault, Class<?> twin, Class<?> specification, List<Call> first, List<Call> second) {
    String trace = finds(fault, twin, specification, first, second);
    assertTrue(trace.contains("has hung") || trace.contains("deadlock"), trace);
  }

  /** The trace of what is found. */
  private static String finds(
      String fault, Class<?> twin, Class<?> specification, List<Call> first, List<Call> second) {
    String[] trace = new String[1];
    new Subject("RwLock", fault, "D3")
        .measure(
            "twin",
            "found",
            () -> {
              ScenarioCount.INSTANCE.add();
              String message =
                  assertThrows(
                          LincheckAssertionError.class,
                          () ->
                              oneScenario(twin, specification, first, second)
                                  .invocationsPerIteration(10_000)
                                  .check(twin))
                      .getMessage();
              trace[0] = Traces.INSTANCE.keep(twin.getSimpleName(), message);
              return Unit.INSTANCE;
            });
    return trace[0];
  }
}
