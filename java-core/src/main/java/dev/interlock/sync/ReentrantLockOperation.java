package dev.interlock.sync;

import org.jspecify.annotations.Nullable;

/** See {@link ReentrantMutex#lockAsync}. */
final class ReentrantLockOperation<T extends @Nullable Object>
    extends AbstractLock<T, ReentrantGuard<T>> {
  private final ReentrantMutex<T> reentrant;
  private final Owner owner;
  private boolean again;

  ReentrantLockOperation(ReentrantMutex<T> reentrant, Mutex<T> mutex, Owner owner) {
    super(mutex, owner.party());
    this.reentrant = reentrant;
    this.owner = owner;
  }

  @Override
  protected boolean attempt() {
    again = reentrant.enterAgain(owner);
    return again || super.attempt();
  }

  @Override
  protected void succeeded() {
    if (!again) { // otherwise the watch knows
      super.succeeded();
    }
  }

  @Override
  protected ReentrantGuard<T> acquired() {
    if (!again) {
      reentrant.enter(owner);
    }
    return new ReentrantGuard<>(reentrant, owner);
  }

  @Override
  protected ReentrantGuard<T> granted(@Nullable Object item) {
    return acquired();
  }

  @Override
  public void giveBackResult() {
    if (again) {
      reentrant.leave();
    } else {
      super.giveBackResult();
    }
  }
}
