package dev.interlock.sync;

/** What becomes of a {@link OnceCell} or a {@link Lazy} whose initialiser threw. */
public enum OnFailure {
  /**
   * Only the caller whose initialiser threw learns of it; the first of those who wait, or the next who
   * comes, becomes the initialiser.
   */
  RETRY,
  /**
   * The failure is kept for good: whoever waits, and whoever comes later, gets an {@link
   * dev.interlock.InitialisationException} with it as the cause.
   */
  REMEMBER
}
