package dev.interlock.lincheck;

import dev.interlock.lincheck.broken.EagerPollSet;
import dev.interlock.lincheck.broken.UnmarkedRemovalList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** The checks of the sorted set can fail; see {@link BrokenTwinsTest}. */
class OrderedSetTwinsTest {
  public static class UnmarkedRemoval extends Operations {
    private final UnmarkedRemovalList list = new UnmarkedRemovalList();

    public UnmarkedRemoval() {
      list.add(1);
    }

    @Operation
    public boolean add(@Param(gen = IntGen.class) int x) {
      return list.add(x);
    }

    @Operation
    public boolean remove(@Param(gen = IntGen.class) int x) {
      return list.remove(x);
    }

    @Operation
    public boolean contains(@Param(gen = IntGen.class) int x) {
      return list.contains(x);
    }
  }

  /** Begins as the twin does. */
  public static class WithOne extends LockFreeSkipListSetLincheckTest.SetSpecification {
    public WithOne() {
      add(1);
    }
  }

  public static class EagerPoll extends Operations {
    private final EagerPollSet set = new EagerPollSet();

    public EagerPoll() {
      set.add(2);
    }

    @Operation
    public boolean add(@Param(gen = IntGen.class) int x) {
      return set.add(x);
    }

    @Operation
    public boolean contains(@Param(gen = IntGen.class) int x) {
      return set.contains(x);
    }

    @Operation
    public Integer pollFirst() {
      return set.pollFirst();
    }
  }

  public static class WithTwo extends LockFreeSkipListSetLincheckTest.SetSpecification {
    public WithTwo() {
      add(2);
    }
  }

  /** A node that is put behind the one that is being removed goes with it. */
  @Test
  void removalWithoutMark_losesTheNeighbour() {
    StealingTwinsTest.found(
        new Subject("LockFreeSkipListSet", "unlinked without mark", "C8"),
        UnmarkedRemoval.class,
        WithOne.class,
        List.of(call("remove", 1)),
        List.of(call("add", 2), call("contains", 2)));
  }

  /** The JDK's way: 2 is the first, 1 is added, 2 is still there, and then 2 is polled as the first. */
  @Test
  void pollWithoutHold_takesWhatIsNotTheFirst() {
    StealingTwinsTest.found(
        new Subject("LockFreeSkipListSet", "poll without hold", "C8"),
        EagerPoll.class,
        WithTwo.class,
        List.of(call("pollFirst")),
        List.of(call("add", 1), call("contains", 2)));
  }

  private static Call call(String name, Object... arguments) {
    return OneScenarioKt.call(name, arguments);
  }
}
