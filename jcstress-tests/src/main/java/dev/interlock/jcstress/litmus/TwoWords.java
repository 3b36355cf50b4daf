package dev.interlock.jcstress.litmus;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Two words that start at 0, and their handles: each access of a litmus test says its mode. */
class TwoWords {
  int x;
  int y;
  int touched;

  static final VarHandle X =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "x", VarHandle.class, TwoWords.class, int.class);
  static final VarHandle Y =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "y", VarHandle.class, TwoWords.class, int.class);
}
