package dev.interlock.lincheck;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.DeadlockReport;
import dev.interlock.diagnostics.SharedWatch;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.WriteGuard;
import java.util.function.Consumer;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * A watched read-write lock is still one: sections of threads that run freely. A detector that
 * reported something would fail the execution, and so would a reader that its watch does not know.
 *
 * <p>Stress alone, for the reason that {@link WatchedMutexLincheckTest} gives.
 */
class WatchedRwLockLincheckTest {
  private static final class Listener implements Consumer<DeadlockReport> {
    volatile boolean invented;

    @Override
    public void accept(DeadlockReport report) {
      invented = true;
    }
  }

  public static class Sections extends Operations {
    private final Listener listener = new Listener();
    private final DeadlockDetector detector =
        DeadlockDetector.builder().onDeadlock(listener).build();
    private final RwLock<int[]> outer = RwLock.builder().detector(detector).of(new int[1]);
    private final RwLock<int[]> inner =
        RwLock.builder().detector(detector).manyReaders().of(new int[1]);

    @Operation
    public int increment() throws InterruptedException {
      try (WriteGuard<int[]> guard = outer.write()) {
        return checked(++guard.get()[0]);
      }
    }

    @Operation
    public int count() throws InterruptedException {
      try (ReadGuard<int[]> guard = outer.read()) {
        return known(outer, guard.get()[0]);
      }
    }

    /** By an upgrade if nobody else reads, and as a reader again at the end. */
    @Operation
    public int upgradeAndIncrement() throws InterruptedException {
      ReadGuard<int[]> first = outer.read();
      WriteGuard<int[]> tried = first.tryUpgrade();
      first.close();
      WriteGuard<int[]> writes = tried != null ? tried : outer.write();
      int counted = ++writes.get()[0];
      try (ReadGuard<int[]> reads = writes.downgrade()) {
        return known(outer, reads.get()[0] == counted ? counted : -1);
      }
    }

    /** Both, in the order in which everybody takes them. */
    @Operation
    public int incrementBoth() throws InterruptedException {
      try (ReadGuard<int[]> one = outer.read();
          WriteGuard<int[]> two = inner.write()) {
        return known(outer, ++two.get()[0]);
      }
    }

    @Operation
    public int innerCount() throws InterruptedException {
      try (ReadGuard<int[]> guard = inner.read()) {
        return known(inner, guard.get()[0]);
      }
    }

    private int known(RwLock<?> read, int result) {
      if (!((SharedWatch) read.watch()).sharers().contains(Thread.currentThread())) {
        throw new AssertionError("a reader is not known to its watch");
      }
      return checked(result);
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

    public int count() {
      return outer;
    }

    public int upgradeAndIncrement() {
      return ++outer;
    }

    public int incrementBoth() {
      return ++inner;
    }

    public int innerCount() {
      return inner;
    }
  }

  private final Subject watched = new Subject("RwLock", "watched by a detector", "D11");

  @Test
  void watched_stress() {
    watched.stress(Sections.class, Specification.class);
  }
}
