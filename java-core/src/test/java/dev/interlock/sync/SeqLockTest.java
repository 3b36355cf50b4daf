package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

class SeqLockTest {
  private final SeqLock record = SeqLock.ofLongs(3);

  // A record has a word at least, and nothing is null.
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void ofLongs_tooFew_refused(int n) {
    assertContains(
        assertThrows(IllegalArgumentException.class, () -> SeqLock.ofLongs(n)).getMessage(),
        "SeqLock",
        "" + n,
        "1 or more");
  }

  @Test
  void anything_null_refused() {
    assertThrows(NullPointerException.class, () -> record.read((long[]) null));
    assertThrows(NullPointerException.class, () -> record.tryRead(null));
    assertThrows(NullPointerException.class, () -> record.readLong(null));
    assertThrows(NullPointerException.class, () -> record.write((long[]) null));
    assertThrows(NullPointerException.class, () -> record.update(null));
    record.write(1, 2, 3);
  }

  // It begins with zeros, and every way of reading gives what was written.
  @Test
  void write_thenRead_isThere() {
    assertEquals(3, record.length());
    assertArrayEquals(new long[3], record.read());
    record.write(1, Long.MIN_VALUE, 3);
    assertArrayEquals(new long[] {1, Long.MIN_VALUE, 3}, record.read());
    long[] into = new long[3];
    record.read(into);
    assertArrayEquals(new long[] {1, Long.MIN_VALUE, 3}, into);
    into[0] = 9;
    assertTrue(record.tryRead(into));
    assertArrayEquals(new long[] {1, Long.MIN_VALUE, 3}, into);
    assertEquals(4, record.readLong(w -> w.get(0) + w.get(2)));
    assertEquals("1 of 3", record.read(w -> w.get(0) + " of " + w.length()));
    assertNull(record.<String>read(w -> null));
  }

  // An array of another length is refused, and nothing changes.
  @Test
  void anyArray_otherLength_refused() {
    record.write(1, 2, 3);
    for (long[] other : new long[][] {{}, {1, 2}, {1, 2, 3, 4}}) {
      assertContains(
          assertThrows(IllegalArgumentException.class, () -> record.write(other)).getMessage(),
          other.length + " longs",
          "record of 3");
      assertThrows(IllegalArgumentException.class, () -> record.read(other));
      assertThrows(IllegalArgumentException.class, () -> record.tryRead(other));
    }
    assertArrayEquals(new long[] {1, 2, 3}, record.read());
    assertEquals(1, record.writes());
  }

  // The text tells the size and the number of writes.
  @Test
  void toString_tellsState() {
    record.write(1, 2, 3);
    assertContains(record.toString(), "SeqLock@", "[3 longs, writes=1]");
    record.update(w -> assertContains(record.toString(), ", writing]"));
    assertContains(record.toString(), "writes=2]");
  }

  // An update sees the record and its own changes, others see them when it is over.
  @Test
  void update_changesADraft() {
    record.write(1, 2, 3);
    record.update(
        w -> {
          assertEquals(3, w.length());
          w.set(0, w.get(0) + 10);
          w.set(0, w.get(0) + 100);
          assertArrayEquals(new long[] {1, 2, 3}, record.read());
          assertTrue(record.tryRead(new long[3]));
        });
    assertArrayEquals(new long[] {111, 2, 3}, record.read());
  }

  // An update that throws has changed nothing, and the next goes on.
  @Test
  void update_throws_unchanged() {
    record.write(1, 2, 3);
    Error boom = new AssertionError("boom");
    assertSame(
        boom,
        assertThrows(
            AssertionError.class,
            () ->
                record.update(
                    w -> {
                      w.set(0, 7);
                      throw boom;
                    })));
    assertThrows(IndexOutOfBoundsException.class, () -> record.update(w -> w.set(3, 7)));
    assertArrayEquals(new long[] {1, 2, 3}, record.read());
    assertEquals(1, record.writes());
    record.update(w -> w.set(1, 5));
    assertArrayEquals(new long[] {1, 5, 3}, record.read());
  }

  // Writing within an update is refused, and the update fails without effect.
  @Test
  void update_withinUpdate_refused() {
    record.write(1, 2, 3);
    assertContains(
        assertThrows(IllegalStateException.class, () -> record.update(w -> record.write(4, 5, 6)))
            .getMessage(),
        "a write within an update of SeqLock@");
    assertThrows(IllegalStateException.class, () -> record.update(w -> record.update(again -> {})));
    assertArrayEquals(new long[] {1, 2, 3}, record.read());
  }

  // A draft is of no use after its update, and a reader cannot write.
  @Test
  void words_misused_refused() {
    List<SeqLock.Words> kept = new ArrayList<>();
    record.update(kept::add);
    assertThrows(IllegalStateException.class, () -> kept.get(0).set(0, 1));
    assertThrows(IllegalStateException.class, () -> kept.get(0).get(0));
    assertThrows(
        IllegalStateException.class,
        () ->
            record.readLong(
                w -> {
                  w.set(0, 1);
                  return 0;
                }));
    assertThrows(IndexOutOfBoundsException.class, () -> record.readLong(w -> w.get(3)));
    assertArrayEquals(new long[3], record.read());
  }

