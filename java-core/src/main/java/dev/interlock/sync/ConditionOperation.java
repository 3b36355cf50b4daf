package dev.interlock.sync;

import dev.interlock.internal.op.Operation;
import dev.interlock.internal.op.Relocking;
import org.jspecify.annotations.Nullable;

/** See {@link Condition#awaitAsync}. */
final class ConditionOperation<T extends @Nullable Object> extends Operation<MutexGuard<T>>
    implements Relocking {
  private final Condition<T> condition;
  private final MutexGuard<T> guard;

  ConditionOperation(Condition<T> condition, MutexGuard<T> guard) {
    super(1, null);
    this.condition = condition;
    this.guard = guard;
  }

  @Override
  protected boolean attempt() {
    condition.check(guard);
    guard.leave();
    condition.releaseAndJoin(this);
    return false;
  }

  @Override
  protected boolean retry() {
    Mutex<T> mutex = condition.mutex();
    return mutex.acquireOrRearm(mutex.queue(), this);
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

  @Override
  protected void giveBackResult() {
    condition.giveBack(this);
  }

  @Override
  protected void withdraw() {
    condition.withdraw(this);
  }

  @Override
  protected RuntimeException failure(@Nullable Object cause) {
    return condition.mutex().poisoned((Throwable) cause);
  }

  @Override
  public @Nullable Operation<?> relock() {
    return guard.isOpen() ? null : new RelockOperation<>(guard);
  }

  @Override
  protected String describe() {
    return "await of " + condition;
  }
}
