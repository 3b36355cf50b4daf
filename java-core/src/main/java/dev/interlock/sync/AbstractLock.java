package dev.interlock.sync;

import dev.interlock.internal.wait.WaitQueue;
import org.jspecify.annotations.Nullable;

/** Waiting for the lock as a future, whatever stands for the lock. */
abstract class AbstractLock<T extends @Nullable Object, R extends @Nullable Object>
    extends NotedOperation<R> {
  final Mutex<T> mutex;

  AbstractLock(Mutex<T> mutex, @Nullable Object party) {
    super(1, party);
    this.mutex = mutex;
  }

  @Override
  final Synchronizer object() {
    return mutex;
  }

  @Override
  protected boolean attempt() {
    return mutex.tryTake() || mutex.acquireOrEnqueue(mutex.queue(), this);
  }

  @Override
  protected final boolean retry() {
    return mutex.acquireOrRearm(mutex.queue(), this);
  }

  @Override
  protected void succeeded() {
    tellTaken();
  }

  @Override
  public void giveBackResult() {
    mutex.release();
  }

  @Override
  protected final RuntimeException failure(@Nullable Object cause) {
    return mutex.poisoned((Throwable) cause);
  }

  @Override
  protected final void withdraw() {
    WaitQueue q = mutex.queueOrNull();
    if (q != null) {
      mutex.withdraw(q, this);
    }
  }

  @Override
  protected final String describe() {
    return "lock of " + mutex;
  }
}
