package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaggedIndexTest {
  // The two halves of a word do not touch each other, whatever their signs.
  @Test
  void word_anyIndexAndTag_areKept() {
    int[] values = {0, 1, -1, 42, Integer.MIN_VALUE, Integer.MAX_VALUE};
    for (int index : values) {
      for (int tag : values) {
        long word = TaggedIndex.pack(index, tag);
        assertEquals(index, TaggedIndex.index(word));
        assertEquals(tag, TaggedIndex.tag(word));
        long next = TaggedIndex.next(word, 7);
        assertEquals(7, TaggedIndex.index(next));
        assertEquals(tag + 1, TaggedIndex.tag(next));
      }
    }
  }

  // Who read the first 3 does not take the second for it.
  @Test
  void compareAndSet_sameIndexAgain_fails() {
    TaggedIndex word = new TaggedIndex(3);
    long read = word.get();
    assertTrue(word.compareAndSet(read, 4));
    assertTrue(word.compareAndSet(word.get(), 3));
    assertEquals(3, TaggedIndex.index(word.get()));
    assertFalse(word.compareAndSet(read, 5));
    assertEquals(3, TaggedIndex.index(word.getAndSet(TaggedIndex.NONE)));
    assertEquals("TaggedIndex[none #3]", word.toString());
    assertEquals(TaggedIndex.NONE, TaggedIndex.index(word.get()));
  }

  // The known limit, written down: after 2^32 changes the first word is back.
  @Test
  void tag_afterAllOfThem_comesRound() {
    long last = TaggedIndex.pack(3, -1);
    assertEquals(TaggedIndex.pack(3, 0), TaggedIndex.next(last, 3));
    assertEquals("TaggedIndex[7 #0]", new TaggedIndex(7).toString());
  }

  // A list of slots, taken and put back by many threads: no slot is ever in two hands.
  @Test
  void freeList_fourThreads_handsEachSlotToOne() {
    int slots = 8;
    TaggedIndex head = new TaggedIndex(0);
    int[] next = new int[slots];
    LockFreeCounter[] holders = new LockFreeCounter[slots];
    for (int i = 0; i < slots; i++) {
      next[i] = i + 1 < slots ? i + 1 : TaggedIndex.NONE;
      holders[i] = new LockFreeCounter();
    }
    List<Running<Integer>> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Kind.PLATFORM.start(
              () -> {
                int twice = 0;
                for (int i = 0; i < 50_000; i++) {
                  long word = head.get();
                  int slot = TaggedIndex.index(word);
                  if (slot == TaggedIndex.NONE || !head.compareAndSet(word, next[slot])) {
                    continue;
                  }
                  twice += holders[slot].increment() == 1 ? 0 : 1;
                  holders[slot].decrement();
                  do {
                    word = head.get();
                    next[slot] = TaggedIndex.index(word);
                  } while (!head.compareAndSet(word, slot));
                }
                return twice;
              }));
    }
    int twice = threads.stream().mapToInt(Running::get).sum();
    assertEquals(0, twice, "so often a slot was in two hands");
    int free = 0;
    for (int i = TaggedIndex.index(head.get()); i != TaggedIndex.NONE; i = next[i]) {
      free++;
    }
    assertEquals(slots, free);
  }
}
