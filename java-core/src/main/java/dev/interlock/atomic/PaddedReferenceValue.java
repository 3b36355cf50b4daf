package dev.interlock.atomic;

import dev.interlock.internal.layout.WideLeadingPad;
import org.jspecify.annotations.Nullable;

/** The word of a {@link PaddedAtomicReference} with the padding in front of it; see {@link PaddedLongValue}. */
abstract class PaddedReferenceValue<T extends @Nullable Object> extends WideLeadingPad {
  volatile T value;

  PaddedReferenceValue(T initial) {
    value = initial;
  }
}
