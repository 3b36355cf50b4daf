package dev.interlock.internal.pause;

import dev.interlock.internal.layout.LeadingPad;

/**
 * Whether to do something that may or may not pay: each time while it does, ever more seldom while it does
 * not. Shared by threads without any order: a lost update costs a trial too many or too few.
 */
public abstract class Trials extends LeadingPad {
  /*
   *   skip   so many times in a row it is not done, since it was worth little
   *   left   of these, how many are left
   *
   *   judge(true)    skip = 0
   *   judge(false)   skip = 2 skip + 1, at most MOST
   *   both           left = skip
   *   isDue()        left = 0: true.  left > 0: false, left - 1
   */
  private static final int MOST = 1023;

  private int skip;
  private int left;

  /** Only subclasses are made. */
  protected Trials() {}

  /** What the last trial was worth. */
  protected final void judge(boolean worthIt) {
    skip = worthIt ? 0 : Math.min(2 * skip + 1, MOST);
    left = skip;
  }

  /** Whether the caller is to try. */
  protected final boolean isDue() {
    if (left > 0) {
      left--;
      return false;
    }
    return true;
  }
}
