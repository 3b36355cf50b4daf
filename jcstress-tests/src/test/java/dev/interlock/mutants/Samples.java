package dev.interlock.mutants;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Something to weaken. */
class Samples {
  int m;
  int n;
  volatile int written;
  volatile int onlyRead;
  volatile int byHandleAlone;
  volatile int inherited;

  Samples(int value) {
    onlyRead = value;
  }

  void nested() {
    M.setRelease(this, (int) N.getAcquire(this));
  }

  int fields(int value) {
    written = value;
    return onlyRead + written;
  }

  boolean updates() {
    return M.compareAndSet(this, 0, 1) || (int) N.getAndAdd(this, 1) == 0;
  }

  void fences() {
    VarHandle.acquireFence();
    VarHandle.storeStoreFence();
  }

  /** Uses a field of the class above it, by a name that is its own. */
  static final class Below extends Samples {
    Below() {
      super(0);
    }

    int inherited(int value) {
      int before = inherited;
      inherited = value;
      return before;
    }
  }

  private static final VarHandle M =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "m", VarHandle.class, Samples.class, int.class);
  private static final VarHandle N =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "n", VarHandle.class, Samples.class, int.class);
}
