package dev.interlock.collection;

import static dev.interlock.annotation.Progress.BLOCKING;
import static dev.interlock.annotation.Progress.LOCK_FREE;
import static dev.interlock.annotation.Progress.WAIT_FREE;

import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.pause.Pause;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from any number of threads to any number, over a ring that holds exactly its capacity.
 * Prefer {@link SpscRingBuffer} between one thread and one other, which costs a fraction, and {@link
 * MpscQueue} when one thread takes out and nothing shall be refused.
 *
 * <p><b>Progress.</b> There is no lock, and yet {@code offer}, {@code poll} and {@code peek} are not
 * lock-free: a call takes a place by one step and hands it on by another. A thread that is stopped
 * between the two holds up those who need that very place: the consumer who comes to it, or, a lap later,
 * the producer. All others go on. The strict forms wait (spinning, then yielding) for the stopped thread,
 * because anything else that they could answer might be wrong. {@link #relaxedOffer}, {@link
 * #relaxedPoll} and {@link #relaxedPeek} are lock-free: in that case, and in that case alone, they say
 * "full" or "empty" when it is not so. Removal from the middle keeps other consumers out, as a lock would,
 * and whoever looks at all elements: an iterator, {@code contains}, {@code forEach}, {@code toArray} and
 * their like wait for its end.
 *
 * <p><b>Memory effects.</b> Actions before an {@code offer} happen-before actions after the {@code poll}
 * or {@code peek} that returns its element; actions before a {@code poll} happen-before actions after the
 * {@code offer} that takes the place it freed. Failed attempts: none.
 *
 * <p><b>Ordering and fairness.</b> First in, first out, in the order in which the places were taken.
 * All operations but traversal and the relaxed forms are linearizable, so {@code offer} returns false only
 * when there was a moment at which the queue was full, and {@code poll} null only when there was one at
 * which it was empty. Nobody is kept from barging.
 *
 * <p>Traversal ({@code iterator}, {@code contains}, {@code toArray}) is weakly consistent. Counter-example
 * to more: of x, the only element, {@code contains(x)} may say no while another thread offers a second x
 * and polls the first.
 *
 * <p><b>Blocking and errors.</b> Never waits for room or for an element: {@code offer} returns false when
 * full, {@code poll} null when empty. {@code add} to a full queue is an {@link IllegalStateException}, null
 * a {@link NullPointerException}.
 *
 * <p><b>Cost.</b> One compare-and-set for an {@code offer}, one for a {@code poll}, or for a whole batch
 * of them ({@link #pollBatch}, {@link #offerBatch}). {@code remove(Object)} and {@code contains} are O(n).
 * {@code size} is exact at some moment of the call; calls under way count as done. A call that finds the
 * queue full or empty takes about 0.1 us: it looks a few times before it believes it, because asking
 * for the count of the other side slows that side down. Where both sides are busy and one has caught up
 * with the other, it takes one to two microseconds: it stays away while several elements, or places, come
 * together. It learns whether that pays, so that whoever asks an idle queue again and again, or waits for
 * one answer at a time, hardly ever meets it; {@code -Ddev.interlock.spin.max=0} turns it off.
 *
 * <p><b>Footprint.</b> A place is an object: 28 bytes for each element with compressed references, 32 at
 * most if the capacity is no power of two, 20 with compact object headers, and about 900 once; no
 * allocation by any operation but traversal, bulk removal and {@code offerBatch}, which copies its elements
 * before it looks for nulls. Producers and consumers write to cache lines of their own, as far as their counts
 * go.
 *
 * <p><b>Source.</b> Dmitry Vyukov, Bounded MPMC queue, 1024cores.net, 2010; the positions of a lap and an
 * index, for any capacity, are from crossbeam's <i>ArrayQueue</i>. Differs in the stamps, which are half as
 * wide as the positions, in that a failure is only reported when the other end confirms it, and in the
 * removal from the middle.
 *
 * @param <E> what it holds
 */
@ProgressGuarantee(
    value = BLOCKING,
    betterWhile =
        "no thread is stopped between taking a place and handing it on: lock-free then. A"
            + " stopped producer delays the consumers that reach its place, a stopped consumer the"
            + " producers that reach it a lap later")
public final class MpmcArrayQueue<E> extends RingLayout.Ring<E> {
  /*
   * Each place has a stamp that says whose turn it is.
   *
   *   position:  [ lap | index ]    0 <= index < capacity; the index has as many bits as the next
   *                                 power of two needs, at least one
   *
   * So the index is a mask away, whatever the capacity, positions only grow, and a position takes
   * centuries to overflow. When the capacity is a power of two of at least 2, it is a plain count.
   *
   *   stamp           the place                          who may go on
   *   -----           ---------                          -------------
   *   p               is free for position p             the producer that moves tail from p
   *   p               (tail beyond p) is being filled    that producer
   *   p + 1           holds the element of position p    the consumer that moves head from p
   *   p + 1           (head beyond p) is being emptied   that consumer
   *   p + one lap     is free again, a lap later         as in the first row
   *
   *   offer at t:  stamp = t ?      CAS tail t -> next    element = e        stamp = t + 1  (release)
   *   poll  at h:  stamp = h + 1 ?  CAS head h -> next    element = null     stamp = h + lap  (release)
   *
   * Invariants     head <= tail <= head + capacity at every moment: tail leaves t only when the stamp says
   *                that head has left t - capacity, and head leaves h only when it says that tail has
   * Non-invariant  the elements at [head, tail) are all there: see rows 2 and 4
   *
   * Stamps are ints although positions are longs. While tail is t, the stamp at its place is t, or
   * (t - lap) + 1 if that lap's element is still there, and no more than that has to be told apart. A
   * caller whose t is old may be misled by a stamp 2^32 steps further on, but then its compare-and-set of
   * the long tail fails.
   *
   * Linearization  offer: the CAS of tail (true); the load of head that is t - capacity (false), at which
   *                moment tail, at least t and at most head + capacity, is t
   *                poll: the CAS of head (element); the load of tail that is h (null), by the same argument
   *                peek: the second load of head, still h: nobody has taken the element seen before
   *                size: the load of tail between two loads of the same head
   *
   * The strict forms wait in rows 2 and 4, if the queue is not empty or full by its counts. It would be
   * wrong to say "empty" there: the producer that was stopped has no element to show, but another may have
   * completed an offer behind it. The checker shows that history for the relaxed form.
   *
   * Removal from the middle sets head to its complement, which no consumer takes for a position, so that
   * the caller has all published elements to itself; moves those in front of the removed one up; and sets
   * head to the position of the new first one. From there it is like a poll that has moved head: it
   * empties the place and hands it on.
   *
   * Rejected: a fetch-and-add of tail, which cannot be taken back when the queue is full. SCQ
   * (Nikolaev, DISC 2019), which is lock-free and bounded: two index rings, so four read-modify-writes
   * for an offer or a poll, where this has one; slower by more than the peers are. Null and not null in
   * place of stamps: a consumer a lap behind takes the wrong element. Stamps and elements in two arrays:
   * 16 bytes a place, but twice the lines between two threads, and the bounds of both arrays and the class
   * of one at each call.
   */

  static {
    Pause.prepare();
  }

  private final StandOff fromFull = new StandOff();
  private final StandOff fromEmpty = new StandOff();

  /**
   * A queue for {@code capacity} elements.
   *
   * @throws IllegalArgumentException when less than 1 or more than 2^29
   */
  @ProgressGuarantee(WAIT_FREE)
  public MpmcArrayQueue(int capacity) {
    super(capacity, true);
  }

  // Producers

  /** Appends {@code e}; false when the queue is full. */
  @Override
  public boolean offer(E e) {
    Objects.requireNonNull(e, "e");
    // Read before the compare-and-set: behind it the compiler would read all fields anew.
    RingCell[] cells = this.cells;
    int mask = cells.length - 1; // so the compiler sees that the index is within
    int capacity = this.capacity;
    for (int looks = 0; ; ) {
      long t = tail;
      RingCell cell = cells[(int) t & mask];
      if (cell.stampAcquire() == (int) t) {
        if (casTail(t, next(t, mask, capacity))) {
          put(cell, t, e);
          return true;
        }
      } else if (tail == t && !comesToBe(cell, (int) t, fromFull, t)) {
        if (isLapBehind(head, t)) {
          return false;
        }
        pause(looks++); // for the consumer that has taken the element but not handed on the place
      }
    }
  }

  /**
   * As {@link #offer}, but lock-free: also false when the next place is not free yet because a consumer
   * that has taken its element was stopped before handing the place on.
   */
  @ProgressGuarantee(LOCK_FREE)
  public boolean relaxedOffer(E e) {
    Objects.requireNonNull(e, "e");
    long t = tail;
    for (; ; ) {
      RingCell cell = cell(t);
      boolean free = cell.stampAcquire() == (int) t;
      if (free && casTail(t, next(t))) {
        put(cell, t, e);
        return true;
      }
      long now = tail;
      if (!free && now == t) {
        return false;
      }
      t = now;
    }
  }

  /**
   * Appends elements of {@code from} side by side, in one step: those from index {@code offset} on,
   * {@code count} at most. They may be fewer than there is room for, as when a consumer of a place behind
   * the first has not handed it on yet.
   *
   * @return how many; 0 when the queue is full, or {@code count} is
   * @throws NullPointerException when one of the {@code count} elements is null; nothing is appended
   */
  public int offerBatch(E[] from, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, from.length);
    // A copy: the array may change after the look for nulls, and places that are taken must be
    // filled.
    Object[] batch = Arrays.copyOfRange(from, offset, offset + count, Object[].class);
    for (Object e : batch) {
      Objects.requireNonNull(e, "an element of the batch");
    }
    if (count == 0) {
      return 0;
    }
    for (int looks = 0; ; ) {
      long t = tail;
      int free = 0;
      long end = t;
      while (free < Math.min(count, capacity) && cell(end).stampAcquire() == (int) end) {
        free++;
        end = next(end);
      }
      if (free > 0) {
        if (casTail(t, end)) {
          for (int k = 0; k < free; k++, t = next(t)) {
            put(cell(t), t, batch[k]);
          }
          return free;
        }
      } else if (isLapBehind(head, t)) {
        return 0;
      } else if (tail == t) {
        pause(looks++);
      }
    }
  }

  /**
   * As {@link #offer}.
   *
   * @throws IllegalStateException when the queue is full
   */
  @Override
  public boolean add(E e) {
    if (offer(e)) {
      return true;
    }
    throw new IllegalStateException(state() + " is full; use offer(), which tells, or poll first");
  }

  @Override
  public boolean addAll(Collection<? extends E> c) {
    return super.addAll(c);
  }

  /**
   * Appends what {@code supplier} gives, {@code limit} elements at most. It is asked only when there is
   * room. When another producer takes that room while it answers, its element waits for the next: alone
   * among the operations this one may then wait for a consumer.
   *
   * @return how many were appended
   */
  public int fill(Supplier<? extends E> supplier, int limit) {
    Objects.requireNonNull(supplier, "supplier");
    checkLimit(limit);
    int filled = 0;
    for (; filled < limit && size() < capacity; filled++) {
      E e = Objects.requireNonNull(supplier.get(), "the supplier gave null");
      for (int looks = 0; !offer(e); ) {
        pause(looks++);
      }
    }
    return filled;
  }

  /**
   * A look at the other side's count takes its cache line from there, and the next call on that side has
   * to fetch it back. So a caller that is as fast as the other side stays away, or looks a few times at the
   * place, before it asks.
   */
  private static boolean comesToBe(RingCell cell, int stamp, StandOff standOff, long position) {
    if (standOff.stays(position)) {
      return cell.stampAcquire() == stamp;
    }
    for (int looks = 0; looks < LOOKS; looks++) {
      Thread.onSpinWait();
      if (cell.stampAcquire() == stamp) {
        return true;
      }
    }
    return false;
  }

  private static final int LOOKS = 4;

  private static void put(RingCell cell, long position, Object e) {
    cell.element = e;
    cell.setStampRelease((int) position + 1);
  }

  // Consumers

  /** Takes the first element; null when the queue is empty. */
  @Override
  public @Nullable E poll() {
    // As in offer().
    RingCell[] cells = this.cells;
    int mask = cells.length - 1;
    int capacity = this.capacity;
    for (int looks = 0; ; ) {
      long h = head;
      if (h >= 0) {
        RingCell cell = cells[(int) h & mask];
        if (cell.stampAcquire() == (int) h + 1) {
          if (casHead(h, next(h, mask, capacity))) {
            return take(cell, mask, h);
          }
          continue;
        }
        if (head != h || comesToBe(cell, (int) h + 1, fromEmpty, h)) {
          continue;
        }
        if (tail == h) {
          return null;
        }
      }
      pause(looks++); // for a producer that has not published yet, or for a removal
    }
  }

  /**
   * As {@link #poll}, but lock-free: also null when the producer whose turn it is was stopped before it
   * published its element, and while another thread removes from the middle.
   */
  @ProgressGuarantee(LOCK_FREE)
  public @Nullable E relaxedPoll() {
    long h = head;
    while (h >= 0) {
      RingCell cell = cell(h);
      boolean there = cell.stampAcquire() == (int) h + 1;
      if (there && casHead(h, next(h))) {
        return take(cell, h);
      }
      long now = head;
      if (!there && now == h) {
        return null;
      }
      h = now;
    }
    return null;
  }

  /**
   * Takes the first elements out in one step, {@code count} at most, and stores them into {@code into}
   * from index {@code offset} on. They may be fewer than there are, as when a producer behind the first
   * has not published yet.
   *
   * @return how many; 0 when the queue is empty, or {@code count} is
   * @throws ArrayStoreException when an element does not fit into the array; nothing is taken then
   */
  public int pollBatch(@Nullable Object[] into, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, into.length);
    if (count == 0) {
      return 0;
    }
    int written = 0;
    for (int looks = 0; ; ) {
      long h = head;
      if (h >= 0) {
        int n = 0;
        long end = h;
        // The elements are looked at before they are taken: then an array that refuses one loses
        // none.
        while (n < Math.min(count, capacity) && cell(end).stampAcquire() == (int) end + 1) {
          into[offset + n++] = cell(end).elementAcquire();
          end = next(end);
        }
        boolean empty = n == 0 && tail == h;
        if (empty || (n > 0 && casHead(h, end))) {
          for (int k = 0; k < n; k++, h = next(h)) {
            take(cell(h), h);
          }
          if (n < written) {
            Arrays.fill(into, offset + n, offset + written, null); // of attempts that failed
          }
          return n;
        }
        written = Math.max(written, n);
        if (n > 0 || head != h) {
          continue;
        }
      }
      pause(looks++);
    }
  }

  /** The first element, which stays; null when the queue is empty. */
  @Override
  public @Nullable E peek() {
    for (int looks = 0; ; ) {
      long h = head;
      if (h >= 0) {
        RingCell cell = cell(h);
        if (cell.stampAcquire() == (int) h + 1) {
          E e = elementAcquire(cell);
          if (head == h) {
            return e;
          }
          continue;
        }
        if (tail == h) {
          return null;
        }
        if (head != h) {
          continue;
        }
      }
      pause(looks++);
    }
  }

  /** As {@link #peek}, with the weaker null of {@link #relaxedPoll}. */
  @ProgressGuarantee(LOCK_FREE)
  public @Nullable E relaxedPeek() {
    long h = head;
    while (h >= 0) {
      RingCell cell = cell(h);
      boolean there = cell.stampAcquire() == (int) h + 1;
      E e = there ? elementAcquire(cell) : null;
      long now = head;
      if (now == h) {
        return e;
      }
      h = now;
    }
    return null;
  }

  /**
   * Takes out elements one by one, {@code limit} at most, and gives each to {@code action} when it is
   * out. If that throws, the rest stays.
   *
   * @return how many were taken
   */
  public int drain(Consumer<? super E> action, int limit) {
    Objects.requireNonNull(action, "action");
    checkLimit(limit);
    for (int drained = 0; drained < limit; drained++) {
      E e = poll();
      if (e == null) {
        return drained;
      }
      action.accept(e);
    }
    return limit;
  }

  /** As {@link #drain(Consumer, int)}, until the queue is empty. */
  public int drain(Consumer<? super E> action) {
    return drain(action, Integer.MAX_VALUE);
  }

  @Override
  public void clear() {
    drain(e -> {});
  }

  private E take(RingCell cell, long position) {
    return take(cell, cells.length - 1, position);
  }

  @SuppressWarnings({
    "unchecked",
    "NullAway"
  }) // nothing else is put in, and the stamp says it is there
  private E take(RingCell cell, int mask, long position) {
    Object e = cell.element;
    cell.element = null;
    cell.setStampRelease((int) (position + mask + 1));
    return (E) e;
  }

  // Removal from the middle

  /**
   * Takes out the first element that equals {@code o}. Consumers wait meanwhile; {@code equals} must not
   * use this queue.
   */
  @Override
  public boolean remove(@Nullable Object o) {
    return super.remove(o);
  }

  /** Takes out all that match. Consumers wait meanwhile; the filter must not use this queue. */
  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    return super.removeIf(filter);
  }

  @Override
  boolean removeMatching(Predicate<? super E> filter, long from, boolean one) {
    long h = shutConsumersOut();
    int removed = 0;
    try {
      removed = moveMatchingToTheFront(h, filter, from, one);
    } finally {
      head = plus(h, removed);
    }
    for (int k = 0; k < removed; k++, h = next(h)) {
      take(cell(h), h);
    }
    return removed > 0;
  }

  private long shutConsumersOut() {
    for (int looks = 0; ; ) {
      long h = head;
      if (h >= 0 && casHead(h, ~h)) {
        return h;
      }
      pause(looks++);
    }
  }

  /** Returns how many match; the others stand behind them afterwards, in their order. */
  private int moveMatchingToTheFront(long h, Predicate<? super E> filter, long from, boolean one) {
    BitSet matching = new BitSet();
    int found = 0;
    for (long p = h; p != tail && !(one && !matching.isEmpty()); p = next(p), found++) {
      RingCell cell = cell(p);
      for (int looks = 0; cell.stampAcquire() != (int) p + 1; ) {
        pause(looks++); // for its producer
      }
      E e = Objects.requireNonNull(elementAcquire(cell));
      if (p >= from && filter.test(e)) {
        matching.set(found);
      }
    }
    int removed = matching.cardinality();
    if (removed > 0) {
      setRemovals(removals + 1);
      int to = found;
      for (int k = found; --k >= 0; ) {
        if (!matching.get(k) && --to != k) {
          cell(plus(h, to)).setElementRelease(cell(plus(h, k)).elementAcquire());
        }
      }
      setRemovals(removals + 1);
    }
    return removed;
  }

  // Any thread

  /** How many elements there are; exact at some moment of the call. */
  @Override
  @ProgressGuarantee(LOCK_FREE)
  public int size() {
    long h = head;
    for (; ; ) {
      long t = tail;
      long now = head;
      if (now == h) {
        return (int) distance(h < 0 ? ~h : h, t);
      }
      h = now;
    }
  }

  /** Whether there is no element; exact at some moment of the call. */
  @Override
  @ProgressGuarantee(LOCK_FREE)
  public boolean isEmpty() {
    return size() == 0;
  }

  @Override
  Snapshot snapshot() {
    for (int looks = 0; ; ) {
      int before = removals;
      long h = head;
      if ((before & 1) != 0 || h < 0) {
        pause(looks++);
        continue;
      }
      int n = (int) Math.min(distance(h, tail), capacity);
      @Nullable Object[] seen = new Object[n];
      long p = h;
      for (int k = 0; k < n; k++, p = next(p)) {
        RingCell cell = cell(p);
        if (cell.stampAcquire() == (int) p + 1) {
          Object e = cell.elementAcquire();
          long now = head;
          // Taken meanwhile, so what was seen may belong to the next lap.
          seen[k] = (now < 0 ? ~now : now) > p ? null : e;
        }
      }
      if (removals == before) {
        return new Snapshot(h, seen);
      }
    }
  }

  /** Whether head is a whole lap behind {@code tail}. */
  private boolean isLapBehind(long head, long tail) {
    return (head < 0 ? ~head : head) == tail - cells.length;
  }

  /** Another thread has to finish what it began. */
  @SuppressWarnings("ThreadPriorityCheck") // it may need this core to go on
  private static void pause(int looks) {
    if ((looks & YIELD_AFTER) == YIELD_AFTER) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }

  private static final int YIELD_AFTER = 63;

  // Positions

  private int index(long position) {
    return (int) position & (cells.length - 1);
  }

  private RingCell cell(long position) {
    return cells[index(position)];
  }

  private long next(long position) {
    return next(position, cells.length - 1, capacity);
  }

  /** As {@link #next(long)}, for a caller that has read the two fields before. */
  private static long next(long position, int mask, int capacity) {
    long next = position + 1;
    // Past the last index, if the indices do not fill the power of two, begins the next lap.
    return ((int) next & mask) == capacity ? next + (mask + 1 - capacity) : next;
  }

  @Override
  long plus(long position, int count) {
    int index = index(position) + count;
    int laps = index / capacity;
    return (position & -cells.length) + (long) laps * cells.length + index % capacity;
  }

  /** How many positions lie from {@code from} to {@code to}. */
  private long distance(long from, long to) {
    long laps = (to & -cells.length) - (from & -cells.length);
    return laps / cells.length * capacity + index(to) - index(from);
  }

  // Accessors

  private void setRemovals(int count) {
    removals = count; // by whoever has shut the consumers out
  }

  private boolean casTail(long expected, long next) {
    return TAIL.compareAndSet(this, expected, next);
  }

  private boolean casHead(long expected, long next) {
    return HEAD.compareAndSet(this, expected, next);
  }

  @SuppressWarnings("unchecked") // nothing else is put in
  private @Nullable E elementAcquire(RingCell cell) {
    return (E) cell.elementAcquire();
  }

  // VarHandle mechanics
  private static final VarHandle TAIL =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "tail", VarHandle.class, RingLayout.Tail.class, long.class);
  private static final VarHandle HEAD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "head", VarHandle.class, RingLayout.Head.class, long.class);
}
