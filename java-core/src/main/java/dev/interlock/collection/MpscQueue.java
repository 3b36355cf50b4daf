package dev.interlock.collection;

import static dev.interlock.annotation.Progress.BLOCKING;
import static dev.interlock.annotation.Progress.LOCK_FREE;
import static dev.interlock.annotation.Progress.WAIT_FREE;

import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.pause.Pause;
import dev.interlock.internal.pause.StandAside;
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
 * An unbounded queue from any number of threads to one: the mailbox of an actor, the inbox of a worker.
 * Prefer {@link MpmcArrayQueue} when memory has to be bounded, and {@link MpmcUnboundedQueue} as soon as
 * two threads take out: this one does not notice it, except in the {@linkplain #checked checked mode}, and
 * gives elements twice or loses them.
 *
 * <p>Any thread may put in ({@code offer}, {@code add}, {@code fill}), ask for the size, and iterate. One
 * thread at a time is the <i>consumer</i>: {@code poll}, {@code peek}, {@code drain}, {@code clear},
 * everything that removes. The consumer may change from call to call if the calls happen-before each
 * other, as those of an actor do that runs on one worker after another; in the checked mode the one that
 * leaves says so, by {@link #releaseConsumer}.
 *
 * <p><b>Progress.</b> {@code offer} is wait-free: one fetch-and-add gives it a place of its own, one store
 * fills it. {@code isEmpty} is wait-free, {@code size} lock-free. {@code poll} and {@code peek} are
 * wait-free unless a producer was stopped between its two steps at the very place that comes next. Its
 * element is first in line, and elements behind it may have been put in completely, so the queue is not
 * empty ({@code isEmpty} says false), and what is first cannot be told: {@code poll}, {@code peek} and
 * {@code drain} wait, spinning and then yielding. {@link #relaxedPoll}, {@link #relaxedPeek} and {@link
 * #relaxedDrain} return null, or stop, in that case: use them where the consumer has something else to do.
 * A virtual thread is not descheduled between the two steps unless its carrier is. Whoever looks at all
 * elements (an iterator, {@code contains}, {@code forEach}, {@code toArray} and their like) while the consumer
 * removes from the middle waits for that to end.
 *
 * <p><b>Memory effects.</b> Actions before an {@code offer} happen-before actions after the {@code poll}
 * or {@code peek} that returns its element. Failed attempts: none.
 *
 * <p><b>Ordering and fairness.</b> First in, first out, in the order of the fetch-and-adds; so the elements
 * of one producer come out in its order. Linearizable, but for traversal, which is weakly consistent.
 * {@code offer} and {@code isEmpty} are sequentially consistent beside volatile variables: of a consumer
 * that sets a flag "asleep" and then finds the queue empty, and a producer that offers and then looks at
 * the flag, one sees the other.
 *
 * <p><b>Blocking and errors.</b> {@code offer} always succeeds, so long as there is memory. Null is a
 * {@link NullPointerException}. An {@link OutOfMemoryError} in {@code offer} leaves a place that is never
 * filled, at which {@code poll} waits for ever; a queue that may grow so far should have a bound. In the
 * checked mode a call by a second consumer is an {@link IllegalStateException} that changes nothing.
 *
 * <p><b>Cost.</b> One atomic read-modify-write for an {@code offer}, none for a {@code poll}. Where producers
 * offer all the time, an {@code offer} that others overtake returns five to twenty-five microseconds after its
 * element is there: producers that stay out of each other's way for a while are two to three times as fast together.
 * That is learnt, so that those who meet by chance, or seldom come beside one that never rests, hardly ever do.
 * A {@code poll} that finds nothing while producers are busy takes one to two microseconds: it stays away while
 * several elements come together, because looking at once, at the place or at the producers' count, slows them
 * down. It learns whether that pays as well, so that whoever asks an idle queue again and again hardly ever meets
 * it; {@code relaxedPoll} never does. {@code remove(Object)} and {@code contains} are O(n). {@code size} counts
 * offers under way.
 *
 * <p><b>Footprint.</b> About 650 bytes with a first segment of 16 places. Each segment is twice as large
 * as the one before, up to 1024 places, so that an element takes 4 bytes of a segment with compressed
 * references, and a queue that stays small stays small. Segments are not used again: 4.1 bytes of garbage
 * for each element that went through a long queue.
 *
 * <p><b>Source.</b> Places by fetch-and-add in linked arrays are from Ramalhete and Correia, FAAArrayQueue,
 * 2016, with one consumer in place of several and so without its retries; the consumer reads no count
 * unless it finds nothing, as in FastForward (PPoPP 2008).
 *
 * @param <E> what it holds
 */
@ProgressGuarantee(
    value = BLOCKING,
    betterWhile =
        "no producer is stopped between taking its place and filling it: wait-free then. A"
            + " stopped producer delays the consumer that reaches its place, and nobody else")
public sealed class MpscQueue<E> extends MpscLayout.Sides<E> permits CheckedMpscQueue {
  /*
   *    headSegment                          tailSegment
   *        v                                     v
   *   [ . . c d e f g h ] ----------------> [ i ? k . . . . . . . . . . . . . ] --> null
   *         ^                                     ^
   *        head                                 tail
   *
   *   . is null. The producer of ? has its place (fetch-and-add of tail) and has not filled it yet.
   *
   * Positions count from 0 and never come back. A segment knows its first position and its size, so each
   * position has one place in one segment. A producer reads tailSegment BEFORE it takes its position: that
   * segment then begins at or before the position, because tailSegment only moves to segments of positions
   * that were taken. From there it walks on, and appends the segments that are missing.
   *
   * The consumer fills places with null again, for the garbage collector, and ties the segment that it
   * leaves to itself. Otherwise a dead segment in the old generation would keep those behind it alive
   * until that generation is collected. A producer that comes to such a segment goes on from headSegment,
   * which the consumer has moved before: it cannot be beyond a position that was not filled.
   *
   * Wait-free: a walk visits the segments between the one read and that of the position. They are
   * as many as other producers have taken positions for in between, and each of those that fill a place
   * of a later segment moves tailSegment for the callers to come.
   *
   * Invariants     head <= tail; headSegment holds head, or ends right before it
   *                headSegment.base <= tailSegment.base is NOT one: tailSegment may lag behind a consumer
   *
   * Linearization  offer: the fetch-and-add.  poll: the load of the element, or, for null, of tail.
   *                isEmpty, size: the load of tail (with the same head before and after)
   *
   * Removal from the middle is the consumer's: elements in front of the removed one move up one place each.
   *
   * Rejected: an exchange of the tail of a linked list (Vyukov), which is as wait-free, and allocates 24
   * bytes for each element. Compare-and-set in place of fetch-and-add (JCTools): retries under contention.
   * Letting the consumer step over a place that is not filled, so that its producer has to take
   * another: then the filling is a compare-and-set too, and offer may starve.
   */

  /** Places of the first segment unless told otherwise, and of the largest. */
  private static final int FIRST = 16;

  private static final int LARGEST = 1024;

  static {
    Pause.prepare();
  }

  private final StandOff fromEmpty = new StandOff();
  private final StandAside aside = new StandAside(64);

  /** A queue whose first segment has 16 places. */
  @ProgressGuarantee(WAIT_FREE)
  public MpscQueue() {
    this(FIRST);
  }

  /**
   * A queue whose first segment has {@code firstSegment} places. Later ones grow up to 1024 places, or
   * stay as they are if the first is larger.
   *
   * @throws IllegalArgumentException when less than 1 or more than 2^29
   */
  @ProgressGuarantee(WAIT_FREE)
  public MpscQueue(int firstSegment) {
    super(new Segment(0, checkSegment(firstSegment)));
  }

  /**
   * A queue that finds out when a second thread consumes, for tests and for the search for a bug: each call
   * that is the consumer's compares the calling thread with the one that came first.
   */
  @ProgressGuarantee(WAIT_FREE)
  public static <E> MpscQueue<E> checked() {
    return new CheckedMpscQueue<>(FIRST);
  }

  /**
   * The next consumer may be another thread. Called by the present one; of effect in the checked mode
   * alone. How the other thread learns of it has to be a hand-over that happens-before its first call.
   */
  @ProgressGuarantee(WAIT_FREE)
  public void releaseConsumer() {}

  private static int checkSegment(int places) {
    if (places < 1 || places > RingLayout.MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "the first segment of MpscQueue has "
              + places
              + " places; it must have between 1 and "
              + RingLayout.MAX_CAPACITY);
    }
    return places;
  }

  /** Places for the elements from position {@code base} on. */
  static final class Segment {
    final long base;
    final @Nullable Object[] places;

    /** The segment itself when the consumer has left it. */
    volatile @Nullable Segment next;

    Segment(long base, int size) {
      this.base = base;
      this.places = new Object[size];
    }

    long end() {
      return base + places.length;
    }

    /** The next one, made if there is none. */
    Segment nextOrAppend() {
      Segment n = next;
      if (n == null) {
        int size = places.length;
        Segment made = new Segment(end(), size < LARGEST ? Math.min(2 * size, LARGEST) : size);
        n = (Segment) NEXT.compareAndExchange(this, (Segment) null, made);
        if (n == null) {
          n = made;
        }
      }
      return n;
    }
  }

  // Producers

  /** Appends {@code e}; true. */
  @Override
  @ProgressGuarantee(WAIT_FREE)
  public boolean offer(E e) {
    Objects.requireNonNull(e, "e");
    Segment s = tailSegment; // before the position: see above
    long t = takeTail(1);
    if (t >= s.end()) {
      s = findFromBehind(s, t);
    }
    setElementRelease(s.places, (int) (t - s.base), e);
    // Overtaken while it filled its place; its element is there before.
    if (Pause.PAYS && tail != t + 1 && aside.stays(t)) {
      aside.stayed(t, tail);
    }
    return true;
  }

  private Segment findFromBehind(Segment s, long position) {
    s = find(s, position);
    Segment last = tailSegment;
    while (last.base < s.base && !casTailSegment(last, s)) {
      last = tailSegment;
    }
    return s;
  }

  private Segment find(Segment s, long position) {
    while (position >= s.end()) {
      Segment n = s.nextOrAppend();
      s = n == s ? headSegment : n;
    }
    return s;
  }

  /** As {@link #offer}: there is no weaker answer to be had for less. */
  @ProgressGuarantee(WAIT_FREE)
  public boolean relaxedOffer(E e) {
    return offer(e);
  }

  /** As {@link #offer}. */
  @Override
  @ProgressGuarantee(WAIT_FREE)
  public boolean add(E e) {
    return offer(e);
  }

  @Override
  @ProgressGuarantee(WAIT_FREE)
  public boolean addAll(Collection<? extends E> c) {
    return super.addAll(c);
  }

  /**
   * Appends elements of {@code from} side by side, in one step: the {@code count} from index {@code
   * offset} on.
   *
   * @throws NullPointerException when one of the {@code count} elements is null; nothing is appended
   */
  @ProgressGuarantee(WAIT_FREE)
  public void offerBatch(E[] from, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, from.length);
    Object[] batch = Arrays.copyOfRange(from, offset, offset + count, Object[].class);
    for (Object e : batch) {
      Objects.requireNonNull(e, "an element of the batch");
    }
    if (count == 0) {
      return;
    }
    Segment s = tailSegment;
    long t = takeTail(count);
    for (Object e : batch) {
      if (t >= s.end()) {
        s = findFromBehind(s, t);
      }
      setElementRelease(s.places, (int) (t - s.base), e);
      t++;
    }
  }

  /**
   * Appends {@code limit} elements that {@code supplier} gives. If it throws, what it gave before is in
   * the queue.
   *
   * @return {@code limit}
   */
  @ProgressGuarantee(WAIT_FREE)
  public int fill(Supplier<? extends E> supplier, int limit) {
    Objects.requireNonNull(supplier, "supplier");
    checkLimit(limit);
    for (int filled = 0; filled < limit; filled++) {
      offer(Objects.requireNonNull(supplier.get(), "the supplier gave null"));
    }
    return limit;
  }

  // Consumer

  /** Takes the first element; null when the queue is empty. Waits for a producer stopped in between. */
  @Override
  public @Nullable E poll() {
    consuming();
    long h = headPlain();
    Segment s = segmentAt(h);
    int i = (int) (h - s.base);
    E e = elementAcquire(s.places, i);
    if (e == null && fromEmpty.stays(h)) {
      e = elementAcquire(s.places, i);
    }
    if (e == null) {
      if (tail == h) {
        return null;
      }
      e = await(s, i);
    }
    setElementRelease(s.places, i, null);
    setHeadRelease(h + 1);
    return e;
  }

  /**
   * As {@link #poll}, but wait-free: also null when the producer of the first element was stopped before
   * it filled its place.
   */
  @ProgressGuarantee(WAIT_FREE)
  public @Nullable E relaxedPoll() {
    consuming();
    long h = headPlain();
    Segment s = segmentAt(h);
    int i = (int) (h - s.base);
    E e = elementAcquire(s.places, i);
    if (e != null) {
      setElementRelease(s.places, i, null);
      setHeadRelease(h + 1);
    }
    return e;
  }

  /** The first element, which stays; null when the queue is empty. Waits as {@link #poll} does. */
  @Override
  public @Nullable E peek() {
    consuming();
    long h = headPlain();
    Segment s = segmentAt(h);
    int i = (int) (h - s.base);
    E e = elementAcquire(s.places, i);
    return e != null || tail == h ? e : await(s, i);
  }

  /** As {@link #peek}, with the weaker null of {@link #relaxedPoll}. */
  @ProgressGuarantee(WAIT_FREE)
  public @Nullable E relaxedPeek() {
    consuming();
    long h = headPlain();
    Segment s = segmentAt(h);
    return elementAcquire(s.places, (int) (h - s.base));
  }

  /** The segment of position {@code h}, which head has reached; moves headSegment there. */
  private Segment segmentAt(long h) {
    Segment s = headSegmentPlain();
    if (h >= s.end()) {
      // Whoever comes first makes it; so the consumer never waits for a segment.
      Segment n = s.nextOrAppend();
      setHeadSegmentRelease(n);
      s.next = s;
      s = n;
    }
    return s;
  }

  /** The element whose producer has its place and has not filled it yet. */
  @SuppressWarnings("ThreadPriorityCheck") // the producer may need this core to go on
  private E await(Segment s, int index) {
    for (int looks = 1; ; looks++) {
      E e = elementAcquire(s.places, index);
      if (e != null) {
        return e;
      }
      if ((looks & YIELD_AFTER) == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  private static final int YIELD_AFTER = 63;

  /**
   * Takes out elements, {@code limit} at most, and gives each to {@code action} when it is out. If that
   * throws, the rest stays. Waits as {@link #poll} does.
   *
   * @return how many were taken; fewer than {@code limit} only when the queue was empty
   */
  public int drain(Consumer<? super E> action, int limit) {
    Objects.requireNonNull(action, "action");
    checkLimit(limit);
    consuming();
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

  /** As {@link #drain(Consumer, int)}, but stops where {@link #relaxedPoll} returns null. */
  @ProgressGuarantee(WAIT_FREE)
  public int relaxedDrain(Consumer<? super E> action, int limit) {
    Objects.requireNonNull(action, "action");
    checkLimit(limit);
    consuming();
    for (int drained = 0; drained < limit; drained++) {
      E e = relaxedPoll();
      if (e == null) {
        return drained;
      }
      action.accept(e);
    }
    return limit;
  }

  @Override
  public void clear() {
    drain(e -> {});
  }

  @Override
  boolean removeMatching(Predicate<? super E> filter, long from, boolean one) {
    long h = headPlain();
    BitSet matching = new BitSet();
    int found = 0;
    Segment s = segmentAt(h);
    // Read once: with producers that never pause, or a filter that offers, there would be no end.
    long t = tail;
    for (long p = h; p < t && !(one && !matching.isEmpty()); p++, found++) {
      if (p >= s.end()) {
        s = s.nextOrAppend();
      }
      int i = (int) (p - s.base);
      E e = elementAcquire(s.places, i);
      if (e == null) {
        e = await(s, i);
      }
      if (p >= from && filter.test(e)) {
        matching.set(found);
      }
    }
    int removed = matching.cardinality();
    if (removed == 0) {
      return false;
    }
    if (h != headPlain()) {
      throw new IllegalStateException("the filter has taken elements out of the queue it filters");
    }
    setRemovals(removals + 1);
    moveUp(h, found, matching);
    for (int k = 0; k < removed; k++) {
      poll();
    }
    setRemovals(removals + 1); // not before: until then the first elements are there twice
    return true;
  }

  /** Moves those that do not match to the back of the {@code found} places from {@code h} on. */
  private void moveUp(long h, int found, BitSet matching) {
    @Nullable Object[] kept = new Object[found - matching.cardinality()];
    int n = 0;
    Segment s = headSegmentPlain();
    for (int k = 0; k < found; k++) {
      s = find(s, h + k);
      if (!matching.get(k)) {
        kept[n++] = elementAcquire(s.places, (int) (h + k - s.base));
      }
    }
    s = headSegmentPlain();
    for (int k = 0; k < n; k++) {
      long p = h + found - n + k;
      s = find(s, p);
      setElementRelease(s.places, (int) (p - s.base), kept[k]);
    }
  }

  // Any thread

  /** How many elements there are; exact at some moment of the call. Offers under way count. */
  @Override
  @ProgressGuarantee(LOCK_FREE)
  public int size() {
    long h = head;
    for (; ; ) {
      long t = tail;
      long now = head;
      if (now == h) {
        return (int) Math.min(t - h, Integer.MAX_VALUE);
      }
      h = now;
    }
  }

  /** Whether there is no element, nor one on the way. */
  @Override
  @ProgressGuarantee(WAIT_FREE)
  public boolean isEmpty() {
    long h = head;
    return h == tail;
  }

  @Override
  long plus(long position, int count) {
    return position + count;
  }

  @Override
  Snapshot snapshot() {
    for (; ; ) {
      int before = removals;
      if ((before & 1) != 0) {
        Thread.onSpinWait();
        continue;
      }
      Segment s = headSegment;
      long h = Math.max(head, s.base);
      long t = tail;
      @Nullable Object[] seen = new Object[(int) Math.max(0, Math.min(t - h, MAX_ARRAY))];
      for (int k = 0; k < seen.length; k++) {
        long p = h + k;
        while (s != null && p >= s.end()) {
          Segment n = s.next;
          s = n == s ? headSegment : n;
        }
        if (s == null) {
          break; // nobody has filled a place there yet
        }
        if (p >= s.base) {
          seen[k] = elementAcquire(s.places, (int) (p - s.base));
        } // else polled, with its segment
      }
      if (removals == before) {
        return new Snapshot(h, seen);
      }
    }
  }

  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  @Override
  final String state() {
    return getClass().getSimpleName() + "[size=" + size() + "]";
  }

  // Accessors

  private long takeTail(int count) {
    return (long) TAIL.getAndAdd(this, (long) count);
  }

  private boolean casTailSegment(Segment expected, Segment next) {
    return TAIL_SEGMENT.compareAndSet(this, expected, next);
  }

  private long headPlain() {
    // Ordering: Plain. The consumer is the only writer, and its calls happen-before each other.
    return (long) HEAD.get(this);
  }

  private void setHeadRelease(long position) {
    // Ordering: Release. Pairs with the volatile loads in size(), isEmpty() and snapshot(): whoever
    // sees the head sees the places before it empty. Evidence: MpscQueuePublication.
    HEAD.setRelease(this, position);
  }

  private Segment headSegmentPlain() {
    // Ordering: Plain. As headPlain().
    return (Segment) HEAD_SEGMENT.get(this);
  }

  private void setHeadSegmentRelease(Segment segment) {
    // Ordering: Release. Pairs with the volatile load in find() and snapshot(); the tie of the old
    // segment to itself comes after it. Evidence: MpscQueuePublication.
    HEAD_SEGMENT.setRelease(this, segment);
  }

  private void setRemovals(int count) {
    removals = count; // by the consumer alone
  }

  @SuppressWarnings("unchecked") // nothing else is put in
  private @Nullable E elementAcquire(@Nullable Object[] places, int index) {
    // Ordering: Acquire. Pairs with setElementRelease(): shows what the producer did before.
    // Evidence: MpscQueuePublication.
    return (E) ELEMENT.getAcquire(places, index);
  }

  private static void setElementRelease(@Nullable Object[] places, int index, @Nullable Object e) {
    // Ordering: Release. Pairs with elementAcquire(); publishes the element. Of the consumer's null
    // nobody learns anything but that the element is gone; of an element that was moved, that
    // `removals` has changed. Evidence: MpscQueuePublication, MpscQueueRemoval.
    ELEMENT.setRelease(places, index, e);
  }

  // VarHandle mechanics
  private static final VarHandle TAIL =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "tail", VarHandle.class, MpscLayout.Tail.class, long.class);
  private static final VarHandle TAIL_SEGMENT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "tailSegment",
          VarHandle.class,
          MpscLayout.Tail.class,
          Segment.class);
  private static final VarHandle HEAD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "head", VarHandle.class, MpscLayout.Head.class, long.class);
  private static final VarHandle HEAD_SEGMENT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "headSegment",
          VarHandle.class,
          MpscLayout.Head.class,
          Segment.class);
  private static final VarHandle NEXT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "next", VarHandle.class, Segment.class, Segment.class);
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Object[].class);
}
