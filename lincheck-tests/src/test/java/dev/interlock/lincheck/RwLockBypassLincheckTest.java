package dev.interlock.lincheck;

import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.UpgradeConflictException;
import dev.interlock.sync.WriteGuard;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A read-write lock whose sleeping waiters may be overtaken: sections of threads, each one operation, because
 * who is let in first is then not settled by the order of the calls. What must hold is that sections exclude
 * each other, that all of them see the last value, and that nobody is forgotten. That turns are kept where the
 * bound is 0 is what {@code RwLockLincheckTest} checks.
 */
class RwLockBypassLincheckTest {
  public abstract static class Sections extends Operations {
    private final RwLock<int[]> lock;

    Sections(RwLock.Builder options) {
      lock = options.of(new int[1]);
    }

    @Operation
    public int read() throws InterruptedException {
      try (ReadGuard<int[]> guard = lock.read()) {
        return guard.get()[0];
      }
    }

    /** Without waiting if that is possible. */
    @Operation
    public int tryRead() throws InterruptedException {
      ReadGuard<int[]> tried = lock.tryRead();
      try (ReadGuard<int[]> guard = tried != null ? tried : lock.read()) {
        return guard.get()[0];
      }
    }

    @Operation
    public int increment() throws InterruptedException {
      try (WriteGuard<int[]> guard = lock.write()) {
        return ++guard.get()[0];
      }
    }

    /** Without waiting if that is possible; and reads its own value before others write. */
    @Operation
    public int tryIncrementAndRead() throws InterruptedException {
      WriteGuard<int[]> tried = lock.tryWrite();
      WriteGuard<int[]> writing = tried != null ? tried : lock.write();
      writing.get()[0]++;
      try (ReadGuard<int[]> reading = writing.downgrade()) {
        return reading.get()[0];
      }
    }

    /** Reads and then writes with nothing in between; two who meet cannot, then one writes anew. */
    @Operation
    public int upgrade() throws InterruptedException {
      ReadGuard<int[]> reading = lock.read();
      int seen = reading.get()[0];
      try (WriteGuard<int[]> writing = reading.upgrade()) {
        if (writing.get()[0] != seen) {
          throw new AssertionError("somebody wrote before the upgrade");
        }
        return ++writing.get()[0];
      } catch (UpgradeConflictException refused) {
        reading.close();
        return increment();
      }
    }
  }

  /** Overtaken once at most. */
  public static class Once extends Sections {
    public Once() {
      super(RwLock.builder().bypassBound(1));
    }
  }

  /** Readers in slots from the beginning, and the usual bound. */
  public static class InSlots extends Sections {
    public InSlots() {
      super(RwLock.builder().manyReaders());
    }
  }

  public static class Specification {
    private int value;

    public int read() {
      return value;
    }

    public int tryRead() {
      return value;
    }

    public int increment() {
      return ++value;
    }

    public int tryIncrementAndRead() {
      return ++value;
    }

    public int upgrade() {
      return ++value;
    }
  }

  private final Subject once = new Subject("RwLock", "bypass bound 1", "D3");
  private final Subject slots = new Subject("RwLock", "usual bypass bound, readers in slots", "D3");

  @Test
  void sections_bypassBound1_modelChecking() {
    once.modelCheck(Once.class, Specification.class);
  }

  @Test
  void sections_bypassBound1_stress() {
    once.stress(Once.class, Specification.class);
  }

  /** Not in each build: what begins in slots is in the word from the first writer on. */
  @Tag("deep")
  @Test
  void sections_readersInSlots_modelChecking() {
    slots.modelCheck(InSlots.class, Specification.class);
  }

  @Test
  void sections_readersInSlots_stress() {
    slots.stress(InSlots.class, Specification.class);
  }
}
