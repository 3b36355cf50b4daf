package dev.interlock.reclaim;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A participant of an {@link EpochDomain} that is pinned and keeps the garbage of the whole domain.
 *
 * <p><b>Progress.</b> Wait-free: a value.
 *
 * @param domain the domain, by name
 * @param participant who is pinned: the name given at joining, and its number
 * @param pinnedFor for how long it has been in the way, at least: since a collection first met it
 * @param pending how much garbage there was
 * @param thread the thread that pinned, when pin sites are recorded; it may have ended, and the domain
 *     forgets it when the pin ends
 * @param site where it pinned, when pin sites are recorded
 */
@ProgressGuarantee(Progress.WAIT_FREE)
public record StallReport(
    String domain,
    String participant,
    Duration pinnedFor,
    long pending,
    @Nullable Thread thread,
    @Nullable Throwable site) {
  @Override
  public String toString() {
    return participant
        + " of "
        + domain
        + " has been pinned for "
        + pinnedFor.toMillis()
        + " ms or longer, and "
        + pending
        + " retired things wait for it"
        + (thread == null
            ? "; record pin sites to see where"
            : "; pinned by " + thread.getName() + (thread.isAlive() ? "" : ", which has ended"));
  }
}
