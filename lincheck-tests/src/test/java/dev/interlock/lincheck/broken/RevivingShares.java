package dev.interlock.lincheck.broken;

/**
 * A count of owners that is raised from zero.
 *
 * <p><b>The fault:</b> between the look whether the share is still good and the count, the last owner may
 * give up and close the resource. The count rises to one all the same, and its new owner has what is closed.
 */
public final class RevivingShares extends TinyShares {
  @Override
  protected boolean raise() {
    shares.incrementAndGet(); // whatever it was
    return true;
  }
}
