package dev.interlock.collection;

import static dev.interlock.annotation.Progress.LOCK_FREE;
import static dev.interlock.annotation.Progress.WAIT_FREE;

import dev.interlock.annotation.ProgressGuarantee;
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
 * A bounded queue from one thread to one other, over a ring that holds exactly its capacity. Prefer
 * {@link MpmcArrayQueue} as soon as two threads put in or two take out: this one does not notice it,
 * except in the {@linkplain #checked checked mode}, and loses elements.
 *
 * <p>One thread at a time may be the <i>producer</i> ({@code offer}, {@code add}, {@code fill}, {@code
 * offerBatch}), one the <i>consumer</i> ({@code poll}, {@code peek}, {@code drain}, {@code pollBatch}, {@code
 * clear}, everything that removes).
 * Any thread may ask for the size, and iterate.
 *
 * <p><b>Progress.</b> Wait-free, at either end; the consumer's removals from the middle too, in O(n). {@code
 * size} and {@code isEmpty} are lock-free. Whoever looks at all elements (an iterator, {@code contains}, {@code
 * forEach}, {@code toArray} and their like) while the consumer removes from the middle waits for that to end.
 *
 * <p><b>Memory effects.</b> Actions before an {@code offer} happen-before actions after the {@code poll}
 * or {@code peek} that returns its element; actions before a {@code poll} happen-before actions after the
 * {@code offer} that takes the place it freed. Failed attempts: none.
 *
 * <p><b>Ordering and fairness.</b> First in, first out. Linearizable, as far as threads can tell by what
 * happens-before; but not sequentially consistent beside other variables: stores are releases, so of two
 * threads, each of which puts into one ring and then looks into the other's, both may see nothing. A
 * full fence between the two steps, or {@link MpmcArrayQueue}, rules that out.
 *
 * <p><b>Blocking and errors.</b> Never waits: {@code offer} returns false when full, {@code poll} null
 * when empty. {@code add} to a full ring is an {@link IllegalStateException}, null a {@link
 * NullPointerException}. In the checked mode a call by a second producer or consumer is an {@link
 * IllegalStateException} that changes nothing.
 *
 * <p><b>Cost.</b> No atomic read-modify-write. Two stores for an {@code offer}, two for a {@code poll};
 * neither side reads what the other counts. {@code remove(Object)} and {@code contains} are O(n).
 *
 * <p><b>Footprint.</b> 4 bytes for each element with compressed references, and about 500 once; no
 * allocation by any operation but iterators and bulk removal. Producer and consumer write to cache
 * lines of their own.
 *
 * <p><b>Source.</b> Giacomoni, Moseley, Vachharajani, FastForward for efficient pipeline parallelism,
 * PPoPP 2008: the places themselves say whether they are free. That the producer looks some places ahead,
 * and so seldom, is from JCTools. Differs from both in holding any number exactly, in the removal from
 * the middle, and in the checked mode.
 *
 * @param <E> what it holds
 */
@ProgressGuarantee(WAIT_FREE)
public sealed class SpscRingBuffer<E> extends RingLayout.Ring<E> permits CheckedSpscRingBuffer {
  /*
   *             head                tail        tailLimit
   *              v                   v              v
   *   [ . ][ . ][ a ][ b ][ c ][ d ][ . ][ . ][ . ][ ? ]       . is null: free
   *
   *   position:  [ lap | place ]    32 bits each; EDGE <= place <= EDGE + capacity, an index of the
   *                                 array, which needs no arithmetic
   *
   * Laps wrap around after 2^32, so positions are compared by their difference.
   *
   * A place that is null is free, another holds an element. The producer alone makes elements of nulls,
   * the consumer alone nulls of elements, each going round. So one look at one place tells the producer
   * whether there is room, and the consumer whether there is an element, and no count of the other side
   * is read. tail and head are published for size() and iterators.
   *
   * Look-ahead. The consumer empties the places in order. If the one `step` further on is empty, so are
   * all before it, and the producer need not look at them: that is tailLimit. While the ring is far from
   * full the producer so touches a line of places once to write it, and not twice.
   *
   * The end of a lap. tail and head may stand behind the last place: both sides go on by adding one, and
   * begin the next lap with their next call. tailLimit never lies further, so that the producer comes to
   * findRoom there; the consumer finds the place behind the last one, which is of the array's edge and
   * always null, and so comes to pollNextLap. Neither asks for the end when it has room or an element.
   *
   * Invariants     elements at [head, tail) are not null, but for the first while it is polled, and the
   *                one at tail is while it is offered; tail - head <= capacity + 1 (see size)
   *                places at [tail, tailLimit) are null, and of one lap
   * Not invariant  tail >= head: the consumer may take an element before its producer has moved tail
   *
   * Linearization  offer: the element's store (true); the load of a place that is taken (false)
   *                poll:  the store of null (element); the load of null (null)
   *                size:  the load of the place at tail, when head and tail are as before
   *
   * Removal from the middle is the consumer's: the elements in front of the removed one move up one
   * place each, so that the first place becomes free as in poll. The producer sees one element in each
   * place all the time. Threads that iterate would see one twice, so they look whether `removals` has
   * changed.
   *
   * Rejected: the counts alone (Lamport), with a cached copy of the other side's (Rigtorp, Agrona). It
   * needs the same look when the copy runs out, and then takes a line from the other side. Storage of
   * a power of two with fewer places in use: then a null place does not say that there is room. A batch in
   * one step, its last element put in first (FastFlow's multipush): until tail moves nobody could say how
   * many of them are there, and size() says it exactly. A batch freed by one store of head: places must
   * become free in order for the look-ahead, so there is a fence for each in any case.
   */

