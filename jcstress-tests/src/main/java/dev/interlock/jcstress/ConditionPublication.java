package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.Condition;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Does a waiter see what was written before its signal, and does each signal find who waits? */
public class ConditionPublication {
  private ConditionPublication() {}

  /** A waiter that was signalled sees what was written under the lock before the signal. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not signalled yet, or the lock is not free yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Signalled, with what was written.")
  @Outcome(expect = FORBIDDEN, desc = "Signalled without what was written.")
  @State
  public static class Signalled {
    private final Mutex<Payload> mutex = Mutex.of(new Payload(0));
    private final Condition<Payload> condition = mutex.newCondition();
    private final Context context = new Context(() -> {});
    private final PollFuture<MutexGuard<Payload>> wait = condition.awaitAsync(mutex.tryLock());

    public Signalled() {
      wait.poll(context);
    }

    @Actor
    public void signaller() {
      try (MutexGuard<Payload> guard = mutex.lockUninterruptibly()) {
        guard.get().plain = 1;
        condition.signal(guard);
      }
    }

    @Actor
    public void waiter(I_Result r) {
      Poll<MutexGuard<Payload>> poll = wait.poll(context);
      r.r1 = poll.isReady() ? poll.get().get().plain : -1;
    }
  }

  /**
   * Two threads: one looks and waits, one changes and signals. The look of the signal at an empty line,
   * without the lock of the queue, must not miss a waiter that joined under the mutex.
   */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "It saw the change, and did not wait.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It waited, and was signalled.")
  @Outcome(expect = FORBIDDEN, desc = "It waits for a signal that has been.")
  @State
  public static class LookAndWait {
    private final Mutex<Payload> mutex = Mutex.of(new Payload(0));
    private final Condition<Payload> condition = mutex.newCondition();
    private final Context context = new Context(() -> {});
    private PollFuture<MutexGuard<Payload>> wait;
    private boolean saw;

    @Actor
    public void signaller() {
      try (MutexGuard<Payload> guard = mutex.lockUninterruptibly()) {
        guard.get().plain = 1;
        condition.signal(guard);
      }
    }

    @Actor
    public void waiter() {
      MutexGuard<Payload> guard = mutex.lockUninterruptibly();
      if (guard.get().plain == 1) {
        saw = true;
        guard.close();
      } else {
        wait = condition.awaitAsync(guard);
        wait.poll(context);
      }
    }

    @Arbiter
    public void arbiter(ZZ_Result r) {
      r.r1 = saw;
      r.r2 = wait != null && wait.poll(context).isReady();
    }
  }
}
