package dev.interlock.internal.op;

/**
 * A future whose party is known although its wait may be given up in time: then it is in no deadlock that
 * lasts, and a deadlock detector is not told of the wait, but of what was taken.
 */
public interface PassingWait {
  /** Says so, before the first poll. */
  void setMayGiveUp();
}