  private static final long LAP = 1L << 32;

  /**
   * A ring for {@code capacity} elements.
   *
   * @throws IllegalArgumentException when less than 1 or more than 2^29
   */
  public SpscRingBuffer(int capacity) {
    this(capacity, 0);
  }

  /** For tests: a ring that has gone round as often as {@code lap} says. */
  SpscRingBuffer(int capacity, int lap) {
    super(capacity, false);
    long start = lap * LAP + RingLayout.EDGE;
    tail = start; // published with the ring itself
    head = start;
    tailLimit = start;
  }

  /**
   * A ring that finds out when a second thread produces or consumes, for tests and for the search for a
   * bug: each call compares the calling thread with the one that came first.
   */
  public static <E> SpscRingBuffer<E> checked(int capacity) {
    return new CheckedSpscRingBuffer<>(capacity);
  }

  /** The caller is about to put something in. */
  void producing() {}

  /**
   * The next producer may be another thread. Called by the present one; of effect in the checked mode
   * alone. How the other thread learns of it has to be a hand-over that happens-before its first call.
   */
  public void releaseProducer() {}

  /** As {@link #releaseProducer}, for the consumer. */
  public void releaseConsumer() {}

  // Producer

  /** Appends {@code e}; false when the ring is full. */
  @Override
  public boolean offer(E e) {
    Objects.requireNonNull(e, "e");
    producing();
    long t = tailPlain();
    if (t == tailLimit) {
      if (!findRoom()) {
        return false;
      }
      t = tailPlain();
    }
    publish(place(t), e, t + 1);
    return true;
  }

  /** Moves the limit if the place at tail is free, and tail into the next lap if it ends one. */
  private boolean findRoom() {
    long t = inLap(tailPlain());
    if (t != tailPlain()) {
      setTailRelease(t);
      tailLimit = t;
    }
    int ahead = Math.min(lookAhead, end - place(t));
    if (lookAhead < capacity && elementAcquire(place(inLap(t + ahead))) == null) {
      tailLimit = t + ahead;
      return true;
    }
    if (elementAcquire(place(t)) == null) {
      tailLimit = t + 1;
      return true;
    }
    return false;
  }

  /** As {@link #offer}: there is no weaker answer to be had for less. */
  public boolean relaxedOffer(E e) {
    return offer(e);
  }

