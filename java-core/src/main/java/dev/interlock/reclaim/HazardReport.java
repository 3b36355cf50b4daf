package dev.interlock.reclaim;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;

/**
 * One line of {@link HazardPointers#participants()}: who keeps how much from being reclaimed. Whoever
 * stalls keeps no more than this: what its slots name, and what stands in its list.
 *
 * <p><b>Progress.</b> Wait-free: a value.
 *
 * @param domain the domain, by name
 * @param participant the name given at joining and the number of the record; {@code an operation} for one
 *     of a stack or a queue and for a scan of what was left behind, {@code nobody} for a list without owner
 * @param joined whether somebody owns the record
 * @param protectedNames how many of its slots name something
 * @param retired how many names stand in its list
 */
@ProgressGuarantee(Progress.WAIT_FREE)
public record HazardReport(
    String domain, String participant, boolean joined, int protectedNames, int retired) {
  @Override
  public String toString() {
    return participant
        + " of "
        + domain
        + ": protects "
        + protectedNames
        + ", and "
        + retired
        + " retired names stand in its list";
  }
}
