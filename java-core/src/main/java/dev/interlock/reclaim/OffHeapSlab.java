package dev.interlock.reclaim;

import dev.interlock.UnavailableException;
import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.layout.LeadingPad;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of records of the same size in direct memory, given out and taken back by handles. The
 * handle of a slot that was given back is an error wherever it is used, also when the slot has been given
 * out again.
 *
 * <p>A slot must not be released while another thread may still be reading it: hand it to {@link
 * HazardPointers} or {@link EpochDomain} with {@link #releaser()} instead.
 *
 * <p>A record is a number of words of 64 bits. A handle is the index of the slot and its generation,
 * which grows with each release; it is never 0 and never negative.
 *
 * <p><b>Progress.</b> Acquiring and releasing are lock-free. Reading and writing words is wait-free.
 * {@link #live()} and {@code toString} walk over all slots.
 *
 * <p><b>Memory effects.</b> Actions before a release happen-before actions after the acquisition that
 * gives the slot out again. {@code get} and {@code set} are plain accesses, for a slot of one's own;
 * {@code getVolatile}, {@code setVolatile} and {@code compareAndSet} have volatile effects.
 *
 * <p><b>Ordering and fairness.</b> Acquiring is linearizable. A release is two steps: first the handle goes
 * stale, then the slot can be had. Between the two somebody may find the handle stale and the slab still
 * exhausted, which no order of whole operations explains. The slot that was released last is given out
 * first.
 *
 * <p><b>Blocking and errors.</b> Nothing blocks. {@link #acquire()} of an exhausted slab is an {@link
 * UnavailableException}. The use of a handle whose slot was released, and a second release, are an {@link
 * IllegalStateException} that names slab, slot and generations; an access is checked before it is made,
 * so one that races with the release may slip through. A <i>poisoning</i> slab, for tests, also
 * overwrites released records with {@link #POISON}, checks reads again afterwards, and finds writes that
 * came after the release when it gives the slot out again. After 2^31 releases of the same slot its
 * generations begin again. A thread that stops in the middle of {@code acquire} while exactly 2^32
 * acquisitions and releases happen, or a multiple of that, may take a slot that is in use: the tag of the
 * free list has 32 bits.
 *
 * <p><b>Cost.</b> {@code acquire}: one compare-and-set and one volatile write; {@code release}: two
 * compare-and-sets; all on the same head when many threads do it. An access: one load more, for the
 * check. Nothing is allocated.
 *
 * <p><b>Footprint.</b> 16 bytes a slot and 8 a word, outside of the heap, up to 2 GiB in all. The memory
 * goes when nothing refers to the slab any more; it cannot be freed before.
 *
 * <p><b>Source.</b> Treiber, Systems Programming: Coping with Parallelism, 1986, with a tagged head.
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class OffHeapSlab {
  /*
   * slot i:   [ header | link | word 0 | word 1 | ... ]
   *
   * header:   [ 32 bits: generation | 32 bits: next ]
   *   in use        generation g, next = LIVE
   *   on the way    generation g+1, next = PASSING  (released, not yet in the free list)
   *   free          generation g+1, next = index of the next free slot, or END
   *   never used    the same as free: the list of the beginning is 0 -> 1 -> ... -> END
   *
   * free:     [ 32 bits: tag | 32 bits: index of the first free slot, or END ]   tag grows at each change
   *
   *   acquire   head = (t, i), i's header = (g, n)     free: CAS (t, i) -> (t+1, n);  header: (g, LIVE)
   *   release   header of i: CAS (g, LIVE) -> (g+1, PASSING)   only one release of g succeeds
   *             head = (t, h)                          header: (g+1, h);  free: CAS (t, h) -> (t+1, i)
   *
   * Linearization: acquire at the CAS on free, or at the read of free that finds END. A release makes the
   * handle stale at the CAS on the header, and the slot available at the CAS on free.
   *
   * acquire reads the header of a slot that somebody else may take meanwhile. Then next is LIVE, PASSING
   * or that of a later stay in the list; the head has moved and its tag is another one, so the CAS fails.
   * The same head with the same tag means that nothing has changed, up to 2^32 changes while a thread
   * sleeps between its two lines.
   *
   * Invariants:      a slot is in use, on the way, or in the list, and in one of them only.
   *                  the generation of a handle is that of its slot exactly while the slot is in use.
   *                  link and words of a free slot hold POISON, in a poisoning slab.
   * Non-invariants:  the contents of a fresh slot are not defined.
   *                  a slot that is on the way when its thread stops is lost to all until it goes on.
   *
   * Rejected: the links in an array on the heap (a second line to touch for each operation); a bitmap
   * (finds free slots in O(n) when nearly full); stripes (a slot in another stripe while this is empty).
   */

  /** The handle of no slot. */
  public static final long NONE = 0;

  /** What the words of a released slot hold in a poisoning slab. */
  public static final long POISON = 0xDEAD_F4EE_DEAD_F4EEL;

  private static final int HEADER = 0;
  private static final int LINK = 1;
  private static final int WORDS = 2;

  // What stands in the lower half of a header or of the head, besides an index.
  private static final int END = -1;
  private static final int LIVE = -2;
  private static final int PASSING = -3;

  private static final int FIRST_GENERATION = 1;

  private final @Nullable String name;
  private final int capacity;
  private final int words;
  private final int stride;
  private final boolean poisoning;
  private final SlabMemory memory;
  private final FreeList free = new FreeList();
  private final Releaser releaser = new Releaser(this);

  private OffHeapSlab(
      @Nullable String name, int capacity, int words, boolean poisoning, boolean direct) {
    if (capacity < 1 || words < 0) {
      throw new IllegalArgumentException(
          "a slab of "
              + capacity
              + " slots with "
              + words
              + " words each; it needs one slot or more, with no less than 0 words");
    }
    long longs = (long) capacity * ((long) words + WORDS);
    if (longs > Integer.MAX_VALUE / Long.BYTES - 1) {
      throw new IllegalArgumentException(
          "a slab of "
              + capacity
              + " slots with "
              + words
              + " words each takes "
              + longs * Long.BYTES
              + " bytes; one slab holds less than 2 GiB, use several");
    }
    this.name = name;
    this.capacity = capacity;
    this.words = words;
    this.stride = words + WORDS;
    this.poisoning = poisoning;
    memory = direct ? SlabMemory.direct((int) longs) : SlabMemory.onHeap((int) longs);
    for (int i = 0; i < capacity; i++) {
      memory.set(at(i, HEADER), pack(FIRST_GENERATION, i + 1 < capacity ? i + 1 : END));
      if (poisoning) {
        poison(i);
      }
    }
    free.head = pack(0, 0);
  }

  /** A slab of {@code capacity} slots with {@code words} words of 64 bits each. */
  public static OffHeapSlab create(int capacity, int words) {
    return new OffHeapSlab(null, capacity, words, false, true);
  }

  /** The same with a name for errors and {@code toString}. */
  public static OffHeapSlab named(String name, int capacity, int words) {
    return new OffHeapSlab(Objects.requireNonNull(name, "name"), capacity, words, false, true);
  }

  /** For tests: released slots are overwritten with {@link #POISON}, and reads are checked twice. */
  public static OffHeapSlab poisoning(String name, int capacity, int words) {
    return new OffHeapSlab(Objects.requireNonNull(name, "name"), capacity, words, true, true);
  }

  /** Poisoning, and on the heap, where a model checker sees the accesses. */
  static OffHeapSlab visible(String name, int capacity, int words) {
    return new OffHeapSlab(name, capacity, words, true, false);
  }

  /**
   * Takes a slot. Its words are not defined.
   *
   * @return its handle
   * @throws UnavailableException when all slots are in use
   */
  public long acquire() {
    long slot = tryAcquire();
    if (slot == NONE) {
      throw exhausted("");
    }
    return slot;
  }

  /** Takes a slot, or gives {@link #NONE} when all are in use. Its words are not defined. */
  public long tryAcquire() {
    for (; ; ) {
      long head = free.head;
      int i = low(head);
      if (i == END) {
        return NONE;
      }
      long header = memory.getVolatile(at(i, HEADER));
      // With a header of somebody else's the CAS fails, for the head has changed.
      if (free.cas(head, pack(high(head) + 1, low(header)))) {
        if (poisoning) {
          checkPoison(i, high(header));
        }
        memory.setVolatile(at(i, HEADER), pack(high(header), LIVE));
        return pack(high(header), i);
      }
    }
  }

  /**
   * Gives a slot back; nobody may use it any more.
   *
   * @throws IllegalStateException when it was given back before
   */
  public void release(long slot) {
    int i = index(slot);
    int next = nextGeneration(high(slot));
    if (!memory.compareAndSet(at(i, HEADER), pack(high(slot), LIVE), pack(next, PASSING))) {
      throw stale(slot, "released");
    }
    if (poisoning) {
      poison(i);
    }
    for (; ; ) {
      long head = free.head;
      memory.setVolatile(at(i, HEADER), pack(next, low(head)));
      if (free.cas(head, pack(high(head) + 1, i))) {
        return;
      }
    }
  }

  /** {@link #release} as one object that may be used as a callback again and again. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public LongConsumer releaser() {
    return releaser;
  }

  /** Reads a word of a slot that nobody else writes. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long get(long slot, int word) {
    int at = word(slot, word);
    long value = memory.get(at);
    return poisoning ? checkedAgain(slot, value) : value;
  }

  /** Writes a word of a slot that nobody else reads or writes. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public void set(long slot, int word, long value) {
    memory.set(word(slot, word), value);
  }

  /** Reads a word, with the effects of a volatile read. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long getVolatile(long slot, int word) {
    int at = word(slot, word);
    long value = memory.getVolatile(at);
    return poisoning ? checkedAgain(slot, value) : value;
  }

  /** Writes a word, with the effects of a volatile write. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public void setVolatile(long slot, int word, long value) {
    memory.setVolatile(word(slot, word), value);
  }

  /** Changes a word from {@code expected} to {@code next}, if it is that; effects as of a volatile. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public boolean compareAndSet(long slot, int word, long expected, long next) {
    return memory.compareAndSet(word(slot, word), expected, next);
  }

  /** Whether the handle is that of a slot in use, at the moment of the look. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public boolean isLive(long slot) {
    int i = low(slot);
    return i >= 0 && i < capacity && memory.getVolatile(at(i, HEADER)) == pack(high(slot), LIVE);
  }

  /** How many slots there are. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public int capacity() {
    return capacity;
  }

  /** How many words a record has. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public int words() {
    return words;
  }

  /** The memory of all slots, in bytes. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long bytes() {
    return (long) capacity * stride * Long.BYTES;
  }

  /** How many slots are in use. Looks at each: O(capacity), exact when nobody else is at work. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public int live() {
    int n = 0;
    for (int i = 0; i < capacity; i++) {
      n += low(memory.getVolatile(at(i, HEADER))) == LIVE ? 1 : 0;
    }
    return n;
  }

  @Override
  public String toString() {
    return objectName()
        + "[live="
        + live()
        + " of "
        + capacity
        + ", words="
        + words
        + (poisoning ? ", poisoning" : "")
        + (memory.isDirect() ? "" : ", on the heap")
        + "]";
  }

  /** Its name; unlike the text, without a walk over the slots. */
  String objectName() {
    return "OffHeapSlab"
        + (name == null
            ? "@" + Integer.toHexString(System.identityHashCode(this))
            : "(" + name + ")");
  }

  // For the structures of this package

  long link(long slot) {
    int at = check(slot) + LINK;
    long value = memory.getVolatile(at);
    return poisoning ? checkedAgain(slot, value) : value;
  }

  void setLink(long slot, long next) {
    memory.setVolatile(check(slot) + LINK, next);
  }

  boolean casLink(long slot, long expected, long next) {
    return memory.compareAndSet(check(slot) + LINK, expected, next);
  }

  UnavailableException exhausted(String why) {
    return new UnavailableException(
        objectName()
            + " has no free slot: all "
            + capacity
            + " are in use"
            + why
            + "; release some, or make it larger",
        null);
  }

  // Checks

  /** The index of the header of a slot in use. */
  private int check(long slot) {
    int i = index(slot);
    int at = i * stride;
    if (memory.getVolatile(at) != pack(high(slot), LIVE)) {
      throw stale(slot, "used");
    }
    return at;
  }

  private int word(long slot, int word) {
    int at = check(slot);
    if (word < 0 || word >= words) {
      throw new IndexOutOfBoundsException(
          "word is " + word + "; a record of " + objectName() + " has " + words);
    }
    return at + WORDS + word;
  }

  /** A slot that was released while it was read gave out who knows what. */
  private long checkedAgain(long slot, long value) {
    check(slot);
    return value;
  }

  private int index(long slot) {
    int i = low(slot);
    if (i < 0 || i >= capacity || slot <= 0) {
      throw new IllegalArgumentException(
          "0x" + Long.toHexString(slot) + " is not a handle of " + objectName());
    }
    return i;
  }

  private IllegalStateException stale(long slot, String how) {
    long header = memory.getVolatile(at(low(slot), HEADER));
    return new IllegalStateException(
        "slot "
            + low(slot)
            + " of "
            + objectName()
            + " was "
            + how
            + " by a handle of generation "
            + high(slot)
            + ", but is "
            + (low(header) == LIVE ? "in use" : "free")
            + " in generation "
            + high(header)
            + "; it was released before: retire it instead if others may hold the handle");
  }

  private void poison(int i) {
    for (int w = LINK; w < stride; w++) {
      memory.setVolatile(at(i, w), POISON);
    }
  }

  private void checkPoison(int i, int generation) {
    for (int w = LINK; w < stride; w++) {
      long found = memory.getVolatile(at(i, w));
      if (found != POISON) {
        throw new IllegalStateException(
            "slot "
                + i
                + " of "
                + objectName()
                + " was written after its release: "
                + (w == LINK ? "its link" : "word " + (w - WORDS))
                + " is 0x"
                + Long.toHexString(found)
                + " before generation "
                + generation
                + " begins");
      }
    }
  }

  private int at(int slot, int offset) {
    return slot * stride + offset;
  }

  private static int nextGeneration(int generation) {
    return generation == Integer.MAX_VALUE ? FIRST_GENERATION : generation + 1;
  }

  private static long pack(int high, int low) {
    return (long) high << 32 | (low & 0xFFFF_FFFFL);
  }

  private static int high(long packed) {
    return (int) (packed >>> 32);
  }

  private static int low(long packed) {
    return (int) packed;
  }

  /** A class of its own, so that a domain sees of which slab it is. */
  static final class Releaser implements LongConsumer {
    private final OffHeapSlab slab;

    Releaser(OffHeapSlab slab) {
      this.slab = slab;
    }

    OffHeapSlab slab() {
      return slab;
    }

    @Override
    public void accept(long slot) {
      slab.release(slot);
    }
  }

  /** The head of the free list, away from what lies before it in memory. */
  private static final class FreeList extends LeadingPad {
    volatile long head;

    boolean cas(long expected, long next) {
      return HEAD.compareAndSet(this, expected, next);
    }

    // VarHandle mechanics
    private static final VarHandle HEAD =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "head", VarHandle.class, FreeList.class, long.class);
  }
}
