package dev.interlock.sync;

import dev.interlock.atomic.Backoff;
import dev.interlock.internal.pause.Pause;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A record of several longs that is read much more often than it is written: readers take no lock and write
 * nothing that is shared, they read and then see whether a writer came between. What they return is never
 * torn. When readers do more than copy, or writing is frequent, a read-write lock is right; when the record
 * is an object, a volatile reference to an immutable one is simpler, and allocates for each write.
 *
 * <pre>{@code
 * SeqLock position = SeqLock.ofLongs(3);
 * position.write(x, y, z);
 * long sum = position.readLong(p -> p.get(0) + p.get(1) + p.get(2));
 * }</pre>
 *
 * <p><b>Progress.</b> {@code tryRead} is wait-free but for the copying. The other reads are blocking: they
 * try again as long as writers come between, and wait for one that was stopped in the middle; a stream of
 * writers can keep a reader for ever. Writers are blocking: they exclude each other, spinning, and after a
 * while yielding. No reader ever delays a writer.
 *
 * <p><b>Memory effects.</b> Actions before a write happen-before actions after a read that returned what it
 * wrote, and after the next write. A {@code tryRead} that failed: none.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. Among writers none.
 *
 * <p><b>Blocking and errors.</b> Not interruptible. An array whose length is not that of the record is an
 * {@link IllegalArgumentException}. What a function of {@code update} throws is thrown, and the record is
 * unchanged; an update within an update on the same thread is an {@link IllegalStateException}. A reading
 * function may be run several times and may see words of different writes; such a run is thrown away,
 * with what it returned or threw. So it must have no effects, and must not loop on a condition that only
 * whole records fulfil.
 *
 * <p><b>Cost.</b> A read: two loads more than the words. A write: one compare-and-set, two copies of the
 * words. Who updates is alone with a draft, so a slow function delays writers and not readers.
 *
 * <p><b>Footprint.</b> 32 bytes and two arrays of n longs; reads and writes allocate nothing but what their
 * form says.
 *
 * <p><b>Source.</b> The sequence counters of the Linux kernel; H.-J. Boehm, <i>Can seqlocks get along with
 * programming language memory models?</i>, MSPC 2012, for the fences. Differs from them in: the writer's
 * lock is a bit of the sequence, and is held longer than the record is in disorder.
 */
public final class SeqLock {
  /*
   * sequence is | version | D | L |
   *
   *   L  LOCKED   a writer is at work, on its draft
   *   D  DIRTY    and now copies it into the record
   *
   *   before      after           who
   *   v 0 0       v 0 1           a writer that comes, by CAS
   *   v 0 1       v 1 1           it, before its first store into the record
   *   v 1 1       v+1 0 0         it, after its last
   *   v 0 1       v 0 0           it, if its function threw
   *
   * A reader takes the version, without D; reads the words; and takes version and D again. The same, and D
   * off: no store into the record fell between, so all words are of that version. If D was on when it began,
   * it is on at the end, or the version is a later one; so D need not be looked at twice. Nor is L ever. The
   * version has 62 bits and does not come round.
   *
   * Memory orders. The words are written in opaque mode and read in plain mode, in no order with each other.
   * The order is made by four things, two on each side:
   *
   *   writer                                     reader
   *   D on                                       v1 = sequence           acquire (1)
   *   release fence              (a)             words, plain
   *   words, opaque                              acquire fence           (2)
   *   sequence = v+1, release    (b)             v2 = sequence, opaque
   *
   *   - A reader that sees a word of a later version than v1 synchronizes over it: the writer's fence (a)
   *     is before its store of the word, the reader's fence (2) is after its load. So what is before (a),
   *     D on, is visible to the load behind (2): v2 has D, or is later still, and is not v1. Without (2)
   *     the second load may be made early; without (a) a word may be stored before D.
   *   - A reader cannot see a word of an earlier version than v1: (1) saw what (b) wrote, so all words of
   *     v1 are visible. Without (b) or (1) they need not be.
   *
   * A store is not enough for (a): release orders what is before it, and the words come after. An acquire
   * load is not enough for (2): it orders what comes after it, and the words are before.
   *
   * Plain reads are enough, where C++ asks for atomic ones: a race has a meaning in Java, so a read gives one
   * value, and is not made a second time behind (2), which no read passes. What plain mode leaves open does no
   * harm between (1) and (2): two reads of a word may become one, which is then of v1 or thrown away; the two
   * halves of a long may be read apart, and each of them is a load before (2). It is what lets the compiler
   * look at the array and its length once for all words: opaque reads stand in each other's way.
   *
   * The draft, and the `writer`, belong to who has set L.
   */
  private static final long LOCKED = 1;
  private static final long DIRTY = 2;
  private static final long VERSION = 4;

