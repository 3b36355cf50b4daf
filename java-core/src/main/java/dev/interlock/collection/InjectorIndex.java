package dev.interlock.collection;

import dev.interlock.internal.layout.LeadingPad;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** An index into a segment of an {@link Injector}, on a cache line of its own. */
final class InjectorIndex extends LeadingPad {
  private volatile int value;

  InjectorIndex(int value) {
    this.value = value;
  }

  int get() {
    return value;
  }

  int getAndIncrement() {
    return (int) VALUE.getAndAdd(this, 1);
  }

  int hint() {
    // Ordering: Opaque. Where to begin looking; a value that is too low costs a longer look over
    // slots that stay as they are, and too high it never is.
    return (int) VALUE.getOpaque(this);
  }

  /** Raises the value; one of two that do it at the same time may be lost. */
  void raise(int to) {
    if (hint() < to) {
      // Ordering: Opaque. As in hint(): only a hint.
      VALUE.setOpaque(this, to);
    }
  }

  private static final VarHandle VALUE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "value", VarHandle.class, InjectorIndex.class, int.class);
}
