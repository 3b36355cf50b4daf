package dev.interlock.annotation;

/**
 * How far the calls of other threads can delay a call, from the strongest promise to the weakest.
 *
 * <p>A promise is about steps of the algorithm. It does not count what the virtual machine does beneath:
 * collecting garbage, compiling, growing a heap.
 *
 * <p><b>Source.</b> Herlihy, Wait-free synchronization, TOPLAS 1991; Herlihy, Luchangco, Moir,
 * Obstruction-free synchronization, ICDCS 2003.
 */
public enum Progress {
  /**
   * Every call ends after a number of own steps that does not depend on what other threads do. Where the
   * processor has no fetch-and-add of its own, the virtual machine makes one of a retry loop, and a call
   * that is called wait-free for its fetch-and-add is lock-free there.
   */
  WAIT_FREE,

  /**
   * Whenever calls run for long enough, one of them ends: a thread that is stopped anywhere delays
   * nobody, but a single call may be overtaken without bound.
   */
  LOCK_FREE,

  /** A call that runs alone for long enough ends, wherever the other threads were stopped. */
  OBSTRUCTION_FREE,

  /** A call may have to wait for another thread: one that holds a lock, or has what is waited for. */
  BLOCKING
}
