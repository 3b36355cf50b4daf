package dev.interlock.channel;

import org.jspecify.annotations.Nullable;

/**
 * Chunks in a list: senders append at one end, receivers empty the other. A chunk that was emptied goes
 * back to the senders, one at a time, so that a channel whose receivers keep up allocates nothing, and
 * one that was flooded once does not keep the memory.
 */
final class LinkedSlots extends Slots {
  /*
   *   receivers' lock                         senders' lock
   *   first -> [x x 3 4] -> [5 6 7 8] -> [9 . . .] <- last
   *   spare: an empty chunk on its way from the receivers back to the senders, or null
   */
  private static final int LENGTH = 256;

  private Chunk last;
  private Chunk first;
  private volatile @Nullable Chunk spare;

  LinkedSlots() {
    last = new Chunk();
    first = last;
  }

  @Override
  void put(long index, Object e) {
    int i = (int) index & (LENGTH - 1);
    Chunk chunk = last;
    if (i == 0 && index != 0) {
      Chunk next = spare;
      if (next == null) {
        next = new Chunk();
      } else {
        spare = null; // only senders take it, and they hold a lock
      }
      chunk.next = next;
      last = next;
      chunk = next;
    }
    chunk.places[i] = e;
  }

  @Override
  Object take(long index) {
    int i = (int) index & (LENGTH - 1);
    Chunk chunk = first;
    if (i == 0 && index != 0) {
      Chunk next = chunk.next;
      assert next != null : index;
      chunk.next = null;
      first = next;
      if (spare == null) {
        spare = chunk;
      }
      chunk = next;
    }
    Object e = chunk.places[i];
    assert e != null : index;
    chunk.places[i] = null;
    return e;
  }

  private static final class Chunk {
    final @Nullable Object[] places = new @Nullable Object[LENGTH];
    @Nullable Chunk next;
  }
}
