package dev.interlock.internal.wait;

/** A wait, or what is made of waits, that its caller may give up when some time is over. */
public interface MayGiveUp {
  /**
   * The caller may give this wait up when some time is over, which cannot be seen by looking at it: then it is in no
   * deadlock that lasts, and a deadlock detector is not told of it, or no longer, but of what was taken. Said by
   * the caller, before the first poll or between two.
   */
  void setMayGiveUp();
}
