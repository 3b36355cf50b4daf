package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.reclaim.RefCounted;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two owners use a resource and give up their shares at the same time: it is closed once, and whoever
 * closes it sees what both did before, by plain writes.
 *
 * <p>There is no twin: a share is given up by a compare-and-set and a fetch-and-add, which are locked
 * instructions on x86 in every mode. That they are volatile is in the order mutants {@code
 * RefCounted.close#0 GIVEN} and {@code RefCounted$Resource.remove#0 SHARES}.
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Closed once, after the last use of both.")
@Outcome(expect = FORBIDDEN, desc = "Not closed, closed twice, or before a use was seen.")
@State
public class RefCountedClose {
  private final RefCounted<RefCountedClose> one = RefCounted.of("r", this, RefCountedClose::closed);
  private final RefCounted<RefCountedClose> two = one.share();
  private int usedByOne;
  private int usedByTwo;
  private int seenOfOne;
  private int seenOfTwo;
  private int closings;

  private void closed() {
    seenOfOne = usedByOne;
    seenOfTwo = usedByTwo;
    closings++;
  }

  @Actor
  public void first() {
    usedByOne = 1;
    one.close();
  }

  @Actor
  public void second() {
    usedByTwo = 1;
    two.close();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r1 = seenOfOne;
    r.r2 = seenOfTwo;
    r.r3 = closings;
  }
}
