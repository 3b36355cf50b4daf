package dev.interlock.sync;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Places for readers that need not meet: a reader that has one of these holds the lock without
 * having written a word that others write. See {@link PhaseFairLock}.
 */
final class ReaderSlots {
  /*
   *   | pad | slot ........ | slot ........ | ... |     a slot has 128 bytes to itself
   *
   *   slot      meaning                                       who leaves it
   *   ----      -------                                       -------------
   *   FREE      nobody's                                      a reader: CAS READING
   *   READING   a reader's, which has not been counted        the reader: CAS FREE
   *                                                           who revokes: CAS COUNTED
   *   COUNTED   a reader's, which is counted in the word      the reader, which leaves by the word: FREE
   *
   * Which slot: the high bits of the thread's number times the golden ratio, which puts consecutive
   * numbers far from each other; the one beside it when that is taken. It is a hint: the slot is
   * written down in the guard, never in the thread, so a reader may leave on another thread than it
   * came on.
   */
  private static final int FREE = 0;
  private static final int READING = 1;
  private static final int COUNTED = 2;

  private static final int STRIDE = 32;

  /** No lock has more. */
  static final int MOST = 64;

  private static final int LOG2 = log2(Runtime.getRuntime().availableProcessors());
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** More than any place. */
  static final int LENGTH = (1 << LOG2) * STRIDE + STRIDE;

  private final int[] slots = new int[LENGTH];

  /** Two slots for each processor, so that two threads seldom meet in one. */
  static int log2(int processors) {
    int wanted = Math.min(MOST, Math.max(2, processors) * 2);
    return Integer.SIZE - Integer.numberOfLeadingZeros(wanted - 1);
  }

  /** A slot for the calling thread, above zero, or zero when those that it may have are taken. */
  int tryTake() {
    int place = placeOf(Thread.currentThread().getId());
    if (SLOT.compareAndSet(slots, place, FREE, READING)) {
      return place;
    }
    int beside = place == STRIDE ? 2 * STRIDE : place - STRIDE;
    return SLOT.compareAndSet(slots, beside, FREE, READING) ? beside : 0;
  }

  /** Leaves the slot; false when the reader is counted in the word, and has to leave there too. */
  boolean leave(int place) {
    if (SLOT.compareAndSet(slots, place, READING, FREE)) {
      return true;
    }
    SLOT.setVolatile(slots, place, FREE);
    return false;
  }

  /** Makes all readers of slots counted ones, and says how many there were. */
  int count() {
    int counted = 0;
    for (int place = STRIDE; place < slots.length; place += STRIDE) {
      if ((int) SLOT.getVolatile(slots, place) == READING
          && SLOT.compareAndSet(slots, place, READING, COUNTED)) {
        counted++;
      }
    }
    return counted;
  }

  /** How many are taken now, for diagnostics. */
  int reading() {
    int reading = 0;
    for (int place = STRIDE; place < slots.length; place += STRIDE) {
      if ((int) SLOT.getVolatile(slots, place) == READING) {
        reading++;
      }
    }
    return reading;
  }

  private static int placeOf(long thread) {
    return (int) ((thread * GOLDEN) >>> (Long.SIZE - LOG2)) * STRIDE + STRIDE;
  }

  // VarHandle mechanics
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(int[].class);
}
