package dev.interlock.sync;

import org.jspecify.annotations.Nullable;

/** Waiting for the lock for a guard that had left it. */
final class RelockOperation<T extends @Nullable Object> extends AbstractLock<T, MutexGuard<T>> {
  private final MutexGuard<T> guard;

  RelockOperation(MutexGuard<T> guard) {
    super(guard.mutex(), null);
    this.guard = guard;
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
