package dev.interlock.jcstress.litmus;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A reference to an object that is made at the first use. */
class Lazy {
  Object box;

  static final VarHandle BOX =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "box", VarHandle.class, Lazy.class, Object.class);

  /** Without a final field: whoever gets it by a race may find it empty. */
  static final class Box {
    int value;

    Box(int value) {
      this.value = value;
    }
  }

  /** With one. */
  static final class FinalBox {
    final int value;

    FinalBox(int value) {
      this.value = value;
    }
  }
}
