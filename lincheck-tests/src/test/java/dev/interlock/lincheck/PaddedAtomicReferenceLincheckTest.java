package dev.interlock.lincheck;

import dev.interlock.atomic.PaddedAtomicReference;
import dev.interlock.verification.WordSpecification;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of a padded reference is linearizable, whatever the modes: there is one word, and accesses to
 * one word are in order in every mode but plain, which the compiler may move. The model checker has
 * sequential consistency throughout, so of the modes it shows nothing.
 */
class PaddedAtomicReferenceLincheckTest {
  @Param(name = "n", gen = IntGen.class, conf = "0:2")
  public static class WordOperations extends Operations {
    private final PaddedAtomicReference<Long> word = new PaddedAtomicReference<>(0L);

    @Operation
    public long get() {
      return word.get();
    }

    @Operation
    public long getPlain() {
      return word.getPlain();
    }

    @Operation
    public long getOpaque() {
      return word.getOpaque();
    }

    @Operation
    public long getAcquire() {
      return word.getAcquire();
    }

    @Operation
    public void set(@Param(name = "n") int n) {
      word.set((long) n);
    }

    @Operation
    public void setPlain(@Param(name = "n") int n) {
      word.setPlain((long) n);
    }

    @Operation
    public void setOpaque(@Param(name = "n") int n) {
      word.setOpaque((long) n);
    }

    @Operation
    public void setRelease(@Param(name = "n") int n) {
      word.setRelease((long) n);
    }

    @Operation
    public boolean compareAndSet(@Param(name = "n") int expected, @Param(name = "n") int n) {
      return word.compareAndSet((long) expected, (long) n);
    }

    @Operation
    public long compareAndExchange(@Param(name = "n") int expected, @Param(name = "n") int n) {
      return word.compareAndExchange((long) expected, (long) n);
    }

    @Operation
    public long getAndSet(@Param(name = "n") int n) {
      return word.getAndSet((long) n);
    }

    @Operation
    public long updateAndGet(@Param(name = "n") int n) {
      return word.updateAndGet(x -> x + n);
    }

    @Operation
    public long getAndUpdate(@Param(name = "n") int n) {
      return word.getAndUpdate(x -> x + n);
    }

    @Operation
    public long accumulateAndGet(@Param(name = "n") int n) {
      return word.accumulateAndGet((long) n, Long::sum);
    }

    @Operation
    public long getAndAccumulate(@Param(name = "n") int n) {
      return word.getAndAccumulate((long) n, Long::sum);
    }

    /** The weak ones may fail for no reason, so they are tried until there is one. */
    @Operation
    public boolean weakCompareAndSet(@Param(name = "n") int expected, @Param(name = "n") int n) {
      do {
        if (word.weakCompareAndSetPlain((long) expected, (long) n)
            || word.weakCompareAndSetAcquire((long) expected, (long) n)
            || word.weakCompareAndSetRelease((long) expected, (long) n)
            || word.weakCompareAndSetVolatile((long) expected, (long) n)) {
          return true;
        }
      } while (word.get() == expected);
      return false;
    }
  }

  public static class Specification {
    private final WordSpecification word = new WordSpecification();

    public long get() {
      return word.get();
    }

    public long getPlain() {
      return word.get();
    }

    public long getOpaque() {
      return word.get();
    }

    public long getAcquire() {
      return word.get();
    }

    public void set(int n) {
      word.getAndSet(n);
    }

    public void setPlain(int n) {
      word.getAndSet(n);
    }

    public void setOpaque(int n) {
      word.getAndSet(n);
    }

    public void setRelease(int n) {
      word.getAndSet(n);
    }

    public boolean compareAndSet(int expected, int n) {
      return word.compareAndSet(expected, n);
    }

    public long compareAndExchange(int expected, int n) {
      return word.compareAndExchange(expected, n);
    }

    public long getAndSet(int n) {
      return word.getAndSet(n);
    }

    public long updateAndGet(int n) {
      return word.addAndGet(n);
    }

    public long getAndUpdate(int n) {
      return word.addAndGet(n) - n;
    }

    public long accumulateAndGet(int n) {
      return word.addAndGet(n);
    }

    public long getAndAccumulate(int n) {
      return word.addAndGet(n) - n;
    }

    public boolean weakCompareAndSet(int expected, int n) {
      return word.compareAndSet(expected, n);
    }
  }

  private final Subject subject = new Subject("PaddedAtomicReference", "all modes", "A8");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheckLockFree(WordOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(WordOperations.class, Specification.class);
  }
}
