package dev.interlock.collection;

import dev.interlock.internal.pause.Pause;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Places where somebody who has a thing to give may meet somebody who wants one.
 *
 * <p><b>Source.</b> Hendler, Shavit, Yerushalmi, A scalable lock-free stack algorithm, SPAA 2004, with the
 * difference that who wants a thing leaves no mark: he looks for a moment and goes.
 *
 * @param <T> what is handed over; compared by identity
 */
final class EliminationArray<T> {
  /*
   *   place    null --offer CAS--> x --take CAS--> null     handed over; offer sees something else than x
   *                                x --offer CAS--> null    withdrawn
   *
   * x is put into a place by one thread only, its owner, and not again before the owner knows what became
   * of it. So "not x any more" means taken, also when another x stands there by then, and a taker that was
   * stopped between its look and its CAS takes x only if x is on offer at that moment.
   */

  /** References from one place to the next: 64 bytes with compressed references, 128 without. */
  private static final int STRIDE = 16;

  private static final int PLACES = places(Runtime.getRuntime().availableProcessors());

  private final @Nullable Object[] cells = new Object[(PLACES + 1) * STRIDE];

  /** Half the processors, since two threads meet in a place; a power of two, at most 8. */
  private static int places(int processors) {
    return Integer.highestOneBit(Math.max(1, Math.min(8, processors / 2)));
  }

  /**
   * Offers {@code thing} for a moment.
   *
   * @return whether somebody has taken it
   */
  boolean offer(T thing, int looks) {
    int i = home();
    if (cell(i) != null || !casCell(i, null, thing)) {
      Pause.times(looks); // taken by another giver: as good a back-off as offering
      return false;
    }
    for (int look = 0; look < looks; look++) {
      if (cell(i) != thing) {
        return true; // linearization point was the CAS of the taker
      }
      Thread.onSpinWait();
    }
    return !casCell(i, thing, null);
  }

  /** Takes something that is on offer now or soon, or null. */
  @Nullable T take(int looks) {
    for (int look = 0; ; look++) {
      T thing = take();
      if (thing != null || look >= looks) {
        return thing;
      }
      Thread.onSpinWait();
    }
  }

  private @Nullable T take() {
    int home = home();
    for (int k = 0; k < PLACES; k++) {
      int i = (home + k) % PLACES;
      Object seen = cell(i);
      if (seen != null && casCell(i, seen, null)) { // linearization point of both
        @SuppressWarnings("unchecked") // nothing else is ever put in
        T thing = (T) seen;
        return thing;
      }
    }
    return null;
  }

  /** Threads begin at different places, most of the time. */
  private static int home() {
    int hash = (int) Thread.currentThread().getId() * 0x9E3779B9;
    return hash >>> 16 & PLACES - 1;
  }

  /** Where in the array a place lies; the first one as far from the array's length as from the next. */
  static int indexOf(int place) {
    return (place + 1) * STRIDE;
  }

  private @Nullable Object cell(int place) {
    return CELL.getVolatile(cells, indexOf(place));
  }

  private boolean casCell(int place, @Nullable Object expected, @Nullable Object thing) {
    return CELL.compareAndSet(cells, indexOf(place), expected, thing);
  }

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(Object[].class);
}
