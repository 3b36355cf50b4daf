package dev.interlock.diagnostics;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Holdings} of each thread, by identity: a thread may be of a class that says what is equal to
 * it. Every call needs the detector's lock.
 *
 * <p><b>Cost.</b> O(1) expected.
 *
 * <p><b>Footprint.</b> 40 bytes for each thread, and four for its place in the table. Nothing is kept
 * reachable from here: neither a thread nor what it holds.
 */
final class HoldingsOfThreads {
  /*
   * The entry refers to the holdings, which refer to the thread, and not to the thread: so it may be
   * weak, and what it refers to need not be found by the thread. The holdings of a thread may go while
   * it lives. What it holds refers to them, so by then it holds nothing, or nothing that anybody can
   * reach; it gets new ones when it takes something.
   *
   * A chained table, whose entries leave it in the next call after the collector has cleared them.
   */
  private static final class Entry extends WeakReference<Holdings> {
    final int hash;
    @Nullable Entry next;

    Entry(Holdings holdings, int hash, ReferenceQueue<Holdings> cleared, @Nullable Entry next) {
      super(holdings, cleared);
      this.hash = hash;
      this.next = next;
    }
  }

  private final ReferenceQueue<Holdings> cleared = new ReferenceQueue<>();
  private @Nullable Entry[] table = new Entry[16];
  private int size;

  /** What this thread holds, made now if need be. */
  Holdings of(Thread thread) {
    expunge();
    int hash = System.identityHashCode(thread);
    for (Entry e = table[indexOf(hash)]; e != null; e = e.next) {
      Holdings found = e.hash == hash ? e.get() : null;
      if (found != null && found.thread() == thread) {
        return found;
      }
    }
    if (size == table.length) {
      grow();
    }
    Holdings made = new Holdings(thread);
    int i = indexOf(hash);
    table[i] = new Entry(made, hash, cleared, table[i]);
    size++;
    return made;
  }

  /** How many threads hold something. */
  int holding() {
    int n = 0;
    for (Entry first : table) {
      for (Entry e = first; e != null; e = e.next) {
        Holdings holdings = e.get();
        n += holdings == null || holdings.isEmpty() ? 0 : 1;
      }
    }
    return n;
  }

  /** How many entries there are. */
  int size() {
    expunge();
    return size;
  }

  private void expunge() {
    for (Object gone; (gone = cleared.poll()) != null; ) {
      remove((Entry) gone);
    }
  }

  private void remove(Entry gone) {
    int i = indexOf(gone.hash);
    Entry before = null;
    for (Entry e = table[i]; e != null && e != gone; e = e.next) {
      before = e;
    }
    if (before == null) {
      table[i] = gone.next;
    } else {
      before.next = gone.next;
    }
    size--;
  }

  private void grow() {
    @Nullable Entry[] old = table;
    table = new Entry[2 * old.length];
    for (Entry first : old) {
      for (Entry e = first; e != null; ) {
        Entry after = e.next;
        int i = indexOf(e.hash);
        e.next = table[i];
        table[i] = e;
        e = after;
      }
    }
  }

  private int indexOf(int hash) {
    return hash & (table.length - 1);
  }
}
