package dev.interlock.sync;

import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import org.jspecify.annotations.Nullable;

/** A {@link LockSequence} as a future: the future of one lock after the other. */
final class LockAllOperation extends SteppedFuture<LockSet> {
  /** Trials in one poll; after that others get their turn. */
  private static final int TRIALS = 8;

  private final LockSequence sequence;

  /** Who waits and will hold, or null when that is not known. */
  private final @Nullable Object party;

  /** Those that are held, before the one that is waited for. */
  private final LockSet set;

  /** Of the mutex that is waited for; -1 for the one before the first. */
  private int index;

  LockAllOperation(LockSequence sequence, @Nullable Object party) {
    this.sequence = sequence;
    this.party = party;
    this.set = sequence.newSet();
    this.index = sequence.first == null ? 0 : -1;
  }

  @Override
  boolean advance(Context cx) {
    for (int trials = 0; index < sequence.count; ) {
      MutexGuard<?> guard = step(cx);
      if (guard == null) {
        return false;
      }
      set.add(guard);
      if (!sequence.backingOff) {
        index++;
        continue;
      }
      int taken = sequence.addOthers(set, index, party);
      if (taken < 0) {
        return true;
      }
      index = taken;
      if (++trials == TRIALS) {
        cx.waker().wake();
        return false;
      }
    }
    return true;
  }

  @Override
  PollFuture<? extends MutexGuard<?>> next() {
    Mutex<?> first = sequence.first;
    Mutex<?> mutex = index < 0 && first != null ? first : sequence.get(index);
    return mutex.lockAsyncFor(party);
  }

  @Override
  LockSet result() {
    return set;
  }

  @Override
  void giveBack() {
    set.releaseAll();
  }

  @Override
  String describe() {
    return "lock of all of " + sequence;
  }
}
