package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.collection.LockFreeSkipListSet;
import java.util.Comparator;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** A node's own link is written plainly before the node is published: does everybody see it? */
public class SkipListPublication {
  private SkipListPublication() {}

  /** Who sees the new element sees its fields, and what follows it. */
  @JCStressTest
  @Outcome(id = "9, 9", expect = ACCEPTABLE, desc = "Not there yet.")
  @Outcome(id = "5, 9", expect = ACCEPTABLE, desc = "There, and the next behind it.")
  @Outcome(expect = FORBIDDEN, desc = "The link was not there, or the element not whole.")
  @State
  public static class NewNode {
    private final LockFreeSkipListSet<Payload> set =
        LockFreeSkipListSet.create(Comparator.comparingInt(p -> p.plain), 1);
    private static final Payload FOUR = new Payload(4);
    private static final Payload SIX = new Payload(6);

    public NewNode() {
      set.add(new Payload(9));
    }

    @Actor
    public void adder() {
      set.add(new Payload(5));
    }

    @Actor
    public void reader(II_Result r) {
      Payload next = set.higher(FOUR);
      r.r1 = next == null ? 0 : next.plain;
      Payload after = set.higher(SIX);
      r.r2 = after == null ? 0 : after.plain;
    }
  }

  /** A removal's mark carries the link to what follows. */
  @JCStressTest
  @Outcome(
      id = {"1, 2, 9", "2, 1, 9"},
      expect = ACCEPTABLE,
      desc = "Each polled by one; the rest stays.")
  @Outcome(expect = FORBIDDEN, desc = "One twice, or the rest cut off.")
  @State
  public static class Marks {
    private final LockFreeSkipListSet<Integer> set =
        LockFreeSkipListSet.create(Comparator.naturalOrder(), 1);

    public Marks() {
      set.add(1);
      set.add(2);
      set.add(9);
    }

    @Actor
    public void poller(III_Result r) {
      r.r1 = set.pollFirst();
    }

    @Actor
    public void otherPoller(III_Result r) {
      r.r2 = set.pollFirst();
    }

    @Actor
    public void reader(III_Result r) {
      r.r3 = set.ceiling(5);
    }
  }

  /** A node whose link is written plainly and that is published plainly, too. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 9"},
      expect = ACCEPTABLE,
      desc = "As by a CAS.")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "A node without its link, or its key.")
  @State
  public static class PlainLinkTwin {
    private Link header;

    private static final class Link {
      int key;
      Link next;
    }

    private final Link last = new Link();

    public PlainLinkTwin() {
      last.key = 9;
    }

    @Actor
    public void adder() {
      Link link = new Link();
      link.key = 1;
      link.next = last;
      header = link;
    }

    @Actor
    public void reader(II_Result r) {
      Link h = header;
      if (h != null) {
        r.r1 = h.key;
        Link n = h.next;
        r.r2 = n == null ? -1 : n.key;
      }
    }
  }
}