  /**
   * As {@link #offer}.
   *
   * @throws IllegalStateException when the ring is full
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
   * Appends elements of {@code from}, one after the other and as far as there is room: those from index
   * {@code offset} on, {@code count} at most.
   *
   * @return how many
   * @throws NullPointerException when one of the {@code count} elements is null; nothing is appended, but
   *     those in front of a null that another thread writes during the call
   */
  public int offerBatch(E[] from, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, from.length);
    for (int k = 0; k < count; k++) {
      Objects.requireNonNull(from[offset + k], "an element of the batch");
    }
    producing();
    for (int done = 0; done < count; ) {
      if (tailPlain() == tailLimit && !findRoom()) {
        return done;
      }
      long t = tailPlain();
      for (int free = (int) (tailLimit - t); free > 0 && done < count; free--, done++, t++) {
        publish(place(t), Objects.requireNonNull(from[offset + done], "an element"), t + 1);
      }
    }
    return count;
  }

  /**
   * Appends what {@code supplier} gives, {@code limit} elements at most. It is asked only when there is
   * room; if it throws, what it gave before is in the ring.
   *
   * @return how many were appended
   */
  public int fill(Supplier<? extends E> supplier, int limit) {
    Objects.requireNonNull(supplier, "supplier");
    checkLimit(limit);
    producing();
    for (int filled = 0; filled < limit; filled++) {
      if (tailPlain() == tailLimit && !findRoom()) {
        return filled;
      }
      long t = tailPlain();
      E e = Objects.requireNonNull(supplier.get(), "the supplier gave null");
      if (t != tailPlain()) {
        throw new IllegalStateException("the supplier has put elements into the ring it fills");
      }
      publish(place(t), e, t + 1);
    }
    return limit;
  }

  // Consumer

  /** Takes the first element; null when the ring is empty. */
  @Override
  public @Nullable E poll() {
    consuming();
    long h = headPlain();
    // The field is read before the acquiring load: behind it the compiler would read it anew.
    @Nullable Object[] elements = this.elements;
    int i = place(h);
    E e = elementAcquire(elements, i);
    if (e == null) {
      return i == end ? pollNextLap(inLap(h)) : null;
    }
    free(elements, i, h + 1);
    return e;
  }

  /** As {@link #poll}, at the first place of a lap. */
  private @Nullable E pollNextLap(long h) {
    E e = elementAcquire(place(h));
    if (e != null) {
      free(elements, place(h), h + 1);
    }
    return e;
  }

  /** As {@link #poll}: there is no weaker answer to be had for less. */
  public @Nullable E relaxedPoll() {
    return poll();
  }

  /** The first element, which stays; null when the ring is empty. For the consumer. */
  @Override
  public @Nullable E peek() {
    consuming();
    return elementAcquire(place(inLap(headPlain())));
  }

  /** As {@link #peek}. */
  public @Nullable E relaxedPeek() {
    return peek();
  }

  /**
   * Takes out the first elements, one after the other, {@code count} at most, and stores them into {@code
   * into} from index {@code offset} on.
   *
   * @return how many; 0 when the ring is empty, or {@code count} is
   * @throws ArrayStoreException when an element does not fit into the array; nothing is taken then
   */
  public int pollBatch(@Nullable Object[] into, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, into.length);
    consuming();
    @Nullable Object[] elements = this.elements;
    int n = 0;
    // The elements are looked at before they are taken: then an array that refuses one loses none.
    for (long p = inLap(headPlain()); n < Math.min(count, capacity); p = next(p), n++) {
      E e = elementAcquire(elements, place(p));
      if (e == null) {
        break;
      }
      into[offset + n] = e;
    }
    long h = inLap(headPlain());
    for (int k = 0; k < n; k++, h = next(h)) {
      free(elements, place(h), next(h));
    }
    return n;
  }

  /**
   * Takes out elements, {@code limit} at most, and gives each to {@code action} when it is out. If that
   * throws, the rest stays.
   *
   * @return how many were taken
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

  /** As {@link #drain(Consumer, int)}, until the ring is empty. */
  public int drain(Consumer<? super E> action) {
    return drain(action, Integer.MAX_VALUE);
  }

  @Override
  public void clear() {
    drain(e -> {});
  }

  /** Takes out the first element that equals {@code o}. */
  @Override
  public boolean remove(@Nullable Object o) {
    return super.remove(o);
  }

  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    return super.removeIf(filter);
  }

  @Override
  public boolean removeAll(Collection<?> c) {
    return super.removeAll(c);
  }

  @Override
  public boolean retainAll(Collection<?> c) {
    return super.retainAll(c);
  }

  @Override
  boolean removeMatching(Predicate<? super E> filter, long from, boolean one) {
    long before = headPlain();
    long h = inLap(before);
    BitSet matching = new BitSet();
    int found = 0;
    for (long p = h; found < capacity; p = next(p)) {
      E e = elementAcquire(place(p));
      if (e == null) {
        break;
      }
      if (p - from >= 0 && filter.test(e)) {
        matching.set(found);
      }
      found++;
      if (one && !matching.isEmpty()) {
        break; // those behind stay where they are
      }
    }
    int removed = matching.cardinality();
    if (removed == 0) {
      return false;
    }
    if (before != headPlain()) {
      throw new IllegalStateException("the filter has taken elements out of the ring it filters");
    }
    setRemovals(removals + 1);
    int to = found;
    for (int k = found; --k >= 0; ) {
      if (!matching.get(k) && --to != k) {
        setElementRelease(place(plus(h, to)), elementAcquire(place(plus(h, k))));
      }
    }
    for (int k = 0; k < removed; k++, h = next(h)) {
      free(elements, place(h), next(h));
    }
    setRemovals(removals + 1);
    return true;
  }

  // Any thread

  /** How many elements there are; of the moment, when others change it meanwhile. */
  @Override
  @ProgressGuarantee(LOCK_FREE)
  public int size() {
    long h = head;
    long t = tail;
    for (; ; ) {
      boolean offered = elementAcquire(place(t)) != null;
      long headNow = head;
      long tailNow = tail;
      if (headNow == h && tailNow == t) {
        long n = distance(h, t);
        // An element that is in its place before tail has moved counts, because peek shows it.
        return (int) Math.max(0, Math.min(offered ? n + 1 : n, capacity));
      }
      h = headNow;
      t = tailNow;
    }
  }

  /** Whether there is no element; of the moment. */
  @Override
  @ProgressGuarantee(LOCK_FREE)
  public boolean isEmpty() {
    return size() == 0;
  }

  @Override
  Snapshot snapshot() {
    for (; ; ) {
      int before = removals;
      if ((before & 1) != 0) {
        Thread.onSpinWait();
        continue;
      }
      long h = inLap(head);
      // What is offered from now on need not be seen, and a poll may not have moved head yet.
      int most = (int) Math.max(0, Math.min(distance(h, tail) + 1, capacity));
      @Nullable Object[] seen = new Object[most];
      int n = 0;
      for (long p = h; n < most; p = next(p)) {
        Object e = elementAcquire(place(p));
        if (e == null && p - tail >= 0) {
          break;
        }
        // Polled meanwhile, so what was seen may belong to the next lap.
        seen[n++] = head - p > 0 ? null : e;
      }
      if (removals == before) {
        return new Snapshot(h, n == most ? seen : Arrays.copyOf(seen, n));
      }
    }
  }

  // Positions

  private static int place(long position) {
    return (int) position;
  }

  /** The position, or the first of the next lap if it stands behind the last place of its own. */
  private long inLap(long position) {
    return place(position) == end ? position + LAP - capacity : position;
  }

  private long next(long position) {
    return inLap(position + 1);
  }

  @Override
  long first() {
    return inLap(headPlain());
  }

  @Override
  long plus(long position, int count) {
    int index = place(position) - RingLayout.EDGE + count;
    return (position & -LAP) + index / capacity * LAP + RingLayout.EDGE + index % capacity;
  }

  /** How many positions lie from {@code from} to {@code to}. */
  private long distance(long from, long to) {
    int laps = (int) (to >> 32) - (int) (from >> 32);
    return (long) laps * capacity + place(to) - place(from);
  }

  // Accessors

  private void setRemovals(int count) {
    removals = count; // by the consumer alone
  }

  private long tailPlain() {
    // Ordering: Plain. The producer is the only writer.
    return (long) TAIL.get(this);
  }

  private void setTailRelease(long position) {
    // Ordering: Release. Pairs with the volatile loads in size() and snapshot(): whoever sees the
    // tail sees the elements before it. Evidence: SpscRingBufferPublication.
    TAIL.setRelease(this, position);
  }

  private long headPlain() {
    // Ordering: Plain. The consumer is the only writer.
    return (long) HEAD.get(this);
  }

  private void setHeadRelease(long position) {
    // Ordering: Release. Pairs with the volatile loads in size() and snapshot(): whoever sees the
    // head sees the places before it empty. Evidence: SpscRingBufferPublication.
    HEAD.setRelease(this, position);
  }

  private @Nullable E elementAcquire(int index) {
    return elementAcquire(elements, index);
  }

  @SuppressWarnings("unchecked") // nothing else is put in
  private @Nullable E elementAcquire(@Nullable Object[] elements, int index) {
    // Ordering: Acquire. Pairs with setElementRelease(): of an element, what the producer did
    // before; of null, what the consumer did before. Evidence: SpscRingBufferPublication.
    return (E) ELEMENT.getAcquire(elements, index);
  }

  private void setElementRelease(int index, @Nullable Object e) {
    // Ordering: Release. Pairs with elementAcquire() in snapshot(): who sees an element that was
    // moved sees that `removals` has changed. Evidence: SpscRingBufferRemoval.
    ELEMENT.setRelease(elements, index, e);
  }

  private void publish(int index, E e, long next) {
    // Ordering: Release. Pairs with elementAcquire(); publishes what the store below it shows, the
    // element. That store is plain, between this fence and the release of tail: it can leave
    // neither way, and costs half of a moded store into an array, which compares the array's class.
    // Not volatile: see "Ordering and fairness". Evidence: SpscRingBufferPublication.
    VarHandle.releaseFence();
    elements[index] = e;
    setTailRelease(next);
  }

  private void free(@Nullable Object[] elements, int index, long next) {
    // Ordering: Release. Pairs with elementAcquire() in findRoom(): the consumer has done with the
    // place. As in publish(). Evidence: SpscRingBufferPublication.
    VarHandle.releaseFence();
    elements[index] = null;
    setHeadRelease(next);
  }

  // VarHandle mechanics
  private static final VarHandle TAIL =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "tail", VarHandle.class, RingLayout.Tail.class, long.class);
  private static final VarHandle HEAD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "head", VarHandle.class, RingLayout.Head.class, long.class);
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Object[].class);
}
