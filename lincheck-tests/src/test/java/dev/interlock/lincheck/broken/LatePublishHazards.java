package dev.interlock.lincheck.broken;

/**
 * X3. A hazard that is published after the second look.
 *
 * <p><b>The fault:</b> between the look and the publication the slot may be unlinked, scanned and freed; who
 * scans cannot see a hazard that is not there yet, and nobody looks again.
 */
public final class LatePublishHazards extends TinyHazards {
  @Override
  protected int protect(int me) {
    for (; ; ) {
      int slot = current.get();
      if (current.get() == slot) {
        hazards.set(me, slot); // belongs before the second look
        return slot;
      }
    }
  }
}
