package dev.interlock.lincheck;

import dev.interlock.sync.SeqLock;
import dev.interlock.verification.LongRecordSpecification;
import org.jetbrains.lincheck.datastructures.LongGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Every pair of operations of a record under a sequence lock is linearizable: it is read and written as a
 * whole. That is the protocol; that its fences suffice is the business of the jcstress tests, for the
 * checker knows no weak memory.
 *
 * <p>Left out: {@code tryRead}, which may fail whenever a writer is at work, and no order of whole operations
 * says so. What it gives when it succeeds is what {@code read} gives, by the same code.
 */
class SeqLockLincheckTest {
  @Param(name = "value", gen = LongGen.class, conf = "1:3")
  public static class RecordOperations extends Operations {
    private final SeqLock record = SeqLock.ofLongs(2);

    @Operation
    public String read() {
      long[] into = record.read();
      return into[0] + " " + into[1];
    }

    @Operation
    public long readLong() {
      return record.readLong(w -> 1000 * w.get(0) + w.get(1));
    }

    @Operation
    public void write(@Param(name = "value") long value) {
      record.write(value, -value);
    }

    @Operation
    public long update(@Param(name = "value") long delta) {
      long[] before = new long[1];
      record.update(
          w -> {
            before[0] = w.get(0);
            w.set(0, w.get(0) + delta);
            w.set(1, w.get(1) - delta);
          });
      return before[0];
    }
  }

  private final Subject subject = new Subject("SeqLock", "two longs", "D9");

  @Test
  void everyPair_modelChecking() {
    subject.modelCheck(RecordOperations.class, LongRecordSpecification.class);
  }

  @Test
  void everyPair_stress() {
    subject.stress(RecordOperations.class, LongRecordSpecification.class);
  }
}
