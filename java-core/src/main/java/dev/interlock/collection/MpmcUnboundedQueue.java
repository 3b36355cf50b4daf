package dev.interlock.collection;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.layout.LeadingPad;
import dev.interlock.internal.pause.Pause;
import dev.interlock.internal.pause.StandAside;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.AbstractQueue;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A queue without bound for any number of producers and consumers, made of arrays in which producers take
 * their places by fetch-and-add. The fastest of the unbounded queues here; prefer {@link
 * MichaelScottQueue} for many queues that are mostly empty, since this one holds at least one array.
 *
 * <p><b>Progress.</b> Lock-free, every operation: a consumer that comes to the place of a producer which
 * was stopped before it could put its element there looks a few times, then closes that place and goes
 * on; the producer takes another. No single call is wait-free.
 *
 * <p><b>Memory effects.</b> Actions before an element is put in happen-before actions after it is seen or
 * taken out by another thread. A call that finds nothing: none.
 *
 * <p><b>Ordering and fairness.</b> First in, first out. {@code offer}, {@code poll}, {@code peek}, {@code
 * isEmpty}, {@code contains} and {@code remove(Object)} are linearizable. {@link #size} counts a producer
 * that is between its two steps: it can say 1 while {@code poll} finds nothing. {@link #relaxedPoll} and
 * {@link #relaxedPeek} can find nothing while a producer is stopped in front of an element. {@code
 * addAll}, {@code fill}, {@code drain}, {@code clear}, {@code removeIf} and their like are one step for
 * each element. Iterators are weakly consistent and can remove.
 *
 * <p><b>Blocking and errors.</b> Nothing waits. {@code null} is a {@link NullPointerException}; {@code
 * addAll} of the queue to itself, and a bad size, an {@link IllegalArgumentException}.
 *
 * <p><b>Cost.</b> One fetch-and-add and one compare-and-set for an {@code offer}, one compare-and-set for
 * a {@code poll}; one in all for a batch of {@code drain}, and one fetch-and-add for a batch of {@code
 * fill}. Where producers offer all the time, an {@code offer} that others overtake returns five to twenty-five
 * microseconds after its element is there, and a {@code poll} that lost its race pauses for about one, so that
 * callers stay out of each other's way. A {@code poll} that finds nothing while producers are busy takes one to
 * two, in which several elements come together. Producers and {@code poll} learn whether staying away pays, and
 * {@code relaxedPoll} does not do it. {@code size} is O(1), {@code contains} and {@code remove(Object)} are O(n).
 *
 * <p><b>Footprint.</b> Four bytes for each place with compressed references, and nothing else for each
 * element: an array that has been emptied is used again. A new queue takes one array and about 500 bytes
 * beside it, a queue in use at most two arrays more than its elements need; asserted in {@code
 * UnboundedFootprintTest}.
 *
 * <p><b>Source.</b> Correia and Ramalhete, FAAArrayQueue (2016), which simplifies LCRQ of Morrison and
 * Afek, Fast concurrent queues for x86 processors, PPoPP 2013. It differs in that a consumer claims a
 * place after it has seen what is in it, so that consumers never close places that nobody has taken; in
 * that arrays are used again; and in that elements can be removed from the middle.
 *
 * @param <E> the type of the elements
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class MpmcUnboundedQueue<E> extends AbstractQueue<E> {
  /*
   *        head                                            tail
   *         |                                               |
   *         v                                               v
   *   [ segment 4 ] ------------ next -----------> [ segment 5 ] ---> null
   *     taken  2                                     taken  0
   *     issued 4 or more                             issued 3
   *     cells [ # | # | C | D ]                      cells [ E | X | - | - ]
   *             gone    first                                    |   a producer is about to put F here
   *                                                              closed: its producer was slow
   *
   *   offer   i = issued FAA 1
   *             i a place     cell i CAS null -> E               <- linearization point, mostly (below)
   *                           not null: closed; begin again
   *             i too large   next CAS null -> a new segment that holds E already   <- linearization point
   *                           not null: tail CAS to it; begin again
   *   poll    i = taken; x = cell i
   *             i too large   next: null                         <- empty: linearization point
   *                           else head CAS to it; begin again
   *             x null        issued <= i                        <- empty: linearization point
   *                           else look again, then cell i CAS null -> X
   *             x an element  taken CAS i -> i+1                 <- linearization point; cell i := #
   *             x closed      taken CAS i -> i+1, begin again
   *   remove  interior := true; taken > i: too late
   *             cell i CAS E -> R                                <- linearization point, mostly
   *
   * Where an offer takes effect. Producer 1 takes place 0 and is stopped; producer 2 takes place 1 and
   * returns; producer 1 goes on and puts its element into place 0, in front. So the order is that of the
   * places, and an offer takes effect at its CAS or, when an element behind it has been put in before,
   * just before that one: both calls run then. A poll that takes the element behind must have found place
   * 0 filled or closed, so it never contradicts.
   *
   * Lock-free. A producer begins again only if its place was closed or the segment was full. A place is
   * closed once, and each segment has finitely many; so if producers begin again without end, segments are
   * appended without end, and each that is appended by an offer ends that offer. A consumer begins again
   * only if taken or head has moved, which ends another call or passes a closed or removed place or a
   * segment, of which there are no more than offers have made.
   *
   * Cells, in the life of an array.
   *   null            nobody has put anything in yet
   *   an element      put in, not claimed
   *   # (the array)   claimed, and its consumer is done with it. It is the array itself because a collector
   *                   with regions has nothing to note down for a reference that stays in the region
   *   X CLOSED        closed before its producer came
   *   R REMOVED       removed from the middle
   *   null -> element | X, element -> # | R; nothing else, until the array is used again.
   *
   * Using an array again, and ABA. The header of a segment, with its counters and its link, is never used
   * again; only the array is, under another header. A thread that was stopped may hold an old header and so
   * the array. What could it still do there?
   *   - A producer with a place in it: has not done its CAS, so its cell was null when all places were
   *     claimed, so it was closed: X.
   *   - A consumer that has claimed a place: has not written # yet.
   *   - A remover, which may yet do its CAS: has set interior before it found the place unclaimed.
   *   So an array is used again only if all its cells are # and interior is false: then none of these
   *   exists, and none can come, since all places were issued and taken and the header says so for good.
   *   - A consumer that is about to close cell i, but has not claimed it: may close a cell of the new life.
   *     That is harmless: it is closed before its producer comes, which takes another place, as any
   *     producer may have to; and the place that holds the element in front of a new segment is written
   *     without looking.
   *   - A reader (peek, contains, iterator) sees an element of the new life: it asks for taken of its own
   *     header afterwards, which says that the place is gone, and discards what it saw. A claim by CAS of
   *     taken fails for the same reason.
   *   So no sequence stamps are needed. What makes it so is that a claim is bound to a header, and headers
   *   are collected, not recycled.
   *
   * When. The consumer that moves head past a segment has it rest until the next one is passed: by then all
   * but stopped threads are done with it. If a cell is not # even then, the collector gets the array.
   *
   * Removing from the middle. A consumer claims by taken alone and then writes # without a look: a remover
   * must not have taken the element meanwhile. It says so first, in interior, and looks at taken then; a
   * consumer moves taken first and looks at interior then. One of them sees the other: either the remover
   * finds the place claimed and leaves it, or the consumer finds interior and takes the element out by CAS,
   * as the remover does. Such a segment stays slower, and its array is not used again; the next one is
   * fresh. If a remover that saw the place unclaimed does its CAS before the consumer does, the removal
   * takes effect when the place was claimed, during both calls.
   *
   * Invariants.
   *   issued, taken     only grow; the places of a segment are 0 to cells.length - 1, more is "full", "empty"
   *   next              null -> a segment, once, by who found it full; then itself, once head has passed
   *   head <= tail      in the order of the segments: who moves head moves tail out of the way first
   *   Non-invariants. taken <= issued: relaxedPoll may pass a place that was closed before it was issued.
   *
   * No nepotism: a segment that head has passed links to itself, as in MichaelScottQueue.
   *
   * Rejected. Counters for the whole queue and segments found by number: a producer may have to walk, and a
   * consumer that has taken a number must find a segment that head may have passed. Fetch-and-add for
   * consumers, as in the paper: near the end of the queue they take places that nobody has been issued and
   * must close them. A completed counter in each segment: one more read-modify-write for each poll. Sequence
   * stamps: see above.
   */

  /** The places of an array unless the constructor says more. */
  private static final int USUAL_PLACES = 1024;

  private static final int MOST_PLACES = 1 << 28;

  /** In a cell: its producer did not come in time. */
  private static final Object CLOSED = new Object();

  /** In a cell: its element was removed from the middle. */
  private static final Object REMOVED = new Object();

  static {
    Pause.prepare();
  }

  /** What producers write. */
  @SuppressWarnings("unused") // padding is never read
  private abstract static class ProducerSide extends LeadingPad {
    /** The places that have been given to producers, and more when it is full. */
    volatile long issued;
  }

  @SuppressWarnings("unused") // padding is never read
  private abstract static class Between extends ProducerSide {
    private byte p00, p01, p02, p03, p04, p05, p06, p07;
    private byte p10, p11, p12, p13, p14, p15, p16, p17;
    private byte p20, p21, p22, p23, p24, p25, p26, p27;
    private byte p30, p31, p32, p33, p34, p35, p36, p37;
    private byte p40, p41, p42, p43, p44, p45, p46, p47;
    private byte p50, p51, p52, p53, p54, p55, p56, p57;
    private byte p60, p61, p62, p63, p64, p65, p66, p67;
    private byte p70, p71, p72, p73, p74, p75, p76, p77;
  }

  /** What consumers write. */
  private abstract static class ConsumerSide extends Between {
    /** The places that have been claimed. */
    volatile long taken;
  }

  @SuppressWarnings("unused") // padding is never read
  private abstract static class Behind extends ConsumerSide {
    private byte p00, p01, p02, p03, p04, p05, p06, p07;
    private byte p10, p11, p12, p13, p14, p15, p16, p17;
    private byte p20, p21, p22, p23, p24, p25, p26, p27;
    private byte p30, p31, p32, p33, p34, p35, p36, p37;
    private byte p40, p41, p42, p43, p44, p45, p46, p47;
    private byte p50, p51, p52, p53, p54, p55, p56, p57;
    private byte p60, p61, p62, p63, p64, p65, p66, p67;
    private byte p70, p71, p72, p73, p74, p75, p76, p77;
  }

  /** An array and its counters; the fields here are written once or twice in its life. */
  private static final class Segment extends Behind {
    final @Nullable Object[] cells;
    final long number;
    volatile @Nullable Segment next;

    /** Whether an element may have been removed from the middle. */
    volatile boolean interior;

    Segment(long number, @Nullable Object[] cells) {
      this.number = number;
      this.cells = cells;
    }

    long issue(int places) {
      return (long) ISSUED.getAndAdd(this, (long) places);
    }

    boolean casTaken(long expected, long more) {
      return TAKEN.compareAndSet(this, expected, more);
    }

    /** The number of place {@code i} in the life of the queue. */
    long positionOf(long i) {
      return number * cells.length + i;
    }

    /** The places that have been given to producers. */
    int end() {
      return (int) Math.min(issued, cells.length);
    }

    /** The first place that has not been claimed. */
    int start() {
      return (int) Math.min(taken, cells.length);
    }

    @Nullable Object cell(int i) {
      // Ordering: Acquire. Pairs with casCell in offer: who sees an element sees what was written
      // before it was put in. A stale null costs a look at issued, which is volatile, and another
      // look here. Evidence: MpmcUnboundedPublication.
      return CELL.getAcquire(cells, i);
    }

    boolean casCell(int i, @Nullable Object expected, Object value) {
      return CELL.compareAndSet(cells, i, expected, value);
    }

    /** The consumer that has claimed place {@code i} is done with it. */
    void leave(int i) {
      // Ordering: Release. Pairs with cell() in isSpent: who finds # everywhere knows that no
      // consumer will write there again. Readers who see the element after all ask for taken. A
      // volatile write would be a fence for each element. Evidence: MpmcUnboundedReuse.
      CELL.setRelease(cells, i, cells);
    }

    boolean casNext(@Nullable Segment expected, Segment segment) {
      return NEXT.compareAndSet(this, expected, segment);
    }

    /** What is in cell {@code i}, which is closed if its producer does not come soon; never null. */
    Object settled(int i) {
      Object x = cell(i);
      for (int look = 0; x == null && look < Patience.LOOKS; look++) {
        Thread.onSpinWait();
        x = cell(i);
      }
      while (x == null) {
        x = casCell(i, null, CLOSED) ? CLOSED : cell(i);
      }
      return x;
    }

    /** Whether {@code x}, read from a cell, is an element. */
    boolean isElement(@Nullable Object x) {
      return x != null && x != CLOSED && x != REMOVED && x != cells;
    }

    /** Whether nobody will touch the array again. */
    boolean isSpent() {
      if (interior) {
        return false;
      }
      for (int i = 0; i < cells.length; i++) {
        if (cell(i) != cells) {
          return false;
        }
      }
      return true;
    }
  }

  private volatile Segment head;
  private volatile Segment tail;

  /** The segment that head has passed last. */
  @SuppressWarnings("UnusedVariable") // swapped, through RESTING
  private volatile @Nullable Segment resting;

  /** An empty array. */
  private volatile @Nullable Object @Nullable [] spare;

  /** Places between head and tail that are REMOVED: size does not count them. */
  private volatile long removed;

  private final int places;
  private final StandOff fromEmpty = new StandOff();
  private final StandAside aside = new StandAside(64);

  /** An empty queue of arrays with 1024 places. */
  public MpmcUnboundedQueue() {
    this(USUAL_PLACES);
  }

  /**
   * An empty queue.
   *
   * @param places of each array: fewer take less memory when there is little in the queue, more cost less
   *     time when there is much
   * @throws IllegalArgumentException when {@code places} is less than 1 or more than 2<sup>28</sup>
   */
  public MpmcUnboundedQueue(int places) {
    if (places < 1 || places > MOST_PLACES) {
      throw new IllegalArgumentException(
          "places of a segment are "
              + places
              + "; there must be between 1 and "
              + MOST_PLACES
              + ", and some hundreds are usual");
    }
    this.places = places;
    head = new Segment(0, new Object[places]);
    tail = head;
  }

  // Putting in

  /**
   * Puts {@code element} at the end.
   *
   * @return true, always
   */
  @Override
  public boolean offer(E element) {
    Objects.requireNonNull(element, "element");
    for (; ; ) {
      Segment s = tail;
      long i = s.issue(1);
      if (i < s.cells.length) {
        if (s.casCell((int) i, null, element)) {
          // Overtaken while it filled its place; the element is there before. As in MpscQueue.
          if (Pause.PAYS && s.issued != i + 1) {
            overtaken(s, i);
          }
          return true;
        }
      } else if (append(s, element)) {
        return true;
      }
    }
  }

  /** Another producer has come since place {@code i} of {@code s} was given out: may stay away for a moment. */
  private void overtaken(Segment s, long i) {
    long position = s.positionOf(i);
    if (aside.stays(position)) {
      Segment last = tail;
      aside.stayed(position, last.positionOf(last.end()));
    }
  }

  /** As {@link #offer}. */
  @Override
  public boolean add(E element) {
    return offer(element);
  }

  /** As {@link #offer}: there is nothing to relax, since a producer never has to look at the other end. */
  public boolean relaxedOffer(E element) {
    return offer(element);
  }

  /** Puts {@code element} into a new segment behind {@code full}; false when there is one already. */
  private boolean append(Segment full, Object element) {
    if (tail != full) {
      return false;
    }
    Segment next = full.next;
    if (next == null) {
      Segment fresh = new Segment(full.number + 1, takeSpare());
      fresh.cells[0] = element; // nobody else has the segment; casNext publishes it
      fresh.issued = 1;
      if (full.casNext(null, fresh)) { // linearization point
        casTail(full, fresh);
        return true;
      }
      fresh.cells[0] = null;
      spare = fresh.cells;
      next = full.next;
    }
    if (next != null && next != full) {
      casTail(full, next);
    }
    return false;
  }

  /**
   * Puts all of {@code elements} at the end, in their order; other elements may come between them. If one
   * of them is null, the queue is as it was.
   *
   * @throws IllegalArgumentException when {@code elements} is this queue
   */
  @Override
  public boolean addAll(Collection<? extends E> elements) {
    if (elements == this) {
      throw new IllegalArgumentException("a queue cannot be added to itself; add a copy of it");
    }
    Object[] batch = elements.toArray();
    for (Object element : batch) {
      Objects.requireNonNull(element, "element");
    }
    offerBatch(batch, batch.length);
    return batch.length > 0;
  }

  /**
   * Asks {@code supplier} for {@code limit} elements and puts them at the end, in their order; other
   * elements may come between them. They are put in some at a time, with one fetch-and-add. If {@code
   * supplier} fails, what it had given before is in the queue.
   *
   * @return {@code limit}
   * @throws IllegalArgumentException when {@code limit} is negative
   */
  public int fill(Supplier<? extends E> supplier, int limit) {
    Batches.check(supplier, "supplier", limit);
    // The supplier is not asked while places are taken: it may be slow, and they would be closed.
    Object[] batch = new Object[Math.min(limit, Math.min(places, 64))];
    int count = 0;
    while (count < limit) {
      int size = Math.min(limit - count, batch.length);
      int given = 0;
      try {
        while (given < size) {
          batch[given] = Objects.requireNonNull(supplier.get(), "element");
          given++;
        }
      } finally {
        offerBatch(batch, given);
      }
      count += size;
    }
    return limit;
  }

  private void offerBatch(Object[] batch, int size) {
    int done = 0;
    while (done < size) {
      Segment s = tail;
      int wanted = Math.min(size - done, s.cells.length);
      long i = s.issue(wanted);
      long end = Math.min(i + wanted, s.cells.length);
      for (; i < end; i++) {
        if (s.casCell((int) i, null, batch[done])) {
          done++;
        }
      }
      if (done < size && i >= s.cells.length && append(s, batch[done])) {
        done++;
      }
    }
  }

  // Taking out

  @Override
  public @Nullable E poll() {
    Segment s = head;
    for (; ; ) {
      long i = s.taken;
      if (i < s.cells.length) {
        Object x = s.cell((int) i);
        if (x == null && fromEmpty.stays(s.positionOf(i))) {
          x = s.cell((int) i);
        }
        if (x == null) {
          if (s.issued <= i) {
            return null; // linearization point: all places that were issued have been claimed
          }
          x = s.settled((int) i);
        }
        E element = claim(s, i, x);
        if (element != null) {
          return element;
        }
      } else if (!moveHead(s)) {
        return null;
      }
      s = head; // or taken, has moved
    }
  }

  /**
   * As {@link #poll}, but may find nothing too when a producer that is not done yet stands in front; never
   * looks at what producers write to but the element itself, and never closes a place.
   */
  public @Nullable E relaxedPoll() {
    Segment s = head;
    for (; ; ) {
      long i = s.taken;
      if (i < s.cells.length) {
        Object x = s.cell((int) i);
        if (x == null) {
          return null;
        }
        E element = claim(s, i, x);
        if (element != null) {
          return element;
        }
      } else if (!moveHead(s)) {
        return null;
      }
      s = head; // or taken, has moved
    }
  }

  /**
   * Pauses of a consumer that has lost its race against another one. Two producers and two consumers on two
   * processors where a pause takes 29 ns: 28 M/s if nobody pauses, 33 if consumers do, 26 if producers
   * do, 47 if both do.
   */
  private static final int LOST = 64;

  /** Claims place {@code i} with {@code x} in it, and takes the element; null when there is none to be had. */
  private @Nullable E claim(Segment s, long i, Object x) {
    if (!s.casTaken(i, i + 1)) { // linearization point, if x is an element
      Pause.times(LOST);
      return null;
    }
    return take(s, (int) i, x);
  }

  /** Takes {@code x} out of place {@code i}, which the caller has claimed; null if it is no element. */
  @SuppressWarnings("unchecked") // an element
  private @Nullable E take(Segment s, int i, Object x) {
    if (x == CLOSED) {
      return null;
    }
    if (s.interior) {
      if (x == REMOVED || !s.casCell(i, x, s.cells)) {
        addRemoved(-1);
        return null;
      }
    } else {
      s.leave(i);
    }
    return (E) x;
  }

  /**
   * Goes on to the segment behind {@code s}, all of whose places have been claimed; false when there is
   * none, and so no element.
   */
  private boolean moveHead(Segment s) {
    Segment next = s.next; // linearization point, if null
    if (next == null) {
      return false;
    }
    if (next != s) {
      if (tail == s) {
        casTail(s, next);
      }
      if (HEAD.compareAndSet(this, s, next)) {
        s.next = s;
        rest(s);
      }
    }
    return true;
  }

  /**
   * Takes elements from the front and gives each to {@code consumer}, until it has given {@code limit} or
   * the queue is empty. They are claimed some at a time, with one compare-and-set, and each that was
   * claimed is given: if {@code consumer} fails, it is given the rest of those that were claimed with that
   * element, and then the failure is thrown, with later ones suppressed in it.
   *
   * @return how many
   * @throws IllegalArgumentException when {@code limit} is negative
   */
  public int drain(Consumer<? super E> consumer, int limit) {
    Batches.check(consumer, "consumer", limit);
    int count = 0;
    while (count < limit) {
      Segment s = head;
      long i = s.taken;
      if (i >= s.cells.length) {
        if (moveHead(s)) {
          continue;
        }
        break;
      }
      int end = (int) Math.min(s.end(), i + Math.min(limit - count, 64));
      if (end <= i) {
        break;
      }
      if (s.casTaken(i, end)) {
        count += give(s, (int) i, end, consumer);
      }
    }
    return count;
  }

  /** Gives what is in these places, which the caller has claimed, to {@code consumer}. */
  private int give(Segment s, int from, int to, Consumer<? super E> consumer) {
    Throwable failure = null;
    int count = 0;
    for (int i = from; i < to; i++) {
      E element = take(s, i, s.settled(i));
      if (element != null) {
        count++;
        try {
          consumer.accept(element);
        } catch (Throwable e) { // thrown below, when the others have been given
          if (failure == null) {
            failure = e;
          } else if (failure != e) {
            failure.addSuppressed(e);
          }
        }
      }
    }
    if (failure != null) {
      throw Batches.<RuntimeException>asDeclared(failure);
    }
    return count;
  }

  @Override
  @SuppressWarnings("unchecked") // an element
  public @Nullable E peek() {
    Segment s = head;
    for (; ; ) {
      long i = s.taken;
      if (i < s.cells.length) {
        Object x = s.cell((int) i); // linearization point, if an element, and taken has not moved
        if (x == null) {
          if (s.issued <= i) {
            return null; // linearization point
          }
          x = s.settled((int) i);
        }
        if (!s.isElement(x)) {
          claim(s, i, x); // # is that of another claim, and this one fails
        } else if (s.taken == i) {
          return (E) x;
        }
      } else if (!moveHead(s)) {
        return null;
      }
      s = head; // or taken, has moved
    }
  }

  /** As {@link #peek}, but may find nothing too when a producer that is not done yet stands in front. */
  @SuppressWarnings("unchecked") // an element
  public @Nullable E relaxedPeek() {
    Segment s = head;
    for (; ; ) {
      long i = s.taken;
      if (i < s.cells.length) {
        Object x = s.cell((int) i);
        if (x == null) {
          return null;
        }
        if (!s.isElement(x)) {
          claim(s, i, x);
        } else if (s.taken == i) {
          return (E) x;
        }
      } else if (!moveHead(s)) {
        return null;
      }
      s = head; // or taken, has moved
    }
  }

  // Using arrays again

  /** An array whose cells are null, or closed by who came too late; its first one is anything. */
  private @Nullable Object[] takeSpare() {
    if (spare != null) {
      @Nullable Object[] array = (@Nullable Object[]) SPARE.getAndSet(this, null);
      if (array != null) {
        return array;
      }
    }
    return new Object[places];
  }

  /** Has {@code passed} rest, and sees to the one that has rested. */
  private void rest(Segment passed) {
    Segment rested = (Segment) RESTING.getAndSet(this, passed);
    if (rested != null && spare == null && rested.isSpent()) {
      Arrays.fill(rested.cells, null);
      spare = rested.cells;
    }
  }

  // Looking at all of them

  @Override
  public boolean isEmpty() {
    return peek() == null;
  }

  /** The number of elements, a producer that is between its two steps counted: O(1). */
  @Override
  public int size() {
    for (; ; ) {
      Segment h = head;
      long first = h.start();
      Segment t = tail;
      long last = t.end();
      long gone = removed;
      if (head == h && h.start() == first) {
        long size = (t.number - h.number) * places + last - first - gone;
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, size));
      }
    }
  }

  @Override
  public boolean contains(@Nullable Object o) {
    return o != null && find(o, false);
  }

  /** Removes the first element that equals {@code o}. */
  @Override
  public boolean remove(@Nullable Object o) {
    return o != null && find(o, true);
  }

  /**
   * Goes over all places up to the end, closing those whose producer is not done: nothing can be put in
   * behind its back, so what was there all the time is not missed.
   */
  private boolean find(Object o, boolean remove) {
    for (Segment s = head; ; ) {
      for (int i = s.start(); i < s.end(); i++) {
        if (s.taken > i) {
          continue;
        }
        Object x = s.settled(i);
        if (s.isElement(x) && o.equals(x)) {
          if (remove ? remove(s, i, x) : s.taken <= i) {
            return true;
          }
        }
      }
      Segment next = s.next;
      if (next == null) {
        return false;
      }
      s = next == s ? head : next;
    }
  }

  private boolean remove(Segment s, int i, Object x) {
    if (!s.interior) {
      s.interior = true; // before the look at taken; the consumer does it the other way round
    }
    if (s.taken > i || !s.casCell(i, x, REMOVED)) { // linearization point, or where it was claimed
      return false;
    }
    addRemoved(1);
    return true;
  }

  private void addRemoved(long change) {
    REMOVED_PLACES.getAndAdd(this, change);
  }

  @Override
  public Iterator<E> iterator() {
    return new Elements();
  }

  @Override
  public Spliterator<E> spliterator() {
    return Spliterators.spliteratorUnknownSize(
        iterator(), Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.CONCURRENT);
  }

  private final class Elements implements Iterator<E> {
    private Segment segment = head;
    private int at = segment.start() - 1;
    private @Nullable E nextItem;
    private @Nullable Segment lastSegment;
    private int lastAt;
    private @Nullable E lastItem;

    Elements() {
      advance();
    }

    @SuppressWarnings("unchecked") // an element
    private void advance() {
      nextItem = null;
      for (; ; ) {
        Segment s = segment;
        for (int i = at + 1; i < s.end(); i++) {
          Object x = s.cell(i);
          if (s.isElement(x) && s.taken <= i) {
            at = i;
            nextItem = (E) x;
            return;
          }
          at = i;
        }
        Segment next = s.next;
        if (next == null) {
          return;
        }
        segment = next == s ? head : next;
        at = segment.start() - 1;
      }
    }

    @Override
    public boolean hasNext() {
      return nextItem != null;
    }

    @Override
    public E next() {
      E item = nextItem;
      if (item == null) {
        throw new NoSuchElementException("the iterator has come to the end of the queue");
      }
      lastSegment = segment;
      lastAt = at;
      lastItem = item;
      advance();
      return item;
    }

    /** Removes the element if it is still there. */
    @Override
    public void remove() {
      if (lastSegment == null || lastItem == null) {
        throw new IllegalStateException("nothing to remove: call next() first, and remove() once");
      }
      MpmcUnboundedQueue.this.remove(lastSegment, lastAt, lastItem);
      lastSegment = null;
      lastItem = null;
    }
  }

  private void casTail(Segment expected, Segment segment) {
    TAIL.compareAndSet(this, expected, segment);
  }

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final VarHandle ISSUED =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "issued", VarHandle.class, ProducerSide.class, long.class);
  private static final VarHandle TAKEN =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "taken", VarHandle.class, ConsumerSide.class, long.class);
  private static final VarHandle NEXT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "next", VarHandle.class, Segment.class, Segment.class);
  private static final VarHandle HEAD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "head", VarHandle.class, MpmcUnboundedQueue.class, Segment.class);
  private static final VarHandle TAIL =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "tail", VarHandle.class, MpmcUnboundedQueue.class, Segment.class);
  private static final VarHandle RESTING =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "resting",
          VarHandle.class,
          MpmcUnboundedQueue.class,
          Segment.class);
  private static final VarHandle SPARE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "spare",
          VarHandle.class,
          MpmcUnboundedQueue.class,
          Object[].class);
  private static final VarHandle REMOVED_PLACES =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "removed", VarHandle.class, MpmcUnboundedQueue.class, long.class);
}
