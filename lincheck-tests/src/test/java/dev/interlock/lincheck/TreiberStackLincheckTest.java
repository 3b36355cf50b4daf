package dev.interlock.lincheck;

import dev.interlock.collection.TreiberStack;
import dev.interlock.verification.StackSpecification;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** Every pair of operations of the stack is linearizable, size and iteration too, and none waits. */
class TreiberStackLincheckTest {
  /** Small numbers, so that the same element is in the stack more than once. */
  @Param(name = "n", gen = IntGen.class, conf = "1:3")
  public static class StackOperations extends Operations {
    private final TreiberStack<Integer> stack = new TreiberStack<>();

    @Operation
    public void push(@Param(name = "n") int n) {
      stack.push(n);
    }

    @Operation
    public int pushTwo(@Param(name = "n") int n) {
      return stack.pushAll(List.of(n, n + 1));
    }

    @Operation
    public Integer pop() {
      return stack.pop();
    }

    @Operation
    public List<Integer> popAll() {
      return stack.popAll();
    }

    @Operation
    public Integer peek() {
      return stack.peek();
    }

    @Operation
    public int size() {
      return stack.size();
    }

    @Operation
    public List<Integer> snapshot() {
      List<Integer> seen = new ArrayList<>();
      for (Integer n : stack) {
        seen.add(n);
      }
      return seen;
    }

    @Operation
    public boolean remove(@Param(name = "n") int n) {
      return stack.remove((Object) n);
    }

    @Operation
    public boolean removeEven() {
      return stack.removeIf(n -> n % 2 == 0);
    }

    @Operation
    public void clear() {
      stack.clear();
    }
  }

  private final Subject subject = new Subject("TreiberStack", "with elimination", "C1");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheckLockFree(StackOperations.class, StackSpecification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(StackOperations.class, StackSpecification.class);
  }
}
