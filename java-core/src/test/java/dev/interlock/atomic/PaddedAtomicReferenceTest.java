package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PaddedAtomicReferenceTest {
  // Every mode reads what every mode wrote; null is a value.
  @Test
  void modes_oneThread_readWhatWasWritten() {
    PaddedAtomicReference<@Nullable String> word = new PaddedAtomicReference<>(null);
    assertNull(word.get());
    word.set("a");
    assertEquals("a", word.getAcquire());
    word.setRelease("b");
    assertEquals("b", word.getOpaque());
    word.setOpaque("c");
    assertEquals("c", word.getPlain());
    word.setPlain("d");
    assertEquals("d", word.toString());
    assertEquals("d", word.getAndSet(null));
    assertEquals("null", word.toString());
  }

  // References are compared by identity, as everywhere.
  @Test
  @SuppressWarnings("StringOperationCanBeSimplified") // equal and not identical is the point
  void compareAndSet_equalNotIdentical_fails() {
    String a = "a";
    String sameLetters = new String(a);
    PaddedAtomicReference<String> word = new PaddedAtomicReference<>(a);
    assertFalse(word.compareAndSet(sameLetters, "b"));
    assertSame(a, word.compareAndExchange(sameLetters, "b"));
    assertTrue(word.compareAndSet(a, sameLetters));
    assertSame(sameLetters, word.get());
    assertSame(sameLetters, word.getAndUpdate(s -> s + "x"));
    assertEquals("axy", word.updateAndGet(s -> s + "y"));
    assertEquals("axy", word.getAndAccumulate("z", String::concat));
    assertEquals("axyz!", word.accumulateAndGet("!", String::concat));
  }

  // The weak forms replace what is expected, if not at once, and never anything else.
  @Test
  void weakCompareAndSet_eachMode_replacesWhatIsExpected() {
    PaddedAtomicReference<String> word = new PaddedAtomicReference<>("a");
    assertFalse(word.weakCompareAndSetPlain("x", "b") || word.weakCompareAndSetAcquire("x", "b"));
    assertFalse(
        word.weakCompareAndSetRelease("x", "b") || word.weakCompareAndSetVolatile("x", "b"));
    assertEquals("a", word.get());
    while (!word.weakCompareAndSetPlain("a", "b")) {}
    while (!word.weakCompareAndSetAcquire("b", "c")) {}
    while (!word.weakCompareAndSetRelease("c", "d")) {}
    while (!word.weakCompareAndSetVolatile("d", "e")) {}
    assertEquals("e", word.get());
  }

  // No update of many threads is lost.
  @Test
  void updateAndGet_fourThreads_noneIsLost() {
    PaddedAtomicReference<Integer> word = new PaddedAtomicReference<>(0);
    int each = 20_000;
    List<Running<Void>> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = 0; i < each; i++) {
                  word.updateAndGet(x -> x + 1);
                }
                return null;
              }));
    }
    threads.forEach(Running::get);
    assertEquals(4 * each, word.get());
  }
}
