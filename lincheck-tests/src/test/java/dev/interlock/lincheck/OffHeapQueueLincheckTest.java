package dev.interlock.lincheck;

import dev.interlock.reclaim.HazardPointers;
import dev.interlock.reclaim.OffHeapQueue;
import dev.interlock.reclaim.VisibleSlab;
import java.util.LinkedList;
import java.util.NoSuchElementException;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of the queue on a slab is linearizable and obstruction-free, and no slot is
 * used after its release: the slab is poisoning. What the checker does not see: as for {@link
 * OffHeapStackLincheckTest}. Not among the operations: {@code close}, which first refuses additions and then
 * takes the elements one by one, so it is no single step; {@code ReclamationStressTest} closes under load.
 */
class OffHeapQueueLincheckTest {
  private static final Subject SUBJECT = new Subject("Off-heap queue", "hazard pointers", "B4");

  @Param(name = "v", gen = IntGen.class, conf = "1:3")
  public static class QueueOperations extends Operations {
    // Room for the dummy and for the ten elements that a deep execution may add: the specification
    // knows no full slab.
    private final OffHeapQueue queue =
        OffHeapQueue.on(VisibleSlab.of(12, 1), HazardPointers.named("d", 2, 1));

    @Operation
    public void add(@Param(name = "v") int v) {
      queue.add(v);
      queue.domain().scan();
    }

    @Operation
    public boolean offer(@Param(name = "v") int v) {
      return queue.offer(v);
    }

    @Operation
    public void addRecord(@Param(name = "v") int v) {
      queue.add((slab, slot) -> slab.set(slot, 0, v));
    }

    @Operation
    public boolean offerRecord(@Param(name = "v") int v) {
      return queue.offer((slab, slot) -> slab.set(slot, 0, v));
    }

    @Operation
    public long remove() {
      return queue.remove();
    }

    @Operation
    public long pollOr() {
      long polled = queue.pollOr(-1);
      queue.domain().scan();
      return polled;
    }

    @Operation
    public long pollRecord() {
      long[] value = {-1};
      queue.poll((slab, slot) -> value[0] = slab.get(slot, 0));
      return value[0];
    }

    @Operation
    public long peekOr() {
      return queue.peekOr(-1);
    }

    @Operation
    public boolean isEmpty() {
      return queue.isEmpty();
    }
  }

  /** A list. */
  public static class Specification {
    private final LinkedList<Long> list = new LinkedList<>();

    public void add(int v) {
      list.addLast((long) v);
    }

    public boolean offer(int v) {
      add(v);
      return true;
    }

    public void addRecord(int v) {
      add(v);
    }

    public boolean offerRecord(int v) {
      return offer(v);
    }

    public long remove() {
      if (list.isEmpty()) {
        throw new NoSuchElementException();
      }
      return list.removeFirst();
    }

    public long pollOr() {
      return list.isEmpty() ? -1 : list.removeFirst();
    }

    public long pollRecord() {
      return pollOr();
    }

    public long peekOr() {
      return list.isEmpty() ? -1 : list.getFirst();
    }

    public boolean isEmpty() {
      return list.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Specification s && list.equals(s.list);
    }

    @Override
    public int hashCode() {
      return list.hashCode();
    }
  }

  @Test
  void everyPair_modelChecking() {
    SUBJECT.modelCheckLockFree(QueueOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    SUBJECT.stress(QueueOperations.class, Specification.class);
  }
}
