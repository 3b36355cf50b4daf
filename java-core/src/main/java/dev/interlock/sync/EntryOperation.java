package dev.interlock.sync;

import dev.interlock.internal.wait.WaitQueue;
import org.jspecify.annotations.Nullable;

/** An {@link Entry} as a future. */
class EntryOperation<R extends @Nullable Object> extends NotedOperation<R> {
  private final Synchronizer object;
  private final Entry<R> entry;

  EntryOperation(Synchronizer object, int need, Entry<R> entry) {
    this(object, need, entry, null);
  }

  EntryOperation(Synchronizer object, int need, Entry<R> entry, @Nullable Object party) {
    super(need, party);
    this.object = object;
    this.entry = entry;
  }

  @Override
  final Synchronizer object() {
    return object;
  }

  @Override
  final Entry<R> entry() {
    return entry;
  }

  @Override
  public void setMayGiveUp() {
    entry.setMayGiveUp();
    super.setMayGiveUp();
  }

  @Override
  protected boolean attempt() {
    return entry.tryEnter() || entry.enterOrEnqueue(object.queue(), this);
  }

  @Override
  public final boolean endsWithGrant() {
    return entry.endsWithGrant() && isUnnoted();
  }

  @Override
  protected R acquired() {
    return entry.entered();
  }

  @Override
  protected R granted(@Nullable Object item) {
    return entry.granted(item);
  }

  @Override
  protected boolean canGiveBack() {
    return entry.canGiveBack();
  }

  @Override
  public void giveBackResult() {
    entry.giveBack(item());
  }

  @Override
  protected void withdraw() {
    WaitQueue q = object.queueOrNull();
    if (q != null) {
      entry.withdraw(q, this);
    }
  }

  @Override
  protected RuntimeException failure(@Nullable Object cause) {
    return entry.failure(cause);
  }

  @Override
  protected String describe() {
    return entry.describe();
  }
}
