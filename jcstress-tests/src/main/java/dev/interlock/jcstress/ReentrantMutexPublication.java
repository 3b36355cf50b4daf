package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.sync.Owner;
import dev.interlock.sync.ReentrantGuard;
import dev.interlock.sync.ReentrantMutex;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Does an owner ever take itself for the holder when it is not? Two owners that lock twice each add to a
 * plain field; the look at the owner field orders nothing.
 */
@JCStressTest
@Outcome(id = "4, 2, 2", expect = ACCEPTABLE, desc = "One after the other, each with two holds.")
@Outcome(expect = FORBIDDEN, desc = "Both inside, or holds miscounted.")
@State
public class ReentrantMutexPublication {
  private final ReentrantMutex<Payload> mutex = ReentrantMutex.of(new Payload(0));
  private final Owner first = Owner.create();
  private final Owner second = Owner.create();
  private int firstHolds;
  private int secondHolds;

  @Actor
  public void one() {
    firstHolds = addTwice(first);
  }

  @Actor
  public void other() {
    secondHolds = addTwice(second);
  }

  private int addTwice(Owner owner) {
    try (ReentrantGuard<Payload> outer = mutex.lockUninterruptibly(owner)) {
      outer.get().plain++;
      try (ReentrantGuard<Payload> inner = mutex.lockUninterruptibly(owner)) {
        inner.get().plain++;
        return mutex.holds(owner);
      }
    }
  }

  @Arbiter
  public void arbiter(III_Result r) {
    r.r1 = mutex.lockUninterruptibly(first).get().plain;
    r.r2 = firstHolds;
    r.r3 = secondHolds;
  }
}
