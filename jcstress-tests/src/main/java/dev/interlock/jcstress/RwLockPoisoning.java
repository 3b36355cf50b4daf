package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.PoisonedException;
import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.WriteGuard;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Does who takes a poisoned lock over see all that its failed writer wrote, and who is refused all of the
 * cause? And who reads after the repair, the value and not what stood in for it? That would be a {@link
 * ClassCastException}, which ends the test.
 */
public class RwLockPoisoning {
  private RwLockPoisoning() {}

  /** Who takes it over. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Not poisoned yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Taken over, with what was written.")
  @Outcome(expect = FORBIDDEN, desc = "Taken over without what was written.")
  @State
  public static class Recovery {
    private final RwLock<Payload> lock = RwLock.builder().poisoning().of(new Payload(0));
    private final WriteGuard<Payload> held = lock.tryWrite();
    private int plain;

    @Actor
    public void fails() {
      held.get().plain = 1;
      plain = 1;
      held.poison(new HalfWay());
    }

    @Actor
    public void recovers(II_Result r) {
      WriteGuard<Payload> guard = lock.tryRecover();
      r.r1 = guard == null ? -1 : guard.get().plain;
      r.r2 = guard == null ? -1 : plain;
    }
  }

  /** Who comes and is refused, and then asks for the cause. */
  @JCStressTest
  @Outcome(
      id = {"-1, -1", "-1, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "Not poisoned yet, or told all of the cause.")
  @Outcome(expect = FORBIDDEN, desc = "Let in, or told half of the cause or none.")
  @State
  public static class Cause {
    private final RwLock<Payload> lock = RwLock.builder().poisoning().of(new Payload(0));
    private final WriteGuard<Payload> held = lock.tryWrite();

    @Actor
    public void fails() {
      held.poison(new HalfWay());
    }

    @Actor
    public void comes(II_Result r) {
      try {
        r.r1 = lock.tryRead() == null ? -1 : -3;
      } catch (PoisonedException refused) {
        r.r1 = HalfWay.seenIn(refused.getCause());
      }
      Throwable cause = lock.poisonCause();
      r.r2 = cause == null ? -1 : HalfWay.seenIn(cause);
    }
  }

  /** A future in the queue that is refused. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not refused yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Refused, and told all of the cause.")
  @Outcome(expect = FORBIDDEN, desc = "Let in, or told half of the cause or none.")
  @State
  public static class RefusedWaiter {
    private final RwLock<Payload> lock = RwLock.builder().poisoning().of(new Payload(0));
    private final WriteGuard<Payload> held = lock.tryWrite();
    private final Context context = new Context(() -> {});
    private final PollFuture<ReadGuard<Payload>> queued = lock.readAsync();

    public RefusedWaiter() {
      queued.poll(context);
    }

    @Actor
    public void fails() {
      held.poison(new HalfWay());
    }

    @Actor
    public void waiter(I_Result r) {
      try {
        Poll<ReadGuard<Payload>> poll = queued.poll(context);
        r.r1 = poll.isReady() ? -3 : -1;
      } catch (PoisonedException refused) {
        r.r1 = HalfWay.seenIn(refused.getCause());
      }
    }
  }

  /** A reader that takes a slot, beside a writer that comes and fails. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Read before the writer.")
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Refused.")
  @Outcome(expect = FORBIDDEN, desc = "Let in beside the writer, or after it.")
  @State
  public static class Slots {
    private final RwLock<Payload> lock =
        RwLock.builder().manyReaders().poisoning().of(new Payload(0));
    private int plain;

    @Actor
    public void fails() {
      WriteGuard<Payload> guard = lock.writeUninterruptibly();
      guard.get().plain = 1;
      plain = 1;
      guard.poison(new HalfWay());
    }

    @Actor
    public void reader(II_Result r) {
      try (ReadGuard<Payload> guard = lock.readUninterruptibly()) {
        r.r1 = guard.get().plain;
        r.r2 = plain;
      } catch (PoisonedException refused) {
        r.r1 = 2;
        r.r2 = 2;
      }
    }
  }

  /** Who comes while one repairs the value. */
  @JCStressTest
  @Outcome(id = "-2, -2", expect = ACCEPTABLE, desc = "Still poisoned.")
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Being repaired.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Repaired.")
  @Outcome(expect = FORBIDDEN, desc = "Let in before it was repaired.")
  @State
  public static class Repair {
    private final RwLock<Payload> lock = RwLock.builder().poisoning().of(new Payload(0));
    private int plain;

    public Repair() {
      lock.tryWrite().poison(new HalfWay());
    }

    @Actor
    public void repairs() {
      try (WriteGuard<Payload> guard = lock.tryRecover()) {
        guard.get().plain = 1;
        plain = 1;
      }
    }

    @Actor
    public void reader(II_Result r) {
      try (ReadGuard<Payload> guard = lock.tryRead()) {
        r.r1 = guard == null ? -1 : guard.get().plain;
        r.r2 = guard == null ? -1 : plain;
      } catch (PoisonedException refused) {
        r.r1 = -2;
        r.r2 = -2;
      }
    }
  }

  /** Two who take it over: one of them, and then nobody waits. */
  @JCStressTest
  @Outcome(
      id = {"7, -1, 8", "-1, 7, 8"},
      expect = ACCEPTABLE,
      desc = "One has it.")
  @Outcome(expect = FORBIDDEN, desc = "Both have it, or neither, or another value.")
  @State
  public static class TwoRecover {
    private final RwLock<Payload> lock = RwLock.builder().poisoning().of(new Payload(7));

    public TwoRecover() {
      lock.tryWrite().poison(new HalfWay());
    }

    @Actor
    public void one(III_Result r) {
      r.r1 = recover();
    }

    @Actor
    public void other(III_Result r) {
      r.r2 = recover();
    }

    private int recover() {
      try (WriteGuard<Payload> guard = lock.tryRecover()) {
        return guard == null ? -1 : guard.get().plain++;
      }
    }

    @Arbiter
    public void arbiter(III_Result r) {
      try (ReadGuard<Payload> guard = lock.tryRead()) {
        r.r3 = guard.get().plain;
      }
    }
  }
}
