package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.internal.wait.QueueLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Is no increment of a plain counter lost under the lock? */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "One after the other.")
@Outcome(expect = FORBIDDEN, desc = "Two were inside at once.")
@State
public class QueueLockExclusion extends QueueLock {
  private int count;

  private void increment() {
    lock();
    count++;
    unlock();
  }

  @Actor
  public void one() {
    increment();
  }

  @Actor
  public void two() {
    increment();
  }

  @Arbiter
  public void both(I_Result r) {
    r.r1 = count;
  }
}
