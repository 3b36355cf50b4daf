package dev.interlock.atomic;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A counter that many threads add to without getting in each other's way: it spreads over cells, and
 * reading it adds them up. For statistics that are written often and read seldom. Prefer {@link
 * LockFreeCounter} when an addition has to return the value, or when there is seldom more than one
 * thread.
 *
 * <p><b>Progress.</b> Wait-free: no call ever retries.
 *
 * <p><b>Memory effects.</b> Actions before an addition happen-before actions after a {@link #sum} or
 * {@link #sumThenReset} that includes it.
 *
 * <p><b>Ordering and fairness.</b> {@link #sum} is weakly consistent, within this bound: <b>it includes
 * every addition that returned before it was called, none that was called after it returned, and of those
 * that overlap with it any subset.</b> So what it misses is at most what was being added meanwhile, and
 * when nobody adds meanwhile it is exact. From that follows:
 *
 * <ul>
 *   <li>If all additions have the same sign, the result lies between the exact counts at its beginning
 *       and at its end.
 *   <li>If all are {@link #increment}, the exact count passed through the result in between: then {@code
 *       increment} and {@code sum} are linearizable.
 *   <li>If they have both signs, the result may be a count that there never was. A counter is at 0; a
 *       thread adds 1 where {@code sum} has looked already, and takes it away again where it has not
 *       looked yet: -1.
 * </ul>
 *
 * {@link #sumThenReset} takes each cell's count exactly once: the results of all of them, and a last
 * {@code sum}, add up to all additions, nothing twice and nothing lost. It is not one step: a {@code sum}
 * meanwhile may show a part of the cells taken.
 *
 * <p><b>Blocking and errors.</b> Never waits and never fails, but for want of memory when the cells are
 * made, which then changes nothing. Past the largest {@code long} it goes on with the smallest.
 *
 * <p><b>Cost.</b> One atomic read-modify-write for an addition, on a cache line that other threads seldom
 * touch. {@link #sum} reads all cells: eight for two processors, four for each in general, at most {@value
 * #MAX_CELLS}.
 *
 * <p><b>Footprint.</b> 32 bytes until two threads meet; then 128 bytes more for each cell and 272 for the
 * rest. Nothing for a call.
 *
 * <p><b>Source.</b> Lea's {@link java.util.concurrent.atomic.LongAdder}. Differs from it in: a thread is
 * sent to a cell by its number and a multiplier of this instance, not by a field of the thread; additions
 * to a cell are fetch-and-add and not compare-and-set, so they never retry, and that a cell is shared is
 * seen by the number of the thread which used it last; all cells are made at once, in one array.
 */
@ProgressGuarantee(
    value = Progress.WAIT_FREE,
    unless = "the processor has no fetch-and-add: lock-free there")
public final class ShardedCounter {
  /*
   *   base    until two threads meet there, all additions, by compare-and-set: its failure is the sign
   *   cells   null until then; never null again, never replaced
   *
   *   cells:  | header | 128 bytes | count owner moves ..... | count owner moves ..... | ... | 128 bytes |
   *                                 `------ 128 bytes ------'
   *
   *   count   what was added here; fetch-and-add, volatile
   *   owner   the number of the thread that was here last     \  plain, racy, on the line that the
   *   moves   how often that changed                          /  thread owns anyway; hints
   *
   * Which cell: the high bits of thread number times multiplier. The first multiplier is the golden ratio,
   * which puts consecutive numbers, such as those of a pool, as far from each other as can be. Where two
   * busy threads share a cell all the same, `owner` changes all the time; at 64 moves in one cell the
   * instance takes another multiplier, at 128 again, and so on. The doubling all but ends the search when it
   * is in vain because there are more threads than cells, or because each thread is a new one (virtual
   * threads): a million moves in each of eight cells are a hundred multipliers.
   *
   * Invariant: base and the counts add up to all additions less what sumThenReset took. An addition is
   * linearized at its one successful read-modify-write. Where it goes matters to speed alone, so nothing
   * that is racy here can make a sum wrong.
   *
   * Rejected. A thread-local probe: cannot be reset by a checker, costs memory for each virtual thread.
   * The stack address or the processor's number: not to be had in Java. Growing cell by cell as LongAdder
   * does: saves memory for counters with few threads, at the price of a lock in the slow path. A multiplier
   * that is added or exclusive-or'ed: two threads that collide go on colliding.
   */
  private static final int CELL = 16;

  /** More cells than this are never made. */
  static final int MAX_CELLS = 256;

  private static final int CELLS_LOG2 = cellsLog2(Runtime.getRuntime().availableProcessors());

  /** So many moves in one cell are borne before another multiplier is tried; then twice as many. */
  private static final int PATIENCE = 64;

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private volatile long base;
  private volatile long @Nullable [] cells;

  @SuppressWarnings("unused") // through MULTIPLIER
  private volatile long multiplier = GOLDEN;

  /** Starts at zero. */
  public ShardedCounter() {}

  /** Adds one. */
  public void increment() {
    add(1);
  }

  /** Subtracts one. */
  public void decrement() {
    add(-1);
  }

  /** Adds {@code delta}, which may be negative. */
  public void add(long delta) {
    long[] c = cells;
    if (c == null) {
      long b = base;
      if (BASE.compareAndSet(this, b, b + delta)) {
        return;
      }
      c = makeCells();
    }
    long thread = Thread.currentThread().getId();
    int cell = cellOf(thread, multiplierOpaque());
    COUNT.getAndAdd(c, cell, delta);
    if (ownerPlain(c, cell) != thread) {
      moved(c, cell, thread);
    }
  }

  /** The sum; see the class for what it can miss. */
  public long sum() {
    long sum = base;
    long[] c = cells;
    if (c != null) {
      for (int cell = CELL; cell < c.length - CELL; cell += CELL) {
        sum += (long) COUNT.getVolatile(c, cell);
      }
    }
    return sum;
  }

  /** The sum, which is taken out: each addition is in one result only; see the class. */
  public long sumThenReset() {
    long sum = (long) BASE.getAndSet(this, 0L);
    long[] c = cells;
    if (c != null) {
      for (int cell = CELL; cell < c.length - CELL; cell += CELL) {
        sum += (long) COUNT.getAndSet(c, cell, 0L);
      }
    }
    return sum;
  }

  /** The {@link #sum}. */
  @Override
  public String toString() {
    return "ShardedCounter[" + sum() + (cells == null ? "]" : ", " + (1 << CELLS_LOG2) + " cells]");
  }

  /** Where in the array the thread's cell begins. */
  private static int cellOf(long thread, long multiplier) {
    return (int) ((thread * multiplier) >>> (Long.SIZE - CELLS_LOG2)) * CELL + CELL;
  }

  private long[] makeCells() {
    long[] made = new long[((1 << CELLS_LOG2) + 2) * CELL];
    long[] there = (long[]) CELLS.compareAndExchange(this, null, made);
    return there == null ? made : there;
  }

  /** Another thread was in this cell last: notes that, and looks for a better spread if it was often. */
  private void moved(long[] c, int cell, long thread) {
    setOwnerPlain(c, cell, thread);
    long moves = countMovePlain(c, cell);
    if (moves >= PATIENCE && (moves & (moves - 1)) == 0) {
      long m = multiplierOpaque();
      MULTIPLIER.compareAndSet(this, m, nextMultiplier(m));
    }
  }

  /** Another odd number, without visible relation to the last. */
  private static long nextMultiplier(long m) {
    long z = (m ^ (m >>> 29)) * 0xBF58476D1CE4E5B9L;
    return (z ^ (z >>> 32)) | 1;
  }

  static int cellsLog2(int processors) {
    int cells = Math.min(MAX_CELLS, Math.max(2, processors) * 4);
    return Integer.SIZE - Integer.numberOfLeadingZeros(cells - 1);
  }

  private static long ownerPlain(long[] c, int cell) {
    // Ordering: Plain. Only a hint; who was here before the last one, or half of two numbers, is
    // a move too many or too few, and where an addition goes no sum depends on.
    return c[cell + 1];
  }

  private static void setOwnerPlain(long[] c, int cell, long thread) {
    // Ordering: Plain. As in ownerPlain(): only a hint.
    c[cell + 1] = thread;
  }

  private static long countMovePlain(long[] c, int cell) {
    // Ordering: Plain. Two that count at the same time may count once: another multiplier is tried
    // later.
    return ++c[cell + 2];
  }

  private long multiplierOpaque() {
    // Ordering: Opaque. Only a hint; an old multiplier sends an addition to another cell of the
    // sum.
    return (long) MULTIPLIER.getOpaque(this);
  }

  // VarHandle mechanics
  private static final VarHandle BASE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "base", VarHandle.class, ShardedCounter.class, long.class);
  private static final VarHandle CELLS =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "cells", VarHandle.class, ShardedCounter.class, long[].class);
  private static final VarHandle MULTIPLIER =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "multiplier", VarHandle.class, ShardedCounter.class, long.class);
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
}
