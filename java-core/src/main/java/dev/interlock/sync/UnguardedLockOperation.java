package dev.interlock.sync;

import org.jspecify.annotations.Nullable;

/** Waiting for the lock without a guard; the value is read through {@link LockOperation}. */
final class UnguardedLockOperation<T extends @Nullable Object>
    extends AbstractLock<T, @Nullable Void> {
  UnguardedLockOperation(Mutex<T> mutex, @Nullable Object party) {
    super(mutex, party);
  }

  @Override
  protected @Nullable Void acquired() {
    return null;
  }

  @Override
  protected @Nullable Void granted(@Nullable Object item) {
    return null;
  }
}
