package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Does who locks a mutex see all that was written under it before? */
public class MutexPublication {
  private MutexPublication() {}

  /** Between threads that block. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The reader was first.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The writer was first.")
  @Outcome(expect = FORBIDDEN, desc = "A torn view.")
  @State
  public static class Threads {
    private final Mutex<Payload> mutex = Mutex.of(new Payload(0));
    private int plain;

    @Actor
    public void writer() {
      try (MutexGuard<Payload> guard = mutex.lockUninterruptibly()) {
        plain = 1;
        guard.get().plain = 1;
      }
    }

    @Actor
    public void reader(II_Result r) {
      try (MutexGuard<Payload> guard = mutex.lockUninterruptibly()) {
        r.r1 = guard.get().plain;
        r.r2 = plain;
      }
    }
  }

  /** The same without the lock in the reader. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "As if it had locked.")
  @Outcome(
      id = {"0, 1", "1, 0"},
      expect = ACCEPTABLE_INTERESTING,
      desc = "The torn view that the lock rules out.")
  @State
  public static class ThreadsTwin {
    private final Payload payload = new Payload(0);
    private final Mutex<Payload> mutex = Mutex.of(payload);
    private int plain;

    @Actor
    public void writer() {
      try (MutexGuard<Payload> guard = mutex.lockUninterruptibly()) {
        plain = 1;
        guard.get().plain = 1;
      }
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = payload.plain;
      r.r2 = plain;
    }
  }

  /** A lock that is handed to a future in the queue. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not handed over yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Handed over, with what was written.")
  @Outcome(expect = FORBIDDEN, desc = "Handed over without what was written.")
  @State
  public static class HandOver {
    private final Mutex<Payload> mutex = Mutex.fair(new Payload(0));
    private final MutexGuard<Payload> held = mutex.tryLock();
    private final Context context = new Context(() -> {});
    private final PollFuture<MutexGuard<Payload>> queued = mutex.lockAsync();

    public HandOver() {
      queued.poll(context);
    }

    @Actor
    public void holder() {
      held.get().plain = 1;
      held.close();
    }

    @Actor
    public void waiter(I_Result r) {
      Poll<MutexGuard<Payload>> poll = queued.poll(context);
      r.r1 = poll.isReady() ? poll.get().get().plain : -1;
    }
  }

  /** A lock that a nudged future takes by itself. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not free yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Taken, with what was written.")
  @Outcome(expect = FORBIDDEN, desc = "Taken without what was written.")
  @State
  public static class Nudge {
    private final Mutex<Payload> mutex = Mutex.of(new Payload(0));
    private final MutexGuard<Payload> held = mutex.tryLock();
    private final Context context = new Context(() -> {});
    private final PollFuture<MutexGuard<Payload>> queued = mutex.lockAsync();

    public Nudge() {
      queued.poll(context);
    }

    @Actor
    public void holder() {
      held.get().plain = 1;
      held.close();
    }

    @Actor
    public void waiter(I_Result r) {
      Poll<MutexGuard<Payload>> poll = queued.poll(context);
      r.r1 = poll.isReady() ? poll.get().get().plain : -1;
    }
  }
}
