package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaddedAtomicLongTest {
  // Every mode reads what every mode wrote.
  @Test
  void modes_oneThread_readWhatWasWritten() {
    PaddedAtomicLong word = new PaddedAtomicLong(7);
    assertEquals(7, word.get());
    word.set(1);
    assertEquals(1, word.getAcquire());
    word.setRelease(2);
    assertEquals(2, word.getOpaque());
    word.setOpaque(3);
    assertEquals(3, word.getPlain());
    word.setPlain(4);
    assertEquals(4, word.get());
    assertEquals("4", word.toString());
  }

  // What comes back is the value before, or after, as the name says; beyond the end it wraps.
  @Test
  void readModifyWrite_returnsBeforeOrAfter() {
    PaddedAtomicLong word = new PaddedAtomicLong();
    assertEquals(0, word.getAndAdd(5));
    assertEquals(8, word.addAndGet(3));
    assertEquals(9, word.incrementAndGet());
    assertEquals(8, word.decrementAndGet());
    assertEquals(8, word.getAndIncrement());
    assertEquals(9, word.getAndDecrement());
    assertEquals(8, word.getAndSet(Long.MAX_VALUE));
    assertEquals(Long.MIN_VALUE, word.incrementAndGet());
    assertEquals(Long.MIN_VALUE, word.getAndUpdate(x -> 6));
    assertEquals(12, word.updateAndGet(x -> 2 * x));
    assertEquals(12, word.getAndAccumulate(2, (x, y) -> x - y));
    assertEquals(30, word.accumulateAndGet(3, (x, y) -> x * y));
  }

  // The weak forms replace what is expected, if not at once, and never anything else.
  @Test
  void weakCompareAndSet_eachMode_replacesWhatIsExpected() {
    PaddedAtomicLong word = new PaddedAtomicLong(1);
    assertFalse(word.weakCompareAndSetPlain(2, 3) || word.weakCompareAndSetAcquire(2, 3));
    assertFalse(word.weakCompareAndSetRelease(2, 3) || word.weakCompareAndSetVolatile(2, 3));
    assertEquals(1, word.get());
    while (!word.weakCompareAndSetPlain(1, 2)) {}
    while (!word.weakCompareAndSetAcquire(2, 3)) {}
    while (!word.weakCompareAndSetRelease(3, 4)) {}
    while (!word.weakCompareAndSetVolatile(4, 5)) {}
    assertEquals(5, word.get());
  }

  // A failed compare-and-set changes nothing and says so.
  @Test
  void compareAndSet_otherValue_changesNothing() {
    PaddedAtomicLong word = new PaddedAtomicLong(1);
    assertFalse(word.compareAndSet(2, 3));
    assertEquals(1, word.compareAndExchange(2, 3));
    assertEquals(1, word.get());
    assertTrue(word.compareAndSet(1, 3));
    assertEquals(3, word.compareAndExchange(3, 4));
    assertEquals(4, word.get());
  }

  // A function that throws leaves the word as it was.
  @Test
  void updateAndGet_functionThrows_changesNothing() {
    PaddedAtomicLong word = new PaddedAtomicLong(1);
    assertThrows(
        IllegalStateException.class,
        () ->
            word.updateAndGet(
                x -> {
                  throw new IllegalStateException();
                }));
    assertEquals(1, word.get());
  }

  // No update of many threads is lost, whichever method made it.
  @Test
  void updates_fourThreads_noneIsLost() {
    PaddedAtomicLong word = new PaddedAtomicLong();
    int each = 50_000;
    List<Running<Void>> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      boolean adds = t % 2 == 0;
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = 0; i < each; i++) {
                  if (adds) {
                    word.getAndAdd(1);
                  } else {
                    word.updateAndGet(x -> x + 1);
                  }
                }
                return null;
              }));
    }
    threads.forEach(Running::get);
    assertEquals(4L * each, word.get());
  }
}
