package dev.interlock.lincheck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.DeadlockException;
import dev.interlock.diagnostics.DeadlockReport;
import dev.interlock.diagnostics.SharedWatch;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.UpgradeConflictException;
import dev.interlock.sync.WriteGuard;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * A watched read-write lock is still one: sections of threads that run freely. A detector that
 * reported something would fail the execution, and so would a reader that its watch does not know.
 *
 * <p>Where closing waits are refused, sections that would wait for each other for ever are tried again until they
 * are not refused: a refused wait that had an effect would be seen as a count too many, or as a hang.
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

  private static final class Silent implements Consumer<DeadlockReport> {
    @Override
    public void accept(DeadlockReport report) {}
  }

  /** How many waits of all executions were refused. */
  private static final AtomicInteger REFUSALS = new AtomicInteger();

  /** Two locks in either order. Who would close a cycle is refused, leaves what it holds and tries again. */
  public static class Crossing extends Operations {
    private final DeadlockDetector detector =
        DeadlockDetector.builder().throwInCloser().onDeadlock(new Silent()).build();
    private final RwLock<int[]> a = RwLock.builder().detector(detector).of(new int[1]);
    private final RwLock<int[]> b =
        RwLock.builder().detector(detector).manyReaders().of(new int[1]);

    @Operation
    public int readAThenWriteB() throws InterruptedException {
      return readThenWrite(a, b);
    }

    @Operation
    public int readBThenWriteA() throws InterruptedException {
      return readThenWrite(b, a);
    }

    private static int readThenWrite(RwLock<int[]> first, RwLock<int[]> second)
        throws InterruptedException {
      while (true) {
        try (ReadGuard<int[]> reads = first.read();
            WriteGuard<int[]> writes = later(second).write()) {
          int seen = reads.get()[0];
          int counted = ++writes.get()[0];
          if (reads.get()[0] != seen) {
            throw new AssertionError("somebody wrote beside a reader");
          }
          return counted;
        } catch (DeadlockException refused) {
          REFUSALS.incrementAndGet(); // its own guards are closed by now
        }
      }
    }

    @Operation
    public int writeBThenReadA() throws InterruptedException {
      while (true) {
        try (WriteGuard<int[]> writes = b.write();
            ReadGuard<int[]> reads = later(a).read()) {
          return writes.get()[0] + reads.get()[0];
        } catch (DeadlockException refused) {
          REFUSALS.incrementAndGet();
        }
      }
    }

    /** Two who do this may wait for each other, and for those above. */
    @Operation
    public int readBThenUpgradeA() throws InterruptedException {
      while (true) {
        try (ReadGuard<int[]> besides = b.read();
            ReadGuard<int[]> reads = later(a).read();
            WriteGuard<int[]> writes = reads.upgrade()) {
          if (!besides.isOpen()) {
            throw new AssertionError("closed by somebody else");
          }
          return ++writes.get()[0];
        } catch (DeadlockException refused) {
          REFUSALS.incrementAndGet();
        } catch (UpgradeConflictException refused) {
          // As above, but that is no news.
        }
      }
    }
  }

  /** A while later, so that two meet who hold one lock each. */
  private static RwLock<int[]> later(RwLock<int[]> lock) {
    for (int i = 0; i < 3_000; i++) {
      Thread.onSpinWait();
    }
    Thread.yield(); // on one processor
    return lock;
  }

  public static class TwoCounts {
    private int a;
    private int b;

    public int readAThenWriteB() {
      return ++b;
    }

    public int readBThenWriteA() {
      return ++a;
    }

    public int writeBThenReadA() {
      return b + a;
    }

    public int readBThenUpgradeA() {
      return ++a;
    }
  }

  private final Subject refusing = new Subject("RwLock", "watched, closing waits refused", "D11");

  @Test
  void refusing_stress() {
    refusing.stress(Crossing.class, TwoCounts.class);
    assertTrue(REFUSALS.get() > 0, "nobody was ever refused");
  }

  private final Subject watched = new Subject("RwLock", "watched by a detector", "D11");

  @Test
  void watched_stress() {
    watched.stress(Sections.class, Specification.class);
  }
}