  // What a reading function throws on a whole record is thrown.
  @Test
  void read_functionThrows_thrown() {
    Error boom = new AssertionError("boom");
    assertSame(
        boom,
        assertThrows(
            AssertionError.class,
            () ->
                record.read(
                    w -> {
                      throw boom;
                    })));
    assertThrows(ArithmeticException.class, () -> record.readLong(w -> 1 / w.get(0)));
  }

  // A run that met a writer is thrown away, with what it threw.
  @Test
  void read_writerComesBetween_runsAgain() {
    int[] runs = new int[2];
    assertEquals(
        9,
        record.readLong(
            w -> {
              if (runs[0]++ == 0) {
                record.write(2, 3, 4);
                throw new IllegalArgumentException("of a run that does not count");
              }
              return w.get(0) + w.get(1) + w.get(2);
            }));
    assertEquals(
        "27",
        record.read(
            w -> {
              if (runs[1]++ == 0) {
                record.write(8, 9, 10);
              }
              return "" + (w.get(0) + w.get(1) + w.get(2));
            }));
    assertEquals(2, runs[0]);
    assertEquals(2, runs[1]);
  }

  // The same for a checked exception that is thrown undeclared, as other languages do.
  @Test
  void read_writerComesBetween_undeclaredExceptionDoesNotCount() {
    int[] runs = new int[1];
    assertEquals(
        9,
        record.readLong(
            w -> {
              if (runs[0]++ == 0) {
                record.write(2, 3, 4);
                throw SeqLockTest.<RuntimeException>undeclared(new IOException("torn"));
              }
              return w.get(0) + w.get(1) + w.get(2);
            }));
    assertThrows(
        IOException.class,
        () ->
            record.readLong(
                w -> {
                  throw SeqLockTest.<RuntimeException>undeclared(new IOException("whole"));
                }));
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X undeclared(Exception e) throws X {
    throw (X) e;
  }

  // A writer waits for the one that updates; readers do not.
  @Test
  void write_whileUpdating_waits() {
    CountDownLatch inside = CountDownLatch.of(1);
    CountDownLatch finish = CountDownLatch.of(1);
    Running<Void> first =
        Kind.PLATFORM.start(
            () -> {
              record.update(
                  w -> {
                    inside.countDown();
                    finish.awaitUninterruptibly();
                    w.set(0, w.get(0) + 1);
                  });
              return null;
            });
    Conditions.await(inside::isOpen);
    Running<Void> second =
        Kind.PLATFORM.start(
            () -> {
              record.update(w -> w.set(0, w.get(0) * 10));
              return null;
            });
    assertArrayEquals(new long[3], record.read());
    assertFalse(second.isDone());
    finish.countDown();
    first.get();
    second.get();
    assertEquals(10, record.readLong(w -> w.get(0)));
  }

  // Writers and readers at once: no read is torn, versions never go back, no update is lost.
  @Test
  void read_whileWriting_neverTorn() {
    int words = 5;
    int rounds = 20_000;
    SeqLock shared = SeqLock.ofLongs(words);
    AtomicBoolean stop = new AtomicBoolean();
    List<Running<Void>> writers = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      writers.add(
          Kind.PLATFORM.start(
              () -> {
                for (int i = 0; i < rounds; i++) {
                  shared.update(
                      w -> {
                        long next = w.get(0) + 1;
                        for (int k = 0; k < words; k++) {
                          w.set(k, next * (k + 1));
                        }
                      });
                }
                return null;
              }));
    }
    List<Running<Long>> readers = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      boolean copies = t == 0;
      readers.add(
          Kind.PLATFORM.start(
              () -> {
                long last = 0;
                long[] into = new long[words];
                while (!stop.get()) {
                  if (copies) {
                    shared.read(into);
                  } else {
                    into[0] =
                        shared.readLong(
                            w -> {
                              for (int k = 1; k < words; k++) {
                                if (w.get(k) != w.get(0) * (k + 1)) {
                                  return -1;
                                }
                              }
                              return w.get(0);
                            });
                    for (int k = 1; k < words; k++) {
                      into[k] = into[0] * (k + 1);
                    }
                  }
                  for (int k = 1; k < words; k++) {
                    assertEquals(into[0] * (k + 1), into[k], "torn");
                  }
                  assertTrue(into[0] >= last, "went back");
                  last = into[0];
                }
                return last;
              }));
    }
    writers.forEach(Running::get);
    stop.set(true);
    readers.forEach(Running::get);
    assertEquals(2L * rounds, shared.read()[0]);
    assertEquals(2L * rounds, shared.writes());
  }

  // 32 bytes and two arrays.
  @Test
  void footprint_isAsPromised() {
    assertEquals(32 + 2 * (16 + 4 * 8), GraphLayout.parseInstance(SeqLock.ofLongs(4)).totalSize());
  }
}
