package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import dev.interlock.internal.wait.QueueLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@link QueueLockHandOver} with a reader that does not lock. */
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
public class QueueLockHandOverTwin extends QueueLock {
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
    r.r1 = b;
    r.r2 = a;
  }
}
