package dev.interlock.collection;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The queue by which tasks come to a group of workers: unbounded, any number of threads at both ends,
 * first in, first out, and a worker can take a batch into its {@link WorkStealingDeque}. A worker's own
 * tasks belong into its deque, which is cheaper.
 *
 * <p><b>Progress.</b> Lock-free. A thread that stalls between reserving a slot and filling it delays
 * nobody: who comes to that slot closes it, and the late thread takes another.
 *
 * <p><b>Memory effects.</b> Actions before an element is offered happen-before actions after it is seen or
 * taken. Calls that find nothing: none.
 *
 * <p><b>Ordering and fairness.</b> {@code offer}, {@code poll}, {@code peek}, {@code isEmpty}, {@code
 * contains} and {@code remove} are linearizable, first in, first out. Not one step are: {@link #size},
 * which counts an element that is taken afterwards and one that is offered later, and so may see three
 * where never more than two were; iterators; {@link #clear} and the other bulk removals, which remove
 * element by element; {@link #drain} and {@link #stealBatchInto}, rows of single polls; {@link #fill}, a row of
 * single offers. What a batch puts into a deque comes
 * out of {@code pop} there in the order in which it was offered.
 *
 * <p>Relaxed forms: none. {@code poll} waits for nobody. What it could leave out is to close the slot of a
 * late producer, and a worker that found nothing for that reason would have to look again before it sleeps.
 *
 * <p><b>Blocking and errors.</b> Nothing blocks. {@code null} is a {@link NullPointerException}.
 *
 * <p><b>Cost.</b> {@code offer}: a fetch-and-add and a compare-and-set. {@code poll}: one compare-and-set.
 * {@code size}, {@code contains} and {@code remove} are O(n).
 *
 * <p><b>Footprint.</b> Segments of {@value #DEFAULT_SEGMENT} slots, about 6 bytes an element while they
 * are full; a segment is garbage when its last element is taken. A taken element is not reachable from
 * its slot.
 *
 * <p><b>Source.</b> The slots that consumers close under late producers are those of Morrison and Afek,
 * Fast concurrent queues for x86 processors, PPoPP 2013, in the simpler form of Ramalhete and Correia's
 * <i>FAAArrayQueue</i>. It differs from that in: elements are taken by compare-and-set on the slot
 * instead of an index, so that {@code remove} of an inner element is the same step and linearizable;
 * a consumer gives a late producer a moment before it closes the slot. Batches are crossbeam's.
 *
 * @param <E> the type of the elements
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class Injector<E> extends AbstractQueue<E> implements Queue<E> {
  /*
   *   front                                     back
   *    |                                         |
   *    v                                         v
   *   [GONE GONE x  x  x ] --next--> [x  GONE x  .  null null]
   *              ^ passed                         ^ reserved
   *
   *   slot     meaning                           next states
   *   ----     -------                           -----------
   *   null     free, or reserved and not filled  x (its producer's CAS), GONE (closed by a consumer)
   *   x        an element                        GONE (CAS of whoever takes or removes it)
   *   GONE     taken, removed or closed          none
   *
   * offer   reserved++ gives i; CAS slot i from null to x. Lost: once more. i beyond the segment: append
   *         one that holds x already. Linearization point: the fetch-and-add that gave the slot which
   *         was filled in the end, or the CAS that appends.
   * poll    from passed on: GONE is passed over, null below reserved is waited for a moment and then
   *         closed, x is taken by CAS, which is the linearization point. At the end of what was reserved:
   *         reserved is read again, and if it has not moved everything below it is GONE for good:
   *         nothing was there at that read.
   *
   * First in, first out: slots are filled out of order, but nobody looks behind a slot that is neither
   * filled nor closed. So an element that is seen at i has its place before all that are seen behind i,
   * and a producer whose slot was closed gets a place behind them.
   *
   * Lock-free: a consumer closes a slot only below reserved, and a producer fails only if its slot was
   * closed. When that has happened a segment's length in a row, a producer appends a segment with its
   * element in it, which nobody can take from it but by taking the element.
   *
   * Invariants. A slot goes forward through the table only, so there is no ABA. Every slot before passed
   * is GONE; the segments before front are GONE altogether. passed may be too low, back may be a segment
   * behind; both are hints.
   *
   * Rejected. Taking by fetch-and-add on an index: one step less, but poll would put holes into an empty
   * queue, and remove could not tell an element that is claimed from one that is there. A batch by one
   * CAS on an index: the same. Waiting for a late producer without bound, as crossbeam does: not
   * lock-free.
   */
  private static final int DEFAULT_SEGMENT = 128;

  /** Looks at a reserved slot before it is closed: a producer that is running needs less. */
  private static final int PATIENCE = 4;

  private static final Object GONE = new Object();

  private final int segmentLength;
  private volatile Segment front;
  private volatile Segment back;

  private Injector(int segmentLength) {
    if (segmentLength < 1 || segmentLength > 1 << 20) {
      throw new IllegalArgumentException(
          "the segment length of an Injector is "
              + segmentLength
              + "; it must lie between 1 and "
              + (1 << 20)
              + ", and does not limit how many elements it holds");
    }
    this.segmentLength = segmentLength;
    front = new Segment(0, segmentLength);
    back = front;
  }

  /** An empty injector. */
  public static <E> Injector<E> create() {
    return create(DEFAULT_SEGMENT);
  }

  /**
   * An empty injector that allocates {@code segmentLength} slots at a time.
   *
   * @throws IllegalArgumentException when that is less than 1 or more than 2<sup>20</sup>
   */
  public static <E> Injector<E> create(int segmentLength) {
    return new Injector<>(segmentLength);
  }

  // One element

  /**
   * Adds an element at the end.
   *
   * @return true
   */
  @Override
  public boolean offer(E element) {
    Objects.requireNonNull(element, "element");
    for (; ; ) {
      Segment s = back;
      int i = s.reserved.getAndIncrement();
      if (i < segmentLength) {
        if (s.cas(i, null, element)) {
          return true;
        }
      } else {
        Segment next = s.next;
        if (next == null) {
          next = new Segment(s.id + 1, segmentLength);
          next.startWith(element);
          if (s.casNext(next)) {
            casBack(s, next);
            return true;
          }
          next = s.next;
        }
        casBack(s, Objects.requireNonNull(next));
      }
    }
  }

  /** Takes the oldest element, or gives null when there is none. */
  @Override
  public @Nullable E poll() {
    for (Cursor c = new Cursor(front); c.toElement(true); c.index++) {
      if (c.segment.cas(c.index, c.value, GONE)) {
        c.segment.passed.raise(c.index + 1);
        return element(c.value);
      }
    }
    return null;
  }

  /** The oldest element, which stays, or null when there is none. */
  @Override
  public @Nullable E peek() {
    Cursor c = new Cursor(front);
    return c.toElement(true) ? element(c.value) : null;
  }

  @Override
  public boolean isEmpty() {
    return peek() == null;
  }

  // Batches

  /**
   * Takes elements from the front and gives each to {@code consumer}, until it has given {@code limit} or
   * there is none. One step for each element. If {@code consumer} fails, the element that it was given is
   * gone and no other.
   *
   * @return how many
   * @throws IllegalArgumentException when {@code limit} is negative
   */
  public int drain(Consumer<? super E> consumer, int limit) {
    Batches.check(consumer, "consumer", limit);
    int count = 0;
    for (E x; count < limit && (x = poll()) != null; ) {
      count++;
      consumer.accept(x);
    }
    return count;
  }

  /** As {@link #drain(Consumer, int)}, until there is none. */
  public int drain(Consumer<? super E> consumer) {
    return drain(consumer, Integer.MAX_VALUE);
  }

  /**
   * Asks {@code supplier} for {@code limit} elements and adds each at the end when it has been given; other
   * elements may come between them. If {@code supplier} fails, what it had given before is in the injector.
   *
   * @return {@code limit}
   * @throws IllegalArgumentException when {@code limit} is negative
   */
  public int fill(Supplier<? extends E> supplier, int limit) {
    Batches.check(supplier, "supplier", limit);
    for (int filled = 0; filled < limit; filled++) {
      offer(Objects.requireNonNull(supplier.get(), "the supplier gave null"));
    }
    return limit;
  }

  /** As {@link #stealBatchInto(WorkStealingDeque, int)} with {@link WorkStealingDeque#BATCH_LIMIT}. */
  public int stealBatchInto(WorkStealingDeque<? super E> target) {
    return stealBatchInto(target, WorkStealingDeque.BATCH_LIMIT);
  }

  /**
   * Moves the older half of the elements, but not more than {@code limit}, to a deque that the caller
   * owns. They come out of its {@code pop} in the order in which they were offered here. In the deque
   * they appear in one step; here it is a row of single polls.
   *
   * @return how many were moved; 0 when there was none
   * @throws IllegalArgumentException when {@code limit} is less than 1
   * @throws IllegalStateException in checked mode, when another thread is the owner of the target
   */
  public int stealBatchInto(WorkStealingDeque<? super E> target, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit is " + limit + "; a batch takes one or more");
    }
    target.checkOwner("stealing into");
    return move(target, (int) Math.min(limit, (estimate() + 1) >> 1));
  }

  /**
   * Takes the oldest element for the caller to run, and moves others, so that it is half in all but not
   * more than {@link WorkStealingDeque#BATCH_LIMIT}, as {@link #stealBatchInto} does.
   *
   * @return the oldest element, or null when there is none
   * @throws IllegalStateException in checked mode, when another thread is the owner of the target
   */
  public @Nullable E stealBatchAndTake(WorkStealingDeque<? super E> target) {
    target.checkOwner("stealing into");
    E taken = poll();
    if (taken != null) {
      move(target, (int) Math.min(WorkStealingDeque.BATCH_LIMIT - 1, estimate() >> 1));
    }
    return taken;
  }

  private int move(WorkStealingDeque<? super E> target, int wanted) {
    target.reserve(wanted);
    int moved = 0;
    for (E x; moved < wanted && (x = poll()) != null; moved++) {
      target.stage(moved, x);
    }
    target.publishReversed(moved);
    return moved;
  }

  /** As many as there are, or more. */
  private long estimate() {
    Segment first = front;
    Segment last = back;
    long n = (last.id - first.id) * segmentLength;
    return Math.max(0, n + Math.min(segmentLength, last.reserved.get()) - first.passed.hint());
  }

  // All elements

  /** How many elements were seen on one walk over them. O(n). */
  @Override
  public int size() {
    int n = 0;
    for (Cursor c = new Cursor(front); c.toElement(false); c.index++) {
      if (n < Integer.MAX_VALUE) {
        n++;
      }
    }
    return n;
  }

  @Override
  public boolean contains(@Nullable Object o) {
    for (Cursor c = new Cursor(front); o != null && c.toElement(true); c.index++) {
      if (o.equals(c.value)) {
        return true;
      }
    }
    return false;
  }

  /** Removes the oldest element that equals {@code o}, if there is one. */
  @Override
  public boolean remove(@Nullable Object o) {
    for (Cursor c = new Cursor(front); o != null && c.toElement(true); c.index++) {
      if (o.equals(c.value) && c.segment.cas(c.index, c.value, GONE)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    Objects.requireNonNull(filter, "filter");
    boolean removed = false;
    for (Cursor c = new Cursor(front); c.toElement(false); c.index++) {
      Object x = c.value;
      if (filter.test(element(x)) && c.segment.cas(c.index, x, GONE)) {
        removed = true;
      }
    }
    return removed;
  }

  @Override
  public boolean removeAll(Collection<?> others) {
    Objects.requireNonNull(others, "others");
    return removeIf(others::contains);
  }

  @Override
  public boolean retainAll(Collection<?> others) {
    Objects.requireNonNull(others, "others");
    return removeIf(x -> !others.contains(x));
  }

  @Override
  public void clear() {
    removeIf(x -> true);
  }

  @Override
  public Iterator<E> iterator() {
    return new Elements();
  }

  private final class Elements implements Iterator<E> {
    private final Cursor cursor = new Cursor(front);
    private @Nullable Segment lastSegment;
    private int lastIndex;
    private Object last = GONE;
    private boolean ready;

    @Override
    public boolean hasNext() {
      ready = ready || cursor.toElement(false);
      return ready;
    }

    @Override
    public E next() {
      if (!hasNext()) {
        throw new NoSuchElementException("no more elements in this Injector");
      }
      lastSegment = cursor.segment;
      lastIndex = cursor.index++;
      last = cursor.value;
      ready = false;
      return element(last);
    }

    @Override
    public void remove() {
      if (lastSegment == null) {
        throw new IllegalStateException("nothing to remove; call next first, and remove once");
      }
      lastSegment.cas(lastIndex, last, GONE);
      lastSegment = null;
      last = GONE;
    }
  }

  @SuppressWarnings("unchecked") // only elements are written, and GONE does not get here
  private E element(Object value) {
    return (E) value;
  }

  /** A walk over the slots. */
  private final class Cursor {
    private Segment segment;
    private int index;
    private int end;
    private Object value = GONE;

    Cursor(Segment segment) {
      this.segment = segment;
      index = segment.passed.hint();
      end = index;
    }

    /**
     * Goes on to the first element at or behind {@code index} and puts it into {@code value}; false at the
     * end. When {@code settling}, slots that are reserved and not filled are closed, so that nothing can
     * appear behind the cursor.
     */
    boolean toElement(boolean settling) {
      for (; ; ) {
        for (; index < end; index++) {
          Object x = settling ? segment.settled(index) : segment.get(index);
          if (x != null && x != GONE) {
            value = x;
            return true;
          }
        }
        end = Math.min(segmentLength, segment.reserved.get());
        if (index < end) {
          continue;
        }
        if (end < segmentLength) {
          return false;
        }
        Segment next = segment.next;
        if (next == null) {
          return false;
        }
        if (settling && segment == front && segment.allGone()) {
          casFront(segment, next);
        }
        segment = next;
        index = next.passed.hint();
        end = index;
      }
    }
  }

  /** A row of slots; see the table above. */
  private static final class Segment {
    final long id;
    final @Nullable Object[] slots;
    final InjectorIndex passed = new InjectorIndex(0);
    final InjectorIndex reserved = new InjectorIndex(0);
    volatile @Nullable Segment next;

    Segment(long id, int length) {
      this.id = id;
      slots = new @Nullable Object[length];
    }

    /** Before publication. */
    void startWith(Object element) {
      slots[0] = element;
      reserved.raise(1);
    }

    @Nullable Object get(int i) {
      // Ordering: Acquire. Pairs with the CAS that filled the slot; makes the element visible.
      // Evidence: InjectorPublication.
      return SLOT.getAcquire(slots, i);
    }

    boolean cas(int i, @Nullable Object expected, Object next) {
      return SLOT.compareAndSet(slots, i, expected, next);
    }

    /** What is in a reserved slot for good, or the element that may be taken from it. */
    Object settled(int i) {
      Object x = get(i);
      for (int looks = 1; x == null; looks++) {
        if (looks > PATIENCE && cas(i, null, GONE)) {
          return GONE;
        }
        Thread.onSpinWait();
        x = get(i);
      }
      return x;
    }

    /** Whether every slot is done with. */
    boolean allGone() {
      for (int i = passed.hint(); i < slots.length; i++) {
        if (get(i) != GONE) {
          return false;
        }
        passed.raise(i + 1);
      }
      return true;
    }

    boolean casNext(Segment segment) {
      return NEXT.compareAndSet(this, (Segment) null, segment);
    }

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle NEXT =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "next", VarHandle.class, Segment.class, Segment.class);
  }

  private void casFront(Segment expected, Segment next) {
    FRONT.compareAndSet(this, expected, next);
  }

  private void casBack(Segment expected, Segment next) {
    BACK.compareAndSet(this, expected, next);
  }

  private static final VarHandle FRONT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "front", VarHandle.class, Injector.class, Segment.class);
  private static final VarHandle BACK =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "back", VarHandle.class, Injector.class, Segment.class);
}
