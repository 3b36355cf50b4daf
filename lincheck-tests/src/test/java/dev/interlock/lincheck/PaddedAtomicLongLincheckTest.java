package dev.interlock.lincheck;

import dev.interlock.atomic.PaddedAtomicLong;
import dev.interlock.verification.WordSpecification;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of a padded word is linearizable, whatever the modes: there is one word, and accesses to
 * one word are in order in every mode but plain, which the compiler may move. The model checker has
 * sequential consistency throughout, so of the modes it shows nothing.
 */
class PaddedAtomicLongLincheckTest {
  @Param(name = "n", gen = IntGen.class, conf = "0:2")
  public static class WordOperations extends Operations {
    private final PaddedAtomicLong word = new PaddedAtomicLong();

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
      word.set(n);
    }

    @Operation
    public void setPlain(@Param(name = "n") int n) {
      word.setPlain(n);
    }

    @Operation
    public void setOpaque(@Param(name = "n") int n) {
      word.setOpaque(n);
    }

    @Operation
    public void setRelease(@Param(name = "n") int n) {
      word.setRelease(n);
    }

    @Operation
    public boolean compareAndSet(@Param(name = "n") int expected, @Param(name = "n") int n) {
      return word.compareAndSet(expected, n);
    }

    @Operation
    public long compareAndExchange(@Param(name = "n") int expected, @Param(name = "n") int n) {
      return word.compareAndExchange(expected, n);
    }

    @Operation
    public long getAndSet(@Param(name = "n") int n) {
      return word.getAndSet(n);
    }

    @Operation
    public long getAndAdd(@Param(name = "n") int n) {
      return word.getAndAdd(n);
    }

    @Operation
    public long addAndGet(@Param(name = "n") int n) {
      return word.addAndGet(n);
    }

    @Operation
    public long getAndIncrement() {
      return word.getAndIncrement();
    }

    @Operation
    public long getAndDecrement() {
      return word.getAndDecrement();
    }

    @Operation
    public long incrementAndGet() {
      return word.incrementAndGet();
    }

    @Operation
    public long decrementAndGet() {
      return word.decrementAndGet();
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
      return word.accumulateAndGet(n, Long::sum);
    }

    @Operation
    public long getAndAccumulate(@Param(name = "n") int n) {
      return word.getAndAccumulate(n, Long::sum);
    }

    /** The weak ones may fail for no reason, so they are tried until there is one. */
    @Operation
    public boolean weakCompareAndSet(@Param(name = "n") int expected, @Param(name = "n") int n) {
      do {
        if (word.weakCompareAndSetPlain(expected, n)
            || word.weakCompareAndSetAcquire(expected, n)
            || word.weakCompareAndSetRelease(expected, n)
            || word.weakCompareAndSetVolatile(expected, n)) {
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

    public long getAndAdd(int n) {
      return word.addAndGet(n) - n;
    }

    public long addAndGet(int n) {
      return word.addAndGet(n);
    }

    public long getAndIncrement() {
      return word.addAndGet(1) - 1;
    }

    public long getAndDecrement() {
      return word.addAndGet(-1) + 1;
    }

    public long incrementAndGet() {
      return word.addAndGet(1);
    }

    public long decrementAndGet() {
      return word.addAndGet(-1);
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

  private final Subject subject = new Subject("PaddedAtomicLong", "all modes", "A8");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheckLockFree(WordOperations.class, Specification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(WordOperations.class, Specification.class);
  }
}
