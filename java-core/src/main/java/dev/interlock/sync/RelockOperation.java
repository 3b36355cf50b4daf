package dev.interlock.sync;

import org.jspecify.annotations.Nullable;

/** Waiting for the lock for a guard that had left it, and so cannot be refused the wait. */
final class RelockOperation<T extends @Nullable Object> extends AbstractLock<T, MutexGuard<T>> {
  private final MutexGuard<T> guard;

  RelockOperation(MutexGuard<T> guard, @Nullable Object party) {
    super(guard.mutex(), party);
    this.guard = guard;
  }

  @Override
  @Nullable WaitNote newNote(@Nullable Object waits) {
    return WaitNote.ofRelock(mutex, this, waits, this::isPending, mutex::objectName);
  }

  @Override
  protected MutexGuard<T> acquired() {
    guard.enter();
    return guard;
  }

  @Override
  protected MutexGuard<T> granted(@Nullable Object item) {
    return acquired();
  }
}
