package dev.interlock.lincheck;

import dev.interlock.atomic.TaggedIndex;
import dev.interlock.verification.VersionedSpecification;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** Every pair of operations of a tagged index is linearizable. */
class TaggedIndexLincheckTest {
  @Param(name = "n", gen = IntGen.class, conf = "-1:2")
  public static class IndexOperations extends Operations {
    private final TaggedIndex word = new TaggedIndex(0);

    @Operation
    public String get() {
      return text(word.get());
    }

    @Operation
    public boolean compareAndSet(
        @Param(name = "n") int expected, @Param(name = "n") int tag, @Param(name = "n") int n) {
      return word.compareAndSet(TaggedIndex.pack(expected, tag), n);
    }

    @Operation
    public String getAndSet(@Param(name = "n") int n) {
      return text(word.getAndSet(n));
    }

    @Operation
    public int increase() {
      for (; ; ) {
        long seen = word.get();
        if (word.compareAndSet(seen, TaggedIndex.index(seen) + 1)) {
          return TaggedIndex.index(seen);
        }
      }
    }

    private static String text(long w) {
      return TaggedIndex.index(w) + " #" + TaggedIndex.tag(w);
    }
  }

  public static class Specification {
    private final VersionedSpecification word = new VersionedSpecification(0);

    public String get() {
      return word.read();
    }

    public boolean compareAndSet(int expected, int tag, int n) {
      return word.compareAndSet(expected, tag, n);
    }

    public String getAndSet(int n) {
      return word.getAndSet(n);
    }

    public int increase() {
      int before = (int) word.get();
      word.getAndSet(before + 1);
      return before;
    }
  }

  private final Subject subject = new Subject("TaggedIndex", "four indices", "A9");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheckLockFree(IndexOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(IndexOperations.class, Specification.class);
  }
}
