package dev.interlock.sync;

import dev.interlock.internal.op.Operation;
import dev.interlock.internal.op.Relocking;
import org.jspecify.annotations.Nullable;

/** See {@link Condition#awaitAsync}. */
final class ConditionOperation<T extends @Nullable Object> extends NotedOperation<MutexGuard<T>>
    implements Relocking {
  private final Condition<T> condition;
  private final MutexGuard<T> guard;

  ConditionOperation(Condition<T> condition, MutexGuard<T> guard, @Nullable Object party) {
    super(1, party);
    this.condition = condition;
    this.guard = guard;
  }

  @Override
  Synchronizer object() {
    return condition.mutex();
  }

  @Override
  @Nullable WaitNote newNote(@Nullable Object waits) {
    return condition.noteFuture(this, waits);
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
  protected void succeeded() {
    tellTaken();
  }

  @Override
  public void giveBackResult() {
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
  public @Nullable Operation<?> relock(@Nullable Object party) {
    return guard.isOpen() ? null : new RelockOperation<>(guard, party);
  }

  @Override
  protected String describe() {
    return "await of " + condition;
  }
}
