package dev.interlock.sync;

import dev.interlock.internal.op.Operation;
import org.jspecify.annotations.Nullable;

/**
 * An operation on a {@link Synchronizer} whose waits are noted for diagnostics.
 *
 * @param <R> the type of the result
 */
abstract class NotedOperation<R extends @Nullable Object> extends Operation<R> {
  /** Who waits and will hold, or null when that is not known. */
  private @Nullable Object party;

  /**
   * Volatile: a cancel by another thread may come between the enqueueing and the note. It changes
   * the state, then looks for the note; the poll writes the note, then looks at the state.
   */
  private volatile @Nullable WaitNote note;

  NotedOperation(int need, @Nullable Object party) {
    super(need, null);
    this.party = party;
  }

  private boolean mayGiveUp;

  @Override
  public void setMayGiveUp() {
    mayGiveUp = true;
    WaitNote n = note;
    if (n != null) {
      n.endForDetector();
    }
  }

  /** The party has what it asked for; for an object that is told by its operations. */
  final void tellTaken() {
    if (mayGiveUp) {
      object().triedBy(party);
    } else {
      object().takenBy(party);
    }
  }

  /** Whether nobody is to be told of this wait, nor of who has what it brings. */
  final boolean isUnnoted() {
    return note == null && object().watch() == null;
  }

  /** What is waited for. */
  abstract Synchronizer object();

  /** The way of waiting, for an object at which there are several. */
  @Nullable Entry<?> entry() {
    return null;
  }

  /** The note of a wait of {@code party}, if it is known; null when nobody wants to know of the wait. */
  @Nullable WaitNote newNote(@Nullable Object waits) {
    return WaitNote.ofFuture(object(), this, waits, entry());
  }

  final @Nullable Object party() {
    return party;
  }

  /** Who waits became known after all; said before the first poll, or too late for this wait. */
  final void askedBy(Object known) {
    party = known;
  }

  @Override
  public final Object caller() {
    return party == null ? this : party;
  }

  @Override
  protected final void enqueued() {
    WaitNote made = newNote(mayGiveUp ? null : party);
    if (made == null) {
      return;
    }
    note = made;
    if (made.isRefused() && dropPending()) {
      throw made.refusal();
    }
  }

  @Override
  protected final void waitOver() {
    WaitNote n = note;
    if (n != null) {
      // The note goes last: who finds none goes on, and so the wait has to be over by then.
      WaitNote.end(n);
      note = null;
    }
  }
}
