package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaggedReferenceTest {
  // A, then B, then A again: who read the first A does not take the second for it.
  @Test
  void compareAndSet_aBaA_fails() {
    TaggedReference<String> word = new TaggedReference<>("A");
    TaggedReference.Tagged<String> read = word.read();
    assertTrue(word.compareAndSet(word.read(), "B"));
    assertTrue(word.compareAndSet(word.read(), "A"));
    assertSame(read.reference(), word.get());
    assertFalse(word.compareAndSet(read, "C"));
    assertFalse(word.compareAndSet("A", 0, "C"));
    assertEquals("A", word.get());
    assertTrue(word.compareAndSet("A", 2, "C"));
    assertEquals("C", word.get());
  }

  // Each change has the next number, setting the same again included; a failure has none.
  @Test
  void tag_eachChange_growsByOne() {
    TaggedReference<@Nullable String> word = new TaggedReference<>(null);
    assertEquals(0, word.read().tag());
    assertNull(word.getAndSet(null).reference());
    assertEquals(1, word.read().tag());
    assertFalse(word.compareAndSet("x", 1, "y"));
    assertFalse(word.compareAndSet(null, 0, "y"));
    assertEquals(1, word.read().tag());
    assertEquals("TaggedReference[null #1]", word.toString());
  }

  // A version of another reference is not the current one, even with equal contents.
  @Test
  void compareAndSet_versionOfAnother_fails() {
    TaggedReference<String> one = new TaggedReference<>("A");
    TaggedReference<String> other = new TaggedReference<>("A");
    assertFalse(one.compareAndSet(other.read(), "B"));
    assertThrows(NullPointerException.class, () -> one.compareAndSet(null, "B"));
  }

  // A failure allocates nothing, in any of its forms: 24 bytes for each would be 24 million.
  @Test
  void compareAndSet_failing_allocatesNothing() {
    TaggedReference<String> word = new TaggedReference<>("A");
    TaggedReference.Tagged<String> old = word.read();
    word.getAndSet("A");
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 1_000_000; i++) {
      assertFalse(word.compareAndSet(old, "B") || word.compareAndSet("A", 0, "B"));
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(bytes < 1_000_000, () -> bytes + " bytes");
  }

  // The tags of many threads' changes count them exactly, and no version is taken twice.
  @Test
  void changes_fourThreads_areAllNumbered() {
    TaggedReference<Integer> word = new TaggedReference<>(0);
    int each = 20_000;
    List<Running<Void>> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                for (int done = 0; done < each; ) {
                  TaggedReference.Tagged<Integer> seen = word.read();
                  if (word.compareAndSet(seen, seen.reference() + 1)) {
                    done++;
                  }
                }
                return null;
              }));
    }
    threads.forEach(Running::get);
    assertEquals(4 * each, word.get());
    assertEquals(4L * each, word.read().tag());
  }
}
