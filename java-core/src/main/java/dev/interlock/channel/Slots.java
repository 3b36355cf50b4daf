package dev.interlock.channel;

/**
 * Where a channel keeps the elements it has accepted: numbered places, each written once by a sender
 * and emptied once by a receiver, in the order of the numbers.
 *
 * <p>Senders and receivers hold different locks. A place is handed from one side to the other by the
 * channel's indices: {@link #put} of a number is called before the tail passes it, {@link #take} after;
 * and {@link #put} of a number that shares memory with an earlier one is called after the head passed
 * that one.
 */
abstract class Slots {
  /** Fills place {@code index}. Needs the senders' lock; indices come in order. */
  abstract void put(long index, Object e);

  /** Empties place {@code index}. Needs the receivers' lock; indices come in order. */
  abstract Object take(long index);

  /** A fixed ring for up to {@code capacity} elements. */
  static Slots ring(int capacity) {
    return new RingSlots(capacity);
  }

  /** Any number of elements. */
  static Slots linked() {
    return new LinkedSlots();
  }
}