  static {
    // By whoever makes the first lock, and not by whoever loses the first race.
    Pause.prepare();
  }

  private volatile long sequence;
  private final long[] words;
  private final long[] draft;
  private @Nullable Thread writer;

  private SeqLock(int n) {
    words = new long[n];
    draft = new long[n];
  }

  /**
   * A record of {@code n} longs, all zero.
   *
   * @throws IllegalArgumentException when {@code n} is less than 1
   */
  public static SeqLock ofLongs(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("SeqLock: " + n + " longs; a record has 1 or more");
    }
    return new SeqLock(n);
  }

  /** How many longs the record has. */
  public int length() {
    return words.length;
  }

  // Reading

  /** A copy of the record. */
  public long[] read() {
    long[] into = new long[words.length];
    read(into);
    return into;
  }

  /**
   * Copies the record.
   *
   * @throws IllegalArgumentException when the array has another length than the record
   */
  public void read(long[] into) {
    checkLength(into.length);
    for (Backoff backoff = null; !copyTo(into); ) {
      backoff = waitALittle(backoff);
    }
  }

  /**
   * Copies the record if no writer comes between.
   *
   * @return whether that was so; if not, the content of the array is of no use
   * @throws IllegalArgumentException when the array has another length than the record
   */
  public boolean tryRead(long[] into) {
    checkLength(into.length);
    return copyTo(into);
  }

  private boolean copyTo(long[] into) {
    long[] from = words;
    long version = beginRead();
    for (int i = 0; i < into.length; i++) {
      // Ordering: Plain. Between beginRead() and endRead(), which give it its order. Evidence:
      // SeqLockTornRead.
      into[i] = (long) WORDS.get(from, i);
    }
    return endRead(version);
  }

  /** What {@code reader} makes of the record; see the class for what it must not do. */
  public long readLong(ToLongFunction<? super Words> reader) {
    Objects.requireNonNull(reader, "reader");
    Words view = new Words(this, words);
    for (Backoff backoff = null; ; backoff = waitALittle(backoff)) {
      long version = beginRead();
      try {
        long made = reader.applyAsLong(view);
        if (endRead(version)) {
          return made;
        }
      } catch (Throwable e) { // checked ones too: other languages throw them undeclared
        if (endRead(version)) {
          throw e; // it saw a whole record
        }
      }
    }
  }

  /** What {@code reader} makes of the record; see the class for what it must not do. */
  public <R extends @Nullable Object> R read(Function<? super Words, ? extends R> reader) {
    Objects.requireNonNull(reader, "reader");
    Keeping<R> keeping = new Keeping<>(reader);
    readLong(keeping);
    return keeping.made();
  }

  /** Reads an object as {@link #readLong} reads a number, and keeps it from the last run. */
  private static final class Keeping<R extends @Nullable Object> implements ToLongFunction<Words> {
    private final Function<? super Words, ? extends R> reader;
    private @Nullable R made;

    Keeping(Function<? super Words, ? extends R> reader) {
      this.reader = reader;
    }

    @Override
    public long applyAsLong(Words view) {
      made = reader.apply(view);
      return 0;
    }

    @SuppressWarnings("NullAway") // asked for after a run, and null then only when R allows it
    R made() {
      return made;
    }
  }

  /**
   * As in the read-write lock: who has just written is left alone with the record for a moment. A mixed
   * call of two threads on two processors where a pause takes 29 ns, one of twenty writing, takes 7.7 ns
   * with a first look after 1 pause, and 3.4 after 32; later ones are no better.
   */
  private static final int FIRST_PAUSE = 32;

  private static final int LONGEST_PAUSE = 128;

  private static Backoff waitALittle(@Nullable Backoff soFar) {
    Backoff backoff = soFar == null ? Backoff.exponential(FIRST_PAUSE, LONGEST_PAUSE) : soFar;
    SpinningLock.waitALittle(backoff);
    return backoff;
  }

  // Writing

  /**
   * Replaces the record.
   *
   * @throws IllegalArgumentException when there are more or fewer values than the record has
   */
  public void write(long... values) {
    checkLength(values.length);
    lock();
    publish(values);
  }

  /**
   * Changes the record: {@code change} gets a draft of it, and when it returns that is published. Other
   * writers wait meanwhile, readers do not.
   */
  public void update(Consumer<? super Words> change) {
    Objects.requireNonNull(change, "change");
    lock();
    System.arraycopy(words, 0, draft, 0, draft.length);
    Words view = new Words(this, draft);
    boolean published = false;
    try {
      change.accept(view);
      view.close();
      publish(draft);
      published = true;
    } finally {
      if (!published) {
        view.close();
        unlockUnchanged();
      }
    }
  }

  private void lock() {
    Thread me = Thread.currentThread();
    for (Backoff backoff = null; ; backoff = waitALittle(backoff)) {
      long s = sequence;
      if ((s & LOCKED) == 0) {
        if (SEQUENCE.compareAndSet(this, s, s | LOCKED)) {
          writer = me;
          return;
        }
      } else if (writer == me) { // only this thread itself writes its name there
        throw new IllegalStateException(
            "a write within an update of " + this + "; change the draft instead");
      }
    }
  }

  private void publish(long[] values) {
    writer = null;
    // Ordering: Plain. Only the holder of LOCKED writes it, and has read it in its compare-and-set.
    long s = (long) SEQUENCE.get(this);
    // Ordering: Opaque. The fence below orders it before the words.
    SEQUENCE.setOpaque(this, s | DIRTY);
    // Ordering: Release. Pairs with the acquire fence in endRead(), over each word; DIRTY, to a
    // reader that has seen one of the words below. Evidence: SeqLockTornRead.
    VarHandle.releaseFence();
    long[] to = words;
    for (int i = 0; i < values.length; i++) {
      // Ordering: Opaque. Between the fence above and the release below. Evidence: SeqLockTornRead.
      WORDS.setOpaque(to, i, values[i]);
    }
    // Ordering: Release. Pairs with beginRead(); publishes the words. And with the compare-and-set
    // of the next writer. Evidence: SeqLockTornRead.
    SEQUENCE.setRelease(this, (s & ~LOCKED) + VERSION);
  }

  private void unlockUnchanged() {
    writer = null;
    // Ordering: Plain. As in publish().
    long s = (long) SEQUENCE.get(this);
    // Ordering: Release. Pairs with the compare-and-set of the next writer; the draft is its own.
    SEQUENCE.setRelease(this, s & ~LOCKED);
  }

  /** The version of the record; with D on, of the record before, which is not there any more. */
  private long beginRead() {
    // Ordering: Acquire. Pairs with the release in publish(); the words of this version. Evidence:
    // SeqLockTornRead.
    return (long) SEQUENCE.getAcquire(this) & -VERSION;
  }

  /** Whether nothing was stored into the record since, and nothing was being stored then. */
  private boolean endRead(long version) {
    // Ordering: Acquire. Pairs with the release fence in publish(), over each word that was read;
    // keeps the loads of the words before the load below. Evidence: SeqLockTornRead.
    VarHandle.acquireFence();
    // Ordering: Opaque. Behind the fence above.
    long s = (long) SEQUENCE.getOpaque(this);
    return (s & ~LOCKED) == version;
  }

  private void checkLength(int length) {
    if (length != words.length) {
      throw new IllegalArgumentException(
          "SeqLock: " + length + " longs for a record of " + words.length + "; give as many");
    }
  }

  /** How often the record was written; for monitoring. */
  public long writes() {
    return sequence >>> 2;
  }

  @Override
  public String toString() {
    return "SeqLock@"
        + Integer.toHexString(System.identityHashCode(this))
        + "["
        + words.length
        + " longs, writes="
        + writes()
        + ((sequence & LOCKED) != 0 ? ", writing" : "")
        + "]";
  }

  /**
   * The words of a record, while a function reads or changes them. Of no use after that: what it reads then
   * may be torn.
   */
  public static final class Words {
    private final SeqLock record;

    /** Those of the record, or of its draft. */
    private final long[] words;

    private boolean closed;

    Words(SeqLock record, long[] words) {
      this.record = record;
      this.words = words;
    }

    /** How many there are. */
    public int length() {
      return words.length;
    }

    /**
     * One word.
     *
     * @throws IndexOutOfBoundsException when the record has no such word
     */
    public long get(int i) {
      checkOpen();
      // Ordering: Plain. A draft belongs to its writer; a word of the record is read between
      // beginRead() and endRead(), which give it its order. Evidence: SeqLockTornRead.
      return (long) WORDS.get(words, i);
    }

    /**
     * Changes one word of the draft.
     *
     * @throws IllegalStateException when this is not the draft of an update that runs
     */
    public void set(int i, long value) {
      if (words == record.words) {
        throw new IllegalStateException("a reader cannot write; call update of " + record);
      }
      checkOpen();
      words[i] = value;
    }

    private void checkOpen() {
      if (closed) { // never that of a reader
        throw new IllegalStateException("the update of " + record + " is over");
      }
    }

    void close() {
      closed = true;
    }
  }

  // VarHandle mechanics
  private static final VarHandle SEQUENCE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "sequence", VarHandle.class, SeqLock.class, long.class);
  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
}
