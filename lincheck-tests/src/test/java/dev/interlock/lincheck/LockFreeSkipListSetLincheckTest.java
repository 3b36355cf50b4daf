package dev.interlock.lincheck;

import dev.interlock.collection.LockFreeSkipListSet;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of a skip-list set is linearizable, those that ask for neighbours and those that
 * poll included; a {@link TreeSet} is the specification. The seed puts some of the few elements into
 * the index. The operations of the whole set and those of a view are checked apart, and pairs of both
 * through {@code add} and {@code remove}, which are in both.
 *
 * <p>Left out, because they are not one step, with what shows it: {@code size}, iteration and the bulk
 * operations (of {@code {1}} a walk has counted 1; 1 is removed, 2 is added; the walk counts 2 as well).
 */
class LockFreeSkipListSetLincheckTest {
  /** What both sides of a comparison do. */
  @Param(name = "x", gen = IntGen.class, conf = "1:4")
  public static class SetOperations extends Operations {
    private final NavigableSet<Integer> set =
        LockFreeSkipListSet.create(Comparator.naturalOrder(), 6);

    @Operation
    public boolean add(@Param(name = "x") int x) {
      return set.add(x);
    }

    @Operation
    public boolean remove(@Param(name = "x") int x) {
      return set.remove(x);
    }

    @Operation
    public boolean contains(@Param(name = "x") int x) {
      return set.contains(x);
    }

    @Operation
    public Integer lower(@Param(name = "x") int x) {
      return set.lower(x);
    }

    @Operation
    public Integer ceiling(@Param(name = "x") int x) {
      return set.ceiling(x);
    }

    @Operation
    public Integer pollFirst() {
      return set.pollFirst();
    }

    @Operation
    public Integer pollLast() {
      return set.pollLast();
    }

    @Operation
    public boolean isEmpty() {
      return set.isEmpty();
    }
  }

  public static class SetSpecification {
    private final NavigableSet<Integer> set = new TreeSet<>();

    public boolean add(int x) {
      return set.add(x);
    }

    public boolean remove(int x) {
      return set.remove(x);
    }

    public boolean contains(int x) {
      return set.contains(x);
    }

    public Integer lower(int x) {
      return set.lower(x);
    }

    public Integer ceiling(int x) {
      return set.ceiling(x);
    }

    public Integer pollFirst() {
      return set.pollFirst();
    }

    public Integer pollLast() {
      return set.pollLast();
    }

    public boolean isEmpty() {
      return set.isEmpty();
    }
  }

  /** The rest, partly through views: the range from 2, and downwards. */
  @Param(name = "x", gen = IntGen.class, conf = "1:4")
  public static class ViewOperations extends Operations {
    private final NavigableSet<Integer> set =
        LockFreeSkipListSet.create(Comparator.naturalOrder(), 6);
    private final NavigableSet<Integer> fromTwo = set.tailSet(2, true);
    private final NavigableSet<Integer> downToTwo = fromTwo.descendingSet();

    @Operation
    public boolean add(@Param(name = "x") int x) {
      return set.add(x);
    }

    @Operation
    public boolean remove(@Param(name = "x") int x) {
      return set.remove(x);
    }

    @Operation
    public Integer floor(@Param(name = "x") int x) {
      return fromTwo.floor(x);
    }

    @Operation
    public Integer higher(@Param(name = "x") int x) {
      return downToTwo.lower(x);
    }

    @Operation
    public Integer pollFirst() {
      return fromTwo.pollFirst();
    }

    @Operation
    public Integer pollLast() {
      return downToTwo.pollFirst();
    }

    @Operation
    public Integer pollLastBelowThree() {
      return set.headSet(3, false).pollLast();
    }
  }

  public static class ViewSpecification {
    private final NavigableSet<Integer> set = new TreeSet<>();

    public boolean add(int x) {
      return set.add(x);
    }

    public boolean remove(int x) {
      return set.remove(x);
    }

    public Integer floor(int x) {
      return set.tailSet(2, true).floor(x);
    }

    public Integer higher(int x) {
      return set.tailSet(2, true).higher(x);
    }

    public Integer pollFirst() {
      return set.tailSet(2, true).pollFirst();
    }

    public Integer pollLast() {
      return set.tailSet(2, true).pollLast();
    }

    public Integer pollLastBelowThree() {
      return set.headSet(3, false).pollLast();
    }
  }

  private final Subject whole = new Subject("LockFreeSkipListSet", "set", "C8");
  private final Subject views = new Subject("LockFreeSkipListSet", "views", "C8");

  @Test
  void everyPair_modelChecking() {
    whole.modelCheckLockFree(SetOperations.class, SetSpecification.class);
  }

  @Test
  void everyPair_stress() {
    whole.stress(SetOperations.class, SetSpecification.class);
  }

  @Test
  void views_modelChecking() {
    views.modelCheckLockFree(ViewOperations.class, ViewSpecification.class);
  }

  @Test
  void views_stress() {
    views.stress(ViewOperations.class, ViewSpecification.class);
  }
}
