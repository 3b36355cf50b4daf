package dev.interlock.sync;

import dev.interlock.internal.op.Operation;
import dev.interlock.internal.op.UnguardedLock;
import org.jspecify.annotations.Nullable;

/** With a guard; and the way in for those that need none, see {@link UnguardedLock}. */
final class LockOperation<T extends @Nullable Object> extends AbstractLock<T, MutexGuard<T>>
    implements UnguardedLock {
  LockOperation(Mutex<T> mutex, @Nullable Object party) {
    super(mutex, party);
  }

  @Override
  protected MutexGuard<T> acquired() {
    return new MutexGuard<>(mutex);
  }

  @Override
  protected MutexGuard<T> granted(@Nullable Object item) {
    return new MutexGuard<>(mutex);
  }

  @Override
  public boolean tryAcquire(Object any) {
    Mutex<?> mutex = (Mutex<?>) any;
    return mutex.watch() == null && mutex.tryTake();
  }

  @Override
  public Operation<@Nullable Void> acquisition(Object any, @Nullable Object party) {
    return new UnguardedLockOperation<>((Mutex<?>) any, party);
  }

  @Override
  public void release(Object any) {
    ((Mutex<?>) any).release();
  }

  @Override
  public void releaseFailed(Object any, Throwable failure) {
    ((Mutex<?>) any).releaseFailed(failure);
  }

  @Override
  public @Nullable Object value(Object any) {
    return ((Mutex<?>) any).value();
  }
}
