package dev.interlock.reclaim;

import dev.interlock.internal.layout.LeadingPad;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The figures of one domain. Counted at each retirement, and once for each batch reclaimed. */
final class Tally extends LeadingPad {
  /*
   * pending is not kept: it is retired - reclaimed. Both only grow, and reclaimed <= retired, because a
   * thing is counted as retired before it enters the list from which it is reclaimed.
   *
   * Who retires reads reclaimed after having counted, so the difference is at most what was pending at
   * that read; the last of several that count at the same time sees them all. So the peak misses
   * nothing but what was reclaimed in between.
   */
  private volatile long retired;
  private volatile long reclaimed;
  private volatile long peak;

  /** Counts one more and returns how many are pending with it. */
  long addRetired() {
    long pending = (long) RETIRED.getAndAdd(this, 1L) + 1 - reclaimed;
    for (long p; (p = peak) < pending; ) {
      if (PEAK.compareAndSet(this, p, pending)) {
        break;
      }
    }
    return pending;
  }

  void addReclaimed(int count) {
    RECLAIMED.getAndAdd(this, (long) count);
  }

  long pending() {
    long done = reclaimed;
    return retired - done;
  }

  ReclamationFigures figures() {
    long done = reclaimed;
    long all = retired;
    return new ReclamationFigures(all, done, all - done, peak);
  }

  // VarHandle mechanics
  private static final VarHandle RETIRED = handle("retired");
  private static final VarHandle RECLAIMED = handle("reclaimed");
  private static final VarHandle PEAK = handle("peak");

  private static VarHandle handle(String field) {
    return ConstantBootstraps.fieldVarHandle(
        MethodHandles.lookup(), field, VarHandle.class, Tally.class, long.class);
  }
}
