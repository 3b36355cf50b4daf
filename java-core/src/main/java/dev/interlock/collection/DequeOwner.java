package dev.interlock.collection;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Who may push and pop, in checked mode: the first thread that does, until it gives that up. */
final class DequeOwner {
  private volatile @Nullable Thread thread;

  /** Lets the owner pass; the first caller becomes it. */
  void enter(Object deque, String operation) {
    Thread caller = Thread.currentThread();
    if (thread != caller && !THREAD.compareAndSet(this, (Thread) null, caller)) {
      throw new IllegalStateException(
          operation
              + " by "
              + describe(caller)
              + ", but the owner of "
              + deque
              + " is "
              + describe(thread)
              + "; only its owner may push and pop, every other thread has to steal");
    }
  }

  /** The next thread that enters becomes the owner. */
  void leave() {
    thread = null;
  }

  /** The owner for a person. */
  String describe() {
    return describe(thread);
  }

  private static String describe(@Nullable Thread t) {
    return t == null ? "nobody" : "\"" + t.getName() + "\"#" + t.getId();
  }

  private static final VarHandle THREAD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "thread", VarHandle.class, DequeOwner.class, Thread.class);
}
