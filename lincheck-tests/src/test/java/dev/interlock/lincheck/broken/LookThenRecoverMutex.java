package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A mutex whose holder has failed, taken over by two.
 *
 * <p><b>The fault:</b> {@link #tryRecover} looks whether the mutex is poisoned and then writes that it is not,
 * both atomic, in two steps. Two callers that look before either writes both repair the value, at the same
 * time.
 */
public final class LookThenRecoverMutex {
  private static final int LOCKED = 1;
  private static final int POISONED = 2;

  private final AtomicInteger state = new AtomicInteger(LOCKED | POISONED);

  /** Whether the caller holds the mutex now. */
  public boolean tryRecover() {
    if (state.get() != (LOCKED | POISONED)) {
      return false;
    }
    state.set(LOCKED); // has to be a compare-and-set
    return true;
  }
}
