package dev.interlock.diagnostics;

import org.jspecify.annotations.Nullable;

/**
 * An edge of the graph: somebody for whom a wait waits.
 *
 * @param party who
 * @param as what it holds the object for
 * @param takenAt where it was taken, if that is kept
 * @param turn for {@link Access#NEXT}, the wait that goes first; the edge is there as long as it is
 *     pending
 */
record Hold(Object party, Access as, @Nullable Throwable takenAt, @Nullable Wait turn) {
  /** Whether what the edge depends on, beside the two parties, is still there. */
  boolean stands() {
    return turn == null || turn.isPending();
  }
}
