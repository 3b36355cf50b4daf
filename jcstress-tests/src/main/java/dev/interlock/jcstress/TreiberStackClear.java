package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.TreiberStack;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two who each clear one stack and then look into the other: the second finds it empty. In the wrong mode:
 * {@link TreiberStackClearTwin}.
 */
@JCStressTest
@Outcome(
    id = {"0, 0", "0, 1", "1, 0"},
    expect = ACCEPTABLE,
    desc = "In some order.")
@Outcome(expect = FORBIDDEN, desc = "Each saw what the other had cleared before.")
@State
public class TreiberStackClear {
  private final TreiberStack<Payload> a = new TreiberStack<>();
  private final TreiberStack<Payload> b = new TreiberStack<>();

  /** One element in each. */
  public TreiberStackClear() {
    Payload one = new Payload(1);
    a.push(one);
    b.push(one);
  }

  @Actor
  public void first(II_Result r) {
    a.clear();
    r.r1 = b.isEmpty() ? 0 : 1;
  }

  @Actor
  public void second(II_Result r) {
    b.clear();
    r.r2 = a.isEmpty() ? 0 : 1;
  }
}
