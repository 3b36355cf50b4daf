package dev.interlock.atomic;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The index of a slot with a version, in one word of 64 bits: a compare-and-set that expects an old
 * version fails, even if the index is the expected one again (the ABA problem). For slots that are used
 * again, in arrays or off the heap; for objects see {@link TaggedReference}.
 *
 * <p>A word is read by {@link #get} and taken apart by {@link #index(long)} and {@link #tag(long)}. Those and
 * {@link #next} are static, for words that lie elsewhere.
 *
 * <p><b>Progress.</b> Wait-free; {@link #getAndSet} is lock-free.
 *
 * <p><b>Memory effects.</b> Actions before a change happen-before actions after a {@link #get} that sees
 * it. A failed {@code compareAndSet} has the effects of a volatile read.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. Every change adds one to the tag.
 *
 * <p><b>Blocking and errors.</b> Never waits. <b>The tag has 32 bits and comes round</b>: a
 * compare-and-set is deceived when, between its read and its write, exactly a multiple of 4,294,967,296
 * changes happened and the index is the same again. At a hundred million changes a second that is a
 * thread which stood still for 43 seconds, to the change. A thread that may stand longer needs {@link
 * TaggedReference}, or reclamation that knows of it.
 *
 * <p><b>Cost.</b> One read, or one compare-and-set.
 *
 * <p><b>Footprint.</b> 24 bytes with compressed class pointers; nothing for a call.
 *
 * <p><b>Source.</b> As {@link TaggedReference}; the 64-bit word in place of a double-width
 * compare-and-set is that of Michael and Scott, <i>Simple, fast, and practical queues</i>, PODC 1996.
 */
@ProgressGuarantee(Progress.WAIT_FREE)
public final class TaggedIndex {
  /*
   * word:  [ 32 bits: tag | 32 bits: index ]
   *
   *   compareAndSet(w, i)   { tag: t, index: x } -> { tag: t + 1, index: i }   if the word is w
   *   getAndSet(i)          { tag: t, index: x } -> { tag: t + 1, index: i }
   *
   * The successful compare-and-set is the linearization point, the volatile read that of get(). The tag
   * grows with every change and not only with those that put an old index back: which those are, nobody
   * can know.
   */

  /** An index that no slot has: the end of a list of slots. */
  public static final int NONE = -1;

  private volatile long word;

  /** The given index, which may be {@link #NONE}, with tag 0. */
  public TaggedIndex(int initial) {
    word = pack(initial, 0);
  }

  /** The word: index and tag in one step. */
  public long get() {
    return word;
  }

  /** Puts in the index, with the next tag, if the word still is {@code expected}. */
  public boolean compareAndSet(long expected, int newIndex) {
    return WORD.compareAndSet(this, expected, next(expected, newIndex));
  }

  /** Puts in the index, with the next tag, whatever the word is, and returns the word before. */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public long getAndSet(int newIndex) {
    for (; ; ) {
      long seen = word;
      if (compareAndSet(seen, newIndex)) {
        return seen;
      }
    }
  }

  /** A word of an index and a tag. */
  public static long pack(int index, int tag) {
    return ((long) tag << 32) | (index & 0xFFFF_FFFFL);
  }

  /** The index in a word. */
  public static int index(long word) {
    return (int) word;
  }

  /** The tag in a word. */
  public static int tag(long word) {
    return (int) (word >>> 32);
  }

  /** The word that follows {@code word} when {@code index} is put in: its tag is one higher. */
  public static long next(long word, int index) {
    return pack(index, tag(word) + 1);
  }

  @Override
  public String toString() {
    long w = word;
    int index = index(w);
    return "TaggedIndex["
        + (index == NONE ? "none" : "" + index)
        + " #"
        + Integer.toUnsignedString(tag(w))
        + "]";
  }

  // VarHandle mechanics
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "word", VarHandle.class, TaggedIndex.class, long.class);
}
