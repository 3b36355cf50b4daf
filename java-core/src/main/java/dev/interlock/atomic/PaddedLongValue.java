package dev.interlock.atomic;

import dev.interlock.internal.layout.WideLeadingPad;

/**
 * The word of a {@link PaddedAtomicLong} with the padding in front of it. A class of its own because a
 * virtual machine may put the fields of one class in any order, but not those of a subclass in front.
 */
abstract class PaddedLongValue extends WideLeadingPad {
  volatile long value;

  PaddedLongValue(long initial) {
    value = initial;
  }
}
