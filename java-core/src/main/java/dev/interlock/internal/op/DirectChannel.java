package dev.interlock.internal.op;

import org.jspecify.annotations.Nullable;

/**
 * What a channel offers to a caller that would rather wait than be told why not, and that wants no
 * object for the outcome: the suspending faces. Every channel of the core has it.
 *
 * @param <E> the type of the elements
 */
public interface DirectChannel<E> {
  /**
   * Sends if it sees that this needs no wait. False says no more than that the next step is the waiting
   * form: there may be no room, or the channel may be closed.
   */
  boolean sendNow(E element);

  /**
   * Receives if it sees that this needs no wait. Null says no more than that the next step is the waiting
   * form: there may be no element, or the channel may be closed.
   */
  @Nullable E receiveNow();
}
