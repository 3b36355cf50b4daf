package dev.interlock.sync;

import dev.interlock.internal.op.RunningInitialiser;
import org.jspecify.annotations.Nullable;

/**
 * A wait at a cell as a future: for the value, for the role, or for either. It knows the thread that
 * blocks on it, because who waits for what it is to make itself is refused. And it is the way in for
 * initialisers that are coroutines, see {@link RunningInitialiser}.
 */
final class OnceOperation<R extends @Nullable Object> extends EntryOperation<R>
    implements RunningInitialiser {
  private final Once.OnceEntry<R> entry;

  OnceOperation(Once<?> cell, int need, Once.OnceEntry<R> entry) {
    super(cell, need, entry, entry.party);
    this.entry = entry;
  }

  @Override
  public void drivenBy(Thread thread) {
    if (entry.party == null) {
      entry.party = thread;
      askedBy(thread);
    }
  }

  @Override
  public void begin(Object claim) {
    ((OnceClaim<?>) claim).runOnMany();
  }

  @Override
  public boolean enter(Object claim) {
    return ((OnceClaim<?>) claim).enter();
  }

  @Override
  public void leave(Object claim) {
    ((OnceClaim<?>) claim).leave();
  }
}
