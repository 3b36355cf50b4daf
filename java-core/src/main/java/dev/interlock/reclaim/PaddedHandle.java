package dev.interlock.reclaim;

import dev.interlock.internal.layout.LeadingPad;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A handle that many threads change, away from what lies before it in memory. */
final class PaddedHandle extends LeadingPad {
  volatile long value;

  boolean cas(long expected, long next) {
    return VALUE.compareAndSet(this, expected, next);
  }

  // VarHandle mechanics
  private static final VarHandle VALUE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "value", VarHandle.class, PaddedHandle.class, long.class);
}
