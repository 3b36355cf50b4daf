package dev.interlock.reclaim;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;

/**
 * Writes the record in a slot before it is handed over, or reads it before it is reclaimed. Called with
 * the slab and the handle of the slot, which are good for the time of the call. One that is kept and
 * used again makes the operation free of allocation; a lambda that captures may cost an object a call.
 *
 * <p><b>Progress.</b> That of the code given. The operation that calls it is lock-free only if it is.
 */
@FunctionalInterface
@ProgressGuarantee(
    value = Progress.LOCK_FREE,
    unless = "the code given waits: then its own caller does, and nobody else")
public interface SlotAccess {
  /** Works on the words of {@code slot}. */
  void access(OffHeapSlab slab, long slot);
}
