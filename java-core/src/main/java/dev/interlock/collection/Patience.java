package dev.interlock.collection;

import dev.interlock.internal.pause.Pause;

/**
 * How often a call looks again at a place where another thread may be about to act, before it goes on
 * without that thread. Looking is a courtesy, not a wait: the number is small and nothing depends on it.
 */
final class Patience {
  /** About a microsecond; none where looking does not {@linkplain Pause#PAYS pay}. */
  static final int LOOKS = Pause.PAYS ? 64 : 0;

  private Patience() {}
}
