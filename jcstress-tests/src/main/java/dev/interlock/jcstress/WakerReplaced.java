package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import dev.interlock.future.Waker;
import dev.interlock.sync.Semaphore;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A future is polled with another waker while it is granted: does the poll find the grant, or the granter
 * the new waker?
 */
public class WakerReplaced {
  private WakerReplaced() {}

  private static final class Flag implements Waker {
    volatile boolean called;

    @Override
    public void wake() {
      called = true;
    }
  }

  /** Of a semaphore's future. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The poll found the grant.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The new waker was called.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Both; a call too many is harmless.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "Neither: a lost wake-up.")
  @State
  public static class Future {
    private final Semaphore semaphore = Semaphore.of(0);
    private final PollFuture<Void> queued = semaphore.acquireAsync();
    private final Flag latest = new Flag();

    public Future() {
      queued.poll(new Context(new Flag()));
    }

    @Actor
    public void granter() {
      semaphore.release();
    }

    @Actor
    public void poller(ZZ_Result r) {
      r.r1 = queued.poll(new Context(latest)).isReady();
    }

    @Arbiter
    public void after(ZZ_Result r) {
      r.r2 = latest.called;
    }
  }

  /** The same two steps on both sides, in the same order, with opaque accesses. */
  @JCStressTest
  @Outcome(
      id = {"true, false", "false, true", "true, true"},
      expect = ACCEPTABLE,
      desc = "No wake-up is lost.")
  @Outcome(
      id = "false, false",
      expect = ACCEPTABLE_INTERESTING,
      desc = "The lost wake-up that volatile rules out.")
  @State
  public static class Twin {
    private static final VarHandle GRANTED;
    private static final VarHandle WAKER;

    static {
      try {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        GRANTED = lookup.findVarHandle(Twin.class, "granted", boolean.class);
        WAKER = lookup.findVarHandle(Twin.class, "waker", boolean.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private boolean granted;
    private boolean waker;

    @Actor
    public void granter(ZZ_Result r) {
      GRANTED.setOpaque(this, true);
      r.r2 = (boolean) WAKER.getOpaque(this);
    }

    @Actor
    public void poller(ZZ_Result r) {
      WAKER.setOpaque(this, true);
      r.r1 = (boolean) GRANTED.getOpaque(this);
    }
  }
}
