package dev.interlock.sync;

/**
 * One hold of a {@link SpinningLock}, closed to unlock. Closing it a second time does nothing. Not safe for
 * use by two threads at once.
 */
public abstract sealed class SpinGuard implements AutoCloseable
    permits SpinLock.Guard, TicketLock.Guard, McsLock.Handle, ClhLock.Handle {
  /** Only the locks make guards. */
  SpinGuard() {}

  /** Whether this guard holds its lock. */
  public abstract boolean isHeld();

  /** Unlocks; without effect when this guard does not hold the lock. */
  @Override
  public abstract void close();
}
