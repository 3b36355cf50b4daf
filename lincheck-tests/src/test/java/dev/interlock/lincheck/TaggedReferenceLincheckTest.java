package dev.interlock.lincheck;

import dev.interlock.atomic.TaggedReference;
import dev.interlock.verification.VersionedSpecification;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of a tagged reference is linearizable. The form of {@code compareAndSet} that
 * takes a version is inside of the one that takes its parts, and in {@code increase}, which reads first.
 */
class TaggedReferenceLincheckTest {
  @Param(name = "n", gen = IntGen.class, conf = "0:2")
  public static class ReferenceOperations extends Operations {
    private final TaggedReference<Integer> word = new TaggedReference<>(0);

    @Operation
    public int get() {
      return word.get();
    }

    @Operation
    public String read() {
      return word.read().toString();
    }

    @Operation
    public boolean compareAndSet(
        @Param(name = "n") int expected, @Param(name = "n") int tag, @Param(name = "n") int n) {
      return word.compareAndSet(expected, tag, n); // small integers are the same objects
    }

    @Operation
    public String getAndSet(@Param(name = "n") int n) {
      return word.getAndSet(n).toString();
    }

    @Operation
    public int increase() {
      for (; ; ) {
        TaggedReference.Tagged<Integer> seen = word.read();
        if (word.compareAndSet(seen, seen.reference() + 1)) {
          return seen.reference();
        }
      }
    }
  }

  public static class Specification {
    private final VersionedSpecification word = new VersionedSpecification(0);

    public int get() {
      return (int) word.get();
    }

    public String read() {
      return word.read();
    }

    public boolean compareAndSet(int expected, int tag, int n) {
      return word.compareAndSet(expected, tag, n);
    }

    public String getAndSet(int n) {
      return word.getAndSet(n);
    }

    public int increase() {
      int before = get();
      word.getAndSet(before + 1);
      return before;
    }
  }

  private final Subject subject = new Subject("TaggedReference", "three values", "A9");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheckLockFree(ReferenceOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(ReferenceOperations.class, Specification.class);
  }
}
