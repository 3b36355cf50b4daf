package dev.interlock.collection;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Which thread has a role that one thread at a time may have, in checked mode: the first that calls, until
 * it gives the role up.
 */
final class SoleThread {
  /*
   *   thread    null --enter, CAS--> t --leave by t--> null       every other enter is refused
   */
  private final String role;
  private final String advice;

  private volatile @Nullable Thread thread;

  /** For messages: the role, and what to do so that no second thread needs it. */
  SoleThread(String role, String advice) {
    this.role = role;
    this.advice = advice;
  }

  /** Lets the thread that has the role pass; if nobody has it, the caller gets it. */
  void enter(SnapshotQueue<?> queue) {
    Thread caller = Thread.currentThread();
    Thread first = thread;
    if (first == caller) {
      return;
    }
    if (first == null) {
      first = (Thread) THREAD.compareAndExchange(this, (Thread) null, caller);
      if (first == null) {
        return;
      }
    }
    throw new IllegalStateException(
        "a second "
            + role
            + " of "
            + queue.state()
            + ": "
            + describe(first)
            + " came first, now "
            + describe(caller)
            + " calls; "
            + advice);
  }

  /** The next thread that enters has the role. For the one that has it. */
  void leave() {
    thread = null;
  }

  private static String describe(Thread thread) {
    return "thread \"" + thread.getName() + "\" (id " + thread.getId() + ")";
  }

  // VarHandle mechanics
  private static final VarHandle THREAD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "thread", VarHandle.class, SoleThread.class, Thread.class);
}
