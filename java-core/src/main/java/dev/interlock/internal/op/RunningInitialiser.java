package dev.interlock.internal.op;

/**
 * Where an initialiser runs that is no function: a coroutine, now on one thread, now on another, with
 * its children on several. A call that blocks such a thread and asks for the value that is to be made
 * would wait for itself, and is refused as it is in a function.
 *
 * <p>The future of a claim implements this for every claim, itself not being involved: see {@link
 * UnguardedLock} for the reason, and for how it is cast once.
 */
public interface RunningInitialiser {
  /** The holder of {@code claim} makes the value by what runs between {@link #enter} and {@link #leave}. */
  void begin(Object claim);

  /** The initialiser goes on on the calling thread; false when it runs there already. */
  boolean enter(Object claim);

  /** The initialiser leaves the calling thread. */
  void leave(Object claim);
}
