package dev.interlock.lincheck;

import dev.interlock.sync.ClhLock;
import dev.interlock.sync.McsLock;
import dev.interlock.sync.SpinGuard;
import dev.interlock.sync.SpinLock;
import dev.interlock.sync.TicketLock;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * The locks that spin, by whole critical sections: lock, change two words, unlock. Mutual exclusion, that
 * nobody spins for ever, that a refused {@code tryLock} changed nothing. A thread of the checker that spins
 * is put aside, as one that yields.
 *
 * <p>Left out: the order of arrival, which sections as single operations do not show, and {@code isLocked},
 * which says something about the middle of one. Both have their contract tests. A try that fails counts
 * nothing and says nothing: whether it fails depends on who is inside, which is no order of whole sections;
 * so it goes on to wait.
 */
class SpinLocksLincheckTest {
  /** What a section changes. */
  abstract static class Sections extends Operations {
    private int one;
    private int other;

    final int count() {
      one++;
      return one == ++other ? one : -1;
    }

    final int look() {
      return one == other ? one : -1;
    }
  }

  public static class SpinSections extends Sections {
    private final SpinLock lock = SpinLock.create();

    @Operation
    public int increment() {
      try (SpinGuard held = lock.lock()) {
        return count();
      }
    }

    @Operation
    public int tryCount() {
      SpinGuard tried = lock.tryLock();
      try (SpinGuard held = tried != null ? tried : lock.lock()) {
        return count();
      }
    }

    @Operation
    public int read() {
      try (SpinGuard held = lock.lock()) {
        return look();
      }
    }
  }

  public static class TicketSections extends Sections {
    private final TicketLock lock = TicketLock.create();

    @Operation
    public int increment() {
      try (SpinGuard held = lock.lock()) {
        return count();
      }
    }

    @Operation
    public int tryCount() {
      SpinGuard tried = lock.tryLock();
      try (SpinGuard held = tried != null ? tried : lock.lock()) {
        return count();
      }
    }

    @Operation
    public int read() {
      try (SpinGuard held = lock.lock()) {
        return look();
      }
    }
  }

  public static class McsSections extends Sections {
    private final McsLock lock = McsLock.create();

    @Operation
    public int increment() {
      try (SpinGuard held = lock.lock()) {
        return count();
      }
    }

    @Operation
    public int tryCount() {
      SpinGuard tried = lock.tryLock();
      try (SpinGuard held = tried != null ? tried : lock.lock()) {
        return count();
      }
    }

    /** A handle that is used twice: its node comes to the list again. */
    @Operation
    public int read() {
      McsLock.Handle handle = lock.handle();
      int before;
      try (SpinGuard held = handle.lock()) {
        before = look();
      }
      try (SpinGuard held = handle.lock()) {
        return look() >= before ? before : -1;
      }
    }
  }

  public static class ClhSections extends Sections {
    private final ClhLock lock = ClhLock.create();

    @Operation
    public int increment() {
      try (SpinGuard held = lock.lock()) {
        return count();
      }
    }

    @Operation
    public int tryCount() {
      return increment();
    }

    /** A handle that is used twice: it has its predecessor's node the second time. */
    @Operation
    public int read() {
      ClhLock.Handle handle = lock.handle();
      int before;
      try (SpinGuard held = handle.lock()) {
        before = look();
      }
      try (SpinGuard held = handle.lock()) {
        return look() >= before ? before : -1;
      }
    }
  }

  public static class Counter {
    private int value;

    public int increment() {
      return ++value;
    }

    public int tryCount() {
      return ++value;
    }

    public int read() {
      return value;
    }
  }

  private final Subject spin = new Subject("SpinLock", "sections", "D1");
  private final Subject ticket = new Subject("TicketLock", "sections", "D1");
  private final Subject mcs = new Subject("McsLock", "sections", "D1");
  private final Subject clh = new Subject("ClhLock", "sections", "D1");

  @Test
  void spin_modelChecking() {
    spin.modelCheck(SpinSections.class, Counter.class);
  }

  @Test
  void spin_stress() {
    spin.stress(SpinSections.class, Counter.class);
  }

  @Test
  void ticket_modelChecking() {
    ticket.modelCheck(TicketSections.class, Counter.class);
  }

  @Test
  void ticket_stress() {
    ticket.stress(TicketSections.class, Counter.class);
  }

  @Test
  void mcs_modelChecking() {
    mcs.modelCheck(McsSections.class, Counter.class);
  }

  @Test
  void mcs_stress() {
    mcs.stress(McsSections.class, Counter.class);
  }

  @Test
  void clh_modelChecking() {
    clh.modelCheck(ClhSections.class, Counter.class);
  }

  @Test
  void clh_stress() {
    clh.stress(ClhSections.class, Counter.class);
  }
}
