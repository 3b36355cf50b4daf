package dev.interlock.collection;

/**
 * How often a call looks again at a place where another thread may be about to act, before it goes on
 * without that thread. Looking is a courtesy, not a wait: the number is small and nothing depends on it.
 */
final class Patience {
  /**
   * As often, about a microsecond; not at all on one processor, where nobody else could act meanwhile,
   * nor where {@code dev.interlock.spin.max} turns spinning off, as it does for the model checker, to
   * which each look is one more step of every schedule.
   */
  static final int LOOKS =
      Runtime.getRuntime().availableProcessors() > 1
          ? Math.max(0, Math.min(64, Integer.getInteger("dev.interlock.spin.max", 64)))
          : 0;

  private Patience() {}
}
