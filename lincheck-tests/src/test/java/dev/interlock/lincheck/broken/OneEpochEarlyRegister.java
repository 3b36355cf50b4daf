package dev.interlock.lincheck.broken;

/**
 * Epochs that free after one epoch instead of two.
 *
 * <p><b>The fault:</b> a reader that is pinned in the epoch in which a slot is retired does not keep the
 * domain from moving on once, only from moving on twice. After the first step it may still be reading.
 */
public final class OneEpochEarlyRegister extends TinyEpochs {
  @Override
  protected int grace() {
    return 1;
  }
}
