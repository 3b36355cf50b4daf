package dev.interlock.reclaim;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;

/**
 * What a reclamation domain has done so far, as {@link HazardPointers#figures()} and {@link
 * EpochDomain#figures()} read it.
 *
 * <p>The three counts are read one after the other while others go on: each was right at some moment
 * during the call, and {@code reclaimed} was read before {@code retired}, so that {@code pending} is
 * never negative. When nobody else is at work they are exact.
 *
 * <p><b>Progress.</b> Wait-free: a value.
 *
 * @param retired how many things were handed over to be reclaimed
 * @param reclaimed for how many of them the callback was called, or was about to be
 * @param pending {@code retired - reclaimed}: garbage that waits
 * @param peak the most that {@code pending} was when something was retired
 */
@ProgressGuarantee(Progress.WAIT_FREE)
public record ReclamationFigures(long retired, long reclaimed, long pending, long peak) {
  @Override
  public String toString() {
    return "retired="
        + retired
        + ", reclaimed="
        + reclaimed
        + ", pending="
        + pending
        + ", peak="
        + peak;
  }
}
