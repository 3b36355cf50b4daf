package dev.interlock.atomic;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.pause.Pause;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A counter that also knows the highest value it ever had and how often it was changed, and that can be
 * shut down; {@link #snapshot} gives all of it as of one moment. When only the value matters, {@link
 * LockFreeCounter} is faster.
 *
 * <p><b>Progress.</b> Changes and {@link #shutdown} are lock-free: a change is tried again only when
 * another came in between. Whatever only reads, {@link #snapshot} included, is wait-free.
 *
 * <p><b>Memory effects.</b> Actions before a change, or before {@link #shutdown}, happen-before actions
 * after a call that sees it. A refused change has the effects of a read.
 *
 * <p><b>Ordering and fairness.</b> Linearizable, {@link #snapshot} too: its figures belong together. Three
 * separate calls of {@link #current}, {@link #highest} and {@link #operations} do not: between them the
 * counter goes on.
 *
 * <p><b>Blocking and errors.</b> Never waits. After {@link #shutdown} every change returns false and
 * changes nothing; the figures stay readable. A change that would take the value out of the range of
 * {@code long} is an {@link ArithmeticException} and changes nothing: a highest value that wrapped around
 * would be a lie. The number of operations has 64 bits, which nobody lives to use up.
 *
 * <p><b>Cost.</b> Two reads and one compare-and-set for a change. Every two million changes or so, and
 * at a change by more than half a million, two more and an allocation.
 *
 * <p><b>Footprint.</b> 64 bytes with compressed class pointers, not padded. A change allocates nothing,
 * apart from 48 bytes at each of those times; a snapshot is one object.
 *
 * <p><b>Source.</b> Own work. That a full chunk is sealed and its successor put in by whoever comes is
 * the manner of segment queues.
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class StatisticsCounter {
  /*
   * All figures must change in one compare-and-set, and they do not fit into one word. So they are kept as
   * full figures that do not change, and one word of what happened since:
   *
   *   counter                 Epoch                                     (immutable but for its word)
   *   [ epoch ] ----------->  [ current | highest | operations ]        as the epoch began
   *                           [ word ]                                  what happened since
   *
   *   word:  [ C closed | S sealed | 22 bits: operations | 20 bits: peak | 20 bits: current, signed ]
   *
   *   value       = epoch.current + word.current
   *   highest     = max(epoch.highest, epoch.current + word.peak)
   *   operations  = epoch.operations + word.operations
   *
   *   C S   meaning              change                                      shutdown
   *   - -   -------              ------                                      --------
   *   0 0   counting             fits: CAS to the next word                  CAS: set C
   *                              else: CAS: set S, then as below
   *   0 1   its word never       new Epoch of the full figures with the      new Epoch of the full
   *         changes again        change in it; CAS counter.epoch to it       figures; CAS; again
   *   1 0   closed for good      false                                       false
   *
   * Invariants. A word with C or S does not change. An epoch is replaced only when its word has S, by an
   * epoch that begins where it ended, or one change later. An epoch with C is never replaced. peak >= 0,
   * and peak >= current.
   *
   * Linearization. A change: the successful CAS of the word, or of counter.epoch. A read: it reads the
   * epoch e and then its word w. Without S, the state was (e, w) when w was read: e is replaced only after
   * it was sealed. With S, e was the epoch when it was read and (e, w) is the state from the sealing until
   * e is replaced; so either e was sealed already when it was read, and that moment serves, or it was
   * sealed between the two reads, and the moment of sealing serves. Either way one pair of reads is
   * enough, and reading is wait-free.
   *
   * Rejected. A new immutable record for each change: simpler, but 40 bytes an operation, and slower (the
   * subject `statisticsByRecord` of CounterBenchmark).
   * A sequence lock: a writer that stops stops all. Fetch-and-add on the packed word: a change after the
   * closing would have to be taken back, and a reader would see it.
   */
  private static final int CURRENT_BITS = 20;
  private static final int PEAK_BITS = 20;
  private static final int OPERATION_BITS = 22;

  private static final long CLOSED = 1L << 63;
  private static final long SEALED = 1L << 62;
  private static final int PEAK_SHIFT = CURRENT_BITS;
  private static final int OPERATION_SHIFT = CURRENT_BITS + PEAK_BITS;
  private static final long CURRENT_MASK = (1L << CURRENT_BITS) - 1;
  private static final long PEAK_MASK = (1L << PEAK_BITS) - 1;
  private static final long OPERATION_MASK = (1L << OPERATION_BITS) - 1;

  /** What the word can hold of the value, to either side. */
  private static final long REACH = 1L << (CURRENT_BITS - 1);

  /**
   * So many pauses after the first lost race, somewhat less than a microsecond: about the time of some dozens
   * of changes by one thread. While the loser is away the winner keeps the cache line, which is what makes
   * changes cheap. Two threads, each on its processor: 16 M/s without a pause, 36 with 16, 60 with 64, 71 with
   * 128; a ReentrantLock makes 45.
   */
  private static final int SHORTEST = 64;

  private static final int LONGEST = 8 * SHORTEST;

  static {
    Pause.prepare();
  }

  private volatile Epoch epoch;

  /** Starts at zero, which is also the highest value so far. */
  public StatisticsCounter() {
    this(0);
  }

  /** Starts at {@code initial}, which is also the highest value so far. */
  public StatisticsCounter(long initial) {
    epoch = new Epoch(initial, initial, 0);
  }

  /**
   * Adds one.
   *
   * @return false when it was shut down, and nothing was changed
   * @throws ArithmeticException when the value is {@link Long#MAX_VALUE}
   */
  public boolean increment() {
    return add(1);
  }

  /**
   * Subtracts one.
   *
   * @return false when it was shut down, and nothing was changed
   * @throws ArithmeticException when the value is {@link Long#MIN_VALUE}
   */
  public boolean decrement() {
    return add(-1);
  }

  /**
   * Adds {@code delta}, which may be negative or zero; one operation.
   *
   * @return false when it was shut down, and nothing was changed
   * @throws ArithmeticException when the value would leave the range of {@code long}; nothing is changed
   */
  public boolean add(long delta) {
    for (int pauses = SHORTEST; ; ) {
      Epoch e = epoch;
      long w = e.word;
      if (w < 0) {
        return false;
      }
      checkRange(e, w, delta);
      if ((w & SEALED) == 0) {
        long next = next(w, delta);
        if (next < 0) {
          if (!e.casWord(w, w | SEALED)) {
            continue;
          }
        } else if (e.casWord(w, next)) {
          return true;
        } else {
          Pause.times(pauses); // not an object: a change allocates nothing, lost races included
          pauses = Math.min(2 * pauses, LONGEST);
          continue;
        }
      }
      long value = e.current + current(w) + delta;
      Epoch successor =
          new Epoch(value, Math.max(highest(e, w), value), e.operations + operations(w) + 1);
      if (casEpoch(e, successor)) {
        return true;
      }
    }
  }

  /**
   * Ends the counting: later changes are refused. Not to be undone.
   *
   * @return whether this call ended it; false when it had ended before
   */
  public boolean shutdown() {
    for (; ; ) {
      Epoch e = epoch;
      long w = e.word;
      if (w < 0) {
        return false;
      }
      if ((w & SEALED) != 0) {
        casEpoch(e, new Epoch(e.current + current(w), highest(e, w), e.operations + operations(w)));
      } else if (e.casWord(w, w | CLOSED)) {
        return true;
      }
    }
  }

  /** All figures as of one moment. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public Snapshot snapshot() {
    Epoch e = epoch;
    long w = e.word;
    return new Snapshot(
        e.current + current(w), highest(e, w), e.operations + operations(w), w >= 0);
  }

  /** The value. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long current() {
    Epoch e = epoch;
    return e.current + current(e.word);
  }

  /** The highest value that it ever had, the initial one included. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long highest() {
    Epoch e = epoch;
    return highest(e, e.word);
  }

  /** How many changes there were. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long operations() {
    Epoch e = epoch;
    return e.operations + operations(e.word);
  }

  /** Whether it counts, that is, was not shut down. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public boolean isActive() {
    return epoch.word >= 0;
  }

  @Override
  @ProgressGuarantee(Progress.WAIT_FREE)
  public String toString() {
    Snapshot s = snapshot();
    return "StatisticsCounter["
        + s.current
        + ", highest="
        + s.highest
        + ", operations="
        + s.operations
        + (s.active ? "]" : ", shut down]");
  }

  /**
   * What the counter was at one moment.
   *
   * @param current the value
   * @param highest the highest value until then
   * @param operations the number of changes until then
   * @param active false when it was shut down
   */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public record Snapshot(long current, long highest, long operations, boolean active) {}

  /** The word after a change, or a negative number when it does not fit into one. */
  private static long next(long w, long delta) {
    if (delta < -REACH || delta >= REACH) {
      return -1;
    }
    long current = current(w) + delta;
    long operations = operations(w) + 1;
    if (current < -REACH || current >= REACH || operations > OPERATION_MASK) {
      return -1;
    }
    long peak = Math.max((w >>> PEAK_SHIFT) & PEAK_MASK, current);
    return operations << OPERATION_SHIFT | peak << PEAK_SHIFT | (current & CURRENT_MASK);
  }

  private static long current(long w) {
    return w << (Long.SIZE - CURRENT_BITS) >> (Long.SIZE - CURRENT_BITS);
  }

  private static long operations(long w) {
    return (w >>> OPERATION_SHIFT) & OPERATION_MASK;
  }

  private static long highest(Epoch e, long w) {
    return Math.max(e.highest, e.current + ((w >>> PEAK_SHIFT) & PEAK_MASK));
  }

  private static void checkRange(Epoch e, long w, long delta) {
    long value = e.current + current(w);
    long sum = value + delta;
    if (((value ^ sum) & (delta ^ sum)) < 0) {
      throw new ArithmeticException(
          "StatisticsCounter is " + value + "; adding " + delta + " would leave the range of long");
    }
  }

  private boolean casEpoch(Epoch expected, Epoch successor) {
    return EPOCH.compareAndSet(this, expected, successor);
  }

  /** The full figures at its beginning, and the word of what happened since. */
  private static final class Epoch {
    final long current;
    final long highest;
    final long operations;
    volatile long word;

    Epoch(long current, long highest, long operations) {
      this.current = current;
      this.highest = highest;
      this.operations = operations;
    }

    boolean casWord(long expected, long next) {
      return WORD.compareAndSet(this, expected, next);
    }
  }

  // VarHandle mechanics
  private static final VarHandle EPOCH =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "epoch", VarHandle.class, StatisticsCounter.class, Epoch.class);
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "word", VarHandle.class, Epoch.class, long.class);
}
