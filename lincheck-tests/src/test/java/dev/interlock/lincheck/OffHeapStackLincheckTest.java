package dev.interlock.lincheck;

import dev.interlock.ClosedException;
import dev.interlock.reclaim.HazardPointers;
import dev.interlock.reclaim.OffHeapStack;
import dev.interlock.reclaim.VisibleSlab;
import java.util.LinkedList;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of the stack on a slab is linearizable and obstruction-free, and no slot is
 * used after its release: the slab is poisoning. Popped slots are reclaimed as soon as they can be.
 *
 * <p>Not seen by the checker: direct memory (the slab is on the heap here; the stress tests of the core use
 * direct memory), and what a weaker order than sequential consistency would do.
 */
class OffHeapStackLincheckTest {
  private static final Subject SUBJECT = new Subject("Off-heap stack", "hazard pointers", "B4");

  @Param(name = "v", gen = IntGen.class, conf = "1:3")
  public static class StackOperations extends Operations {
    // Room for all that a deep execution pushes: the specification knows no full slab.
    private final OffHeapStack stack =
        OffHeapStack.on(VisibleSlab.of(12, 1), HazardPointers.named("d", 1, 1));

    @Operation
    public void push(@Param(name = "v") int v) {
      stack.push(v);
      stack.domain().scan();
    }

    @Operation
    public boolean tryPush(@Param(name = "v") int v) {
      return stack.tryPush(v);
    }

    @Operation
    public void pushRecord(@Param(name = "v") int v) {
      stack.push((slab, slot) -> slab.set(slot, 0, v));
    }

    @Operation
    public boolean tryPushRecord(@Param(name = "v") int v) {
      return stack.tryPush((slab, slot) -> slab.set(slot, 0, v));
    }

    @Operation
    public long pop() {
      return stack.pop();
    }

    @Operation
    public long popOr() {
      long popped = stack.popOr(-1);
      stack.domain().scan();
      return popped;
    }

    @Operation
    public long popRecord() {
      long[] value = {-1};
      stack.pop((slab, slot) -> value[0] = slab.get(slot, 0));
      return value[0];
    }

    @Operation
    public long peekOr() {
      return stack.peekOr(-1);
    }

    @Operation
    public boolean isEmpty() {
      return stack.isEmpty();
    }

    @Operation
    public void close() {
      stack.close();
    }
  }

  /** A list, its first element on top. */
  public static class Specification {
    private final LinkedList<Long> list = new LinkedList<>();
    private boolean closed;

    public void push(int v) {
      if (closed) {
        throw new ClosedException("closed", null);
      }
      list.addFirst((long) v);
    }

    public void close() {
      closed = true;
      list.clear();
    }

    public boolean tryPush(int v) {
      push(v);
      return true;
    }

    public void pushRecord(int v) {
      push(v);
    }

    public boolean tryPushRecord(int v) {
      return tryPush(v);
    }

    public long pop() {
      if (list.isEmpty()) {
        throw new NoSuchElementException();
      }
      return list.removeFirst();
    }

    public long popOr() {
      return list.isEmpty() ? -1 : list.removeFirst();
    }

    public long popRecord() {
      return popOr();
    }

    public long peekOr() {
      return list.isEmpty() ? -1 : list.getFirst();
    }

    public boolean isEmpty() {
      return list.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Specification s && closed == s.closed && list.equals(s.list);
    }

    @Override
    public int hashCode() {
      return Objects.hash(closed, list);
    }
  }

  @Test
  void everyPair_modelChecking() {
    SUBJECT.modelCheckLockFree(StackOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    SUBJECT.stress(StackOperations.class, Specification.class);
  }
}
