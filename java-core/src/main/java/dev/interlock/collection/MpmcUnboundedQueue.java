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
 * A queue without bound for any number of producers and consumers, made of arrays that are filled from the
 * front, each place by one compare-and-set. The fastest of the unbounded queues here; prefer {@link
 * MichaelScottQueue} for many queues that are mostly empty, since this one holds at least one array.
 *
 * <p><b>Progress.</b> Lock-free, every operation: a thread that is stopped anywhere keeps no other from its
 * end. No single call is wait-free.
 *
 * <p><b>Memory effects.</b> Actions before an element is put in happen-before actions after it is seen or
 * taken out by another thread. A call that finds nothing: none.
 *
 * <p><b>Ordering and fairness.</b> First in, first out. {@code offer}, {@code poll}, {@code peek}, {@code
 * isEmpty}, {@code contains} and {@code remove(Object)} are linearizable; {@link #size} is while nobody
 * removes from the middle. {@code addAll}, {@code fill}, {@code drain}, {@code clear}, {@code removeIf} and
 * their like are one step for each element. Iterators are weakly consistent and can remove.
 *
 * <p><b>Blocking and errors.</b> Nothing waits. {@code null} is a {@link NullPointerException}; {@code
 * addAll} of the queue to itself, and a bad size, an {@link IllegalArgumentException}.
 *
 * <p><b>Cost.</b> One compare-and-set for an {@code offer}, one for a {@code poll}, and one in all for a
 * batch of {@code drain}. Once for each array, an {@code offer} makes all its cells blank. Where producers
 * offer all the time, an {@code offer} that lost its race returns five to twenty-five microseconds after its
 * element is there, and a {@code poll} that lost its race pauses for about one, so that callers stay out of
 * each other's way. A {@code poll} that finds nothing while producers are busy takes one to two, in which
 * several elements come together. Producers and {@code poll} learn whether staying away pays, and {@code
 * relaxedPoll} does not do it. {@code size} is O(1), {@code contains} and {@code remove(Object)} are O(n).
 *
 * <p><b>Footprint.</b> Four bytes for each place with compressed references, and nothing else for each
 * element: an array that has been emptied is used again. A new queue takes one array and about 500 bytes
 * beside it, a queue in use at most two arrays more than its elements need; asserted in {@code
 * UnboundedFootprintTest}.
 *
 * <p><b>Source.</b> Tsigas and Zhang, A simple, fast and scalable non-blocking concurrent FIFO queue, SPAA
 * 2001: cells filled in order, and a tail that may lag. The list of arrays is from Correia and Ramalhete,
 * FAAArrayQueue (2016). Differs from both in that consumers claim a place by a counter of the array after
 * they have seen what is in it; in that arrays are used again; and in that elements can be removed from the
 * middle.
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
   *     filled 4                                     filled 1, a hint that has fallen behind
   *     cells [ # | # | C | D ]                      cells [ E | F | 5 | 5 ]
   *             gone    first                                        blank: the segment itself
   *
   *   offer   i = filled, or behind it the first blank place
   *             i a place     cell i CAS blank -> E              <- linearization point
   *                           another was faster: the next blank place; then filled := i + 1
   *             all filled    next CAS null -> a new segment that holds E already   <- linearization point
   *                           not null: tail CAS to it; begin again
   *   poll    i = taken; x = cell i
   *             i too large   next: null                         <- empty: linearization point
   *                           else head CAS to it; begin again
   *             x blank       look again, volatile: blank        <- empty: linearization point
   *             x an element  taken CAS i -> i+1                 <- linearization point; cell i := #
   *             x removed     taken CAS i -> i+1, begin again
   *   remove  interior := true; taken > i: too late
   *             cell i CAS E -> R                                <- linearization point, mostly
   *
   * In order. Nobody fills a place before he has found the one in front filled, by a look or by the hint,
   * which is written after it. So the first blank place is the end: a consumer that finds its place blank
   * finds the queue empty, and need ask no producer.
   *
   * Lock-free. A producer goes on to the next place only if another one has filled this one, which ends an
   * offer, and to the next segment only if this one is full; so if producers go on without end, offers end
   * without end. A hint that falls behind, since two producers wrote it the other way round or one was
   * stopped before, costs the next one a walk, never more than a segment. A consumer begins again
   * only if taken or head has moved, which ends another call or passes a removed place or a segment, of
   * which there are no more than offers have made.
   *
   * Cells, in the life of an array.
   *   the segment     blank: nobody has put anything in yet
   *   an element      put in, not claimed
   *   # (the array)   claimed, and its consumer is done with it. It is the array itself because a collector
   *                   with regions has nothing to note down for a reference that stays in the region
   *   R REMOVED       removed from the middle
   *   segment -> element, element -> # | R; nothing else, until the array is used again.
   *
   * Using an array again, and ABA. The header of a segment, with its counters and its link, is never used
   * again; only the array is, under another header. A thread that was stopped may hold an old header and so
   * the array. What could it still do there?
   *   - A producer: fills a cell that is blank to it, that is, holds the old header; none does in a new life.
   *   - A consumer that has claimed a place: has not written # yet.
   *   - A remover, which may yet do its CAS: has set interior before it found the place unclaimed.
   *   So an array is used again only if all its cells are # and interior is false: then neither of the last
   *   two exists, and none can come, since all places were taken and the header says so for good.
   *   - A reader (peek, contains, iterator) sees an element of the new life: it asks for taken of its own
   *     header afterwards, which says that the place is gone, and discards what it saw. A claim by CAS of
   *     taken fails for the same reason.
   *   So no sequence stamps are needed. What makes it so is that a claim and a blank are bound to a header,
   *   and headers are collected, not recycled.
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
   *   taken             only grows, and no place at or behind the first blank one is taken
   *   filled            at most the number of filled places; may fall, since it is no more than a hint
   *   next              null -> a segment, once, by who found it full; then itself, once head has passed
   *   head <= tail      in the order of the segments: who moves head moves tail out of the way first
   *
   * No nepotism: a segment that head has passed links to itself, as in MichaelScottQueue.
   *
   * Rejected. Places by fetch-and-add, as in FAAArrayQueue and LCRQ (Morrison and Afek, PPoPP 2013): a
   * producer may be stopped with a place, so an element needs a compare-and-set besides, or consumers wait; and
   * consumers must close places. Two atomic updates for an offer, and with two pinned threads 35 to 48 M/s
   * where this has 70 to 95; with two producers and two consumers 37 and 44. What it gains where many producers
   * meet, that none has to try again, they gain here by staying away. Null for blank: a producer with an old
   * header would fill a cell of a new life. Counters for the whole queue and segments found by number: a
   * producer may have to walk, and a consumer that has taken a number must find a segment that head may have
   * passed. A completed counter in each segment: one more read-modify-write for each poll.
   */

  /** The places of an array unless the constructor says more. */
  private static final int USUAL_PLACES = 1024;

  private static final int MOST_PLACES = 1 << 28;

  /** In a cell: its element was removed from the middle. */
  private static final Object REMOVED = new Object();

  static {
    Pause.prepare();
  }

  /** What producers write. */
  @SuppressWarnings("unused") // padding is never read
  private abstract static class ProducerSide extends LeadingPad {
    /** So many places, from the first on, are filled, and maybe more: a hint, which may fall behind. */
    volatile int filled;
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
    final Object[] cells;

    /** Written before the segment is appended. */
    long number;

    volatile @Nullable Segment next;

    /** Whether an element may have been removed from the middle. */
    volatile boolean interior;

    /** A segment with {@code cells}, all of them blank. */
    Segment(Object[] cells) {
      this.cells = cells;
      fill(cells, this);
    }

    /** Fills {@code cells} by copies of what is filled: a collector notes down a copy, not each reference. */
    private static void fill(Object[] cells, Object value) {
      cells[0] = value;
      for (int done = 1; done < cells.length; done *= 2) {
        System.arraycopy(cells, 0, cells, done, Math.min(done, cells.length - done));
      }
    }

    boolean casTaken(long expected, long more) {
      return TAKEN.compareAndSet(this, expected, more);
    }

    /** The number of place {@code i} in the life of the queue. */
    long positionOf(long i) {
      return number * cells.length + i;
    }

    /** The first place that has not been claimed. */
    int start() {
      return (int) Math.min(taken, cells.length);
    }

    /** So many places at least are filled. */
    int filled() {
      // Ordering: Acquire. Pairs with note: who begins behind a place finds it filled. A volatile
      // load would say no more, since who reads an older hint walks on. Evidence:
      // MpmcUnboundedHint.
      return (int) FILLED.getAcquire(this);
    }

    /**
     * Puts {@code element} into the first place from {@code from} on that is blank.
     *
     * @return the place; the number of places when none is blank
     */
    int put(int from, Object element) {
      if (from < cells.length && casCell(from, this, element)) {
        note(from + 1);
        return from;
      }
      for (int i = from + 1; i < cells.length; i++) {
        if (cell(i) == this && casCell(i, this, element)) {
          note(i + 1);
          return i;
        }
      }
      return cells.length;
    }

    /** So many places are filled, as the caller has seen. */
    private void note(int places) {
      if (filled() < places) {
        // Ordering: Release. Pairs with filled(): the places come first. A volatile store would be
        // a fence for each element. Evidence: MpmcUnboundedHint.
        FILLED.setRelease(this, places);
      }
    }

    /** Where the elements end now: the first place that is blank; the number of places when none is. */
    int end() {
      int i = Math.max(filled(), start());
      while (i < cells.length && look(i) != this) {
        i++;
      }
      return i;
    }

    /** What is in cell {@code i}, for who says so if that is blank. */
    Object look(int i) {
      return CELL.getVolatile(cells, i);
    }

    Object cell(int i) {
      // Ordering: Acquire. Pairs with casCell in put: who sees an element sees what was written
      // before it was put in. Who finds the cell blank and says so looks again, by a volatile load.
      // Evidence: MpmcUnboundedPublication.
      return CELL.getAcquire(cells, i);
    }

    boolean casCell(int i, Object expected, Object value) {
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

    /** Whether {@code x}, read from a cell, is an element. */
    boolean isElement(Object x) {
      return x != REMOVED && x != cells && !(x instanceof Segment);
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

  /** An array that is used again. */
  private volatile Object @Nullable [] spare;

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
    head = new Segment(new Object[places]);
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
      int first = s.filled();
      int i = s.put(first, element); // linearization point
      if (i < s.cells.length) {
        // Another one was there before; the element is there now.
        if (Pause.PAYS && i != first) {
          overtaken(s, i);
        }
        return true;
      }
      if (append(s, element)) {
        return true;
      }
    }
  }

  /** Another producer was faster on the way to place {@code i} of {@code s}: may stay away for a moment. */
  private void overtaken(Segment s, long i) {
    long position = s.positionOf(i);
    if (aside.staysAlone(position)) {
      Segment last = tail;
      aside.stayed(position, last.positionOf(last.filled()));
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
      Segment fresh = new Segment(takeSpare());
      fresh.number = full.number + 1; // nobody else has the segment; casNext publishes it
      fresh.cells[0] = element;
      fresh.filled = 1;
      if (full.casNext(null, fresh)) { // linearization point
        casTail(full, fresh);
        return true;
      }
      fresh.cells[0] = fresh; // the element is not kept here
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
  @SuppressWarnings("unchecked") // elements, by the parameter
  public boolean addAll(Collection<? extends E> elements) {
    if (elements == this) {
      throw new IllegalArgumentException("a queue cannot be added to itself; add a copy of it");
    }
    Object[] batch = elements.toArray();
    for (Object element : batch) {
      Objects.requireNonNull(element, "element");
    }
    for (Object element : batch) {
      offer((E) element);
    }
    return batch.length > 0;
  }

  /**
   * Asks {@code supplier} for {@code limit} elements and puts them at the end, in their order; other
   * elements may come between them. If {@code supplier} fails, what it had given before is in the queue.
   *
   * @return {@code limit}
   * @throws IllegalArgumentException when {@code limit} is negative
   */
  public int fill(Supplier<? extends E> supplier, int limit) {
    Batches.check(supplier, "supplier", limit);
    for (int count = 0; count < limit; count++) {
      offer(supplier.get());
    }
    return limit;
  }

  // Taking out

  @Override
  public @Nullable E poll() {
    return poll(true);
  }

  /** As {@link #poll}, but never pauses when it finds nothing, whatever that has brought. */
  public @Nullable E relaxedPoll() {
    return poll(false);
  }

  private @Nullable E poll(boolean stays) {
    for (; ; ) {
      Segment s = head;
      long i = s.taken;
      if (i < s.cells.length) {
        Object x = s.cell((int) i);
        if (x == s) {
          if (stays) {
            fromEmpty.stays(s.positionOf(i));
          }
          x = s.look((int) i);
          if (x == s) { // linearization point, if it is
            return null;
          }
        }
        E element = claim(s, i, x);
        if (element != null) {
          return element;
        }
      } else if (!moveHead(s)) {
        return null;
      }
      // head or taken has moved
    }
  }

  /**
   * Pauses of a consumer that has lost its race against another one. Two producers and two consumers on two
   * processors, four runs each, in M/s: 17 to 39 if it does not pause, 28 to 50 so, 33 to 60 with 256.
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
      E element = take(s, i, s.cell(i));
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
    for (; ; ) {
      Segment s = head;
      long i = s.taken;
      if (i < s.cells.length) {
        Object x =
            s.look(
                (int) i); // linearization point, if blank; if an element, and taken has not moved
        if (x == s) {
          return null;
        }
        if (!s.isElement(x)) {
          claim(s, i, x); // what is no element of this life is behind taken, and this one fails
        } else if (s.taken == i) {
          return (E) x;
        }
      } else if (!moveHead(s)) {
        return null;
      }
      // head or taken has moved
    }
  }

  /** As {@link #peek}: there is nothing to relax, since it looks at one cell alone. */
  public @Nullable E relaxedPeek() {
    return peek();
  }

  // Using arrays again

  /** An array that nobody else has, with anything in it. */
  private Object[] takeSpare() {
    if (spare != null) {
      Object[] array = (Object[]) SPARE.getAndSet(this, null);
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
      spare = rested.cells;
    }
  }

  // Looking at all of them

  @Override
  public boolean isEmpty() {
    return peek() == null;
  }

  /**
   * The number of elements: O(1). One step while nobody removes from the middle; an element that is being
   * removed may be counted until {@code remove} returns.
   */
  @Override
  public int size() {
    for (; ; ) {
      Segment h = head;
      int first = h.start();
      Segment t = tail;
      int last = t.end(); // linearization point, if head and taken stay, and no segment is behind
      Segment next = last < places ? null : t.next;
      if (next != null) {
        if (next != t) {
          casTail(t, next);
        }
        continue;
      }
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

  /** Goes over all places up to the end; nothing can be put in behind its back. */
  private boolean find(Object o, boolean remove) {
    for (Segment s = head; ; ) {
      for (int i = s.start(); i < s.cells.length; i++) {
        Object x = s.look(i);
        if (x == s) {
          return false;
        }
        if (s.isElement(x) && s.taken <= i && o.equals(x)) {
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
        for (int i = at + 1; i < s.cells.length; i++) {
          Object x = s.cell(i);
          if (x == s) {
            return;
          }
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
  private static final VarHandle FILLED =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "filled", VarHandle.class, ProducerSide.class, int.class);
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
