package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.internal.wait.QueueLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Does who locks see all that was written under the lock before, and nothing half done? */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The reader was first.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The writer was first.")
@Outcome(expect = FORBIDDEN, desc = "A torn view, or two inside.")
@State
public class QueueLockHandOver extends QueueLock {
  private int a;
  private int b;

  @Actor
  public void writer() {
    lock();
    a = 1;
    b = 1;
    unlock();
  }

  @Actor
  public void reader(II_Result r) {
    lock();
    r.r1 = b;
    r.r2 = a;
    unlock();
  }
}
