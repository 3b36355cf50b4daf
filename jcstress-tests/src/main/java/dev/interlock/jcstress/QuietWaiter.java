package dev.interlock.jcstress;

import dev.interlock.internal.wait.Waiter;

/** A waiter whose caller looks by itself. */
final class QuietWaiter extends Waiter {
  QuietWaiter() {
    super(1, null);
  }

  @Override
  protected void wake() {}
}
