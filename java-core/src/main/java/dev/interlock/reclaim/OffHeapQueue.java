package dev.interlock.reclaim;

import static dev.interlock.reclaim.OffHeapSlab.NONE;

import dev.interlock.ClosedException;
import dev.interlock.UnavailableException;
import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.reclaim.HazardPointers.ParticipantRecord;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A queue of longs, or of records of a fixed size, in the slots of an {@link OffHeapSlab}, for any number
 * of producers and consumers. Several stacks and queues may share a slab.
 *
 * <p><b>Progress.</b> Lock-free. A thread that stops inside an operation keeps the slots that its record
 * of the hazard domain protects and has retired, and delays nobody: others finish its half-done offer.
 *
 * <p><b>Memory effects.</b> Actions before an offer happen-before actions after the poll or peek that
 * gives the same element.
 *
 * <p><b>Ordering and fairness.</b> Linearizable; first in, first out. Not fair: a thread may be overtaken
 * again and again.
 *
 * <p><b>Blocking and errors.</b> Nothing blocks. {@code add} to a slab without a free slot is an {@link
 * UnavailableException}, {@code offer} says false. The queue always holds one slot besides its elements,
 * and a polled slot is garbage for a while; with {@code n + 1} plus {@link HazardPointers#garbageBound()}
 * slots and one for each thread that offers, {@code n} elements are never refused. An exception of a
 * {@link SlotAccess} leaves the queue without the record, when offering and when polling. What a callback of
 * somebody else on a shared domain throws inside an operation goes to the thread's handler of uncaught
 * exceptions; the element is in or out all the same. The methods that take or give a long are an {@link
 * IllegalStateException} that changes nothing if the records of the slab have no word. After {@link #close()}
 * an addition is a {@link ClosedException}, and the queue is empty.
 *
 * <p><b>Cost.</b> An offer: acquiring a slot, and three compare-and-sets (record, link, tail) with one
 * fenced store. A poll: two compare-and-sets (record, head) with two fenced stores and one atomic
 * addition. Nothing is allocated, but when more threads than ever before are inside at the same time.
 *
 * <p><b>Footprint.</b> Two padded words and the domain; 16 bytes and the record for each element and one
 * more, off the heap.
 *
 * <p><b>Source.</b> Michael and Scott, Simple, Fast, and Practical Non-Blocking and Blocking Concurrent
 * Queue Algorithms, PODC 1996; with hazard pointers as in Michael 2004, figure 9. Differs in: the value is
 * read after the head has moved, under the hazard that protects the new dummy, so a reader sees each
 * record once.
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class OffHeapQueue implements AutoCloseable {
  /*
   * head -> [ dummy ] -> [ first ] -> ... -> [ last ] -> NONE
   *                                   tail -^ or one before it
   *
   *   offer   a slot of one's own: words, link = NONE
   *           t = tail; publish t; tail still t?  next = t.link
   *             next is a slot:  help, CAS tail t -> next, again
   *             next is NONE:    CAS t.link NONE -> slot;  CAS tail t -> slot (somebody else may help)
   *   poll    h = head; publish h; head still h?  t = tail; next = h.link; publish next; head still h?
   *             next is NONE:    empty
   *             h is t:          help, CAS tail t -> next, again
   *             else             CAS head h -> next;  read next;  retire h
   *   close   t = tail, protected;  CAS t.link NONE -> CLOSED (or help, as an offer does)
   *           poll until h.link is CLOSED;  CAS tail h -> NONE;  CAS head h -> NONE;  retire h
   *           offers that find CLOSED or no tail are refused, polls that find no head find nothing
   *
   * Linearization: offer at the CAS of the link; poll at the CAS of head; poll and peek of an empty queue
   * at the read of h.link that finds NONE; peek at the last look that finds head unchanged.
   *
   * Why next is safe: it was h's successor while h was head, after it was published. It can be retired
   * only after head has moved from it, and head was before it at that look. Whose poll has moved head to
   * next reads the words of next after that, while others may make next the old dummy and retire it: the
   * hazard keeps it.
   *
   * Why tail is never retired: a slot is retired when head has moved past it, head moves past t only if
   * tail was not t, and tail never moves back. The last slot is retired by a close, when tail has left it.
   *
   * Invariants:      from head every slot up to the last is reached; tail is the last or the one before
   *                  it, and never before head.
   *                  a link is written once between two stays, from NONE.
   * Non-invariants:  tail need not be the last. The words of the dummy mean nothing.
   */
  /** The link of the last slot when nothing is appended any more; no handle is negative. */
  private static final long CLOSED = -1;

  private final OffHeapSlab slab;
  private final HazardPointers domain;
  private final PaddedHandle head = new PaddedHandle();
  private final PaddedHandle tail = new PaddedHandle();

  private OffHeapQueue(OffHeapSlab slab, HazardPointers domain) {
    if (domain.slots() < 2) {
      throw new IllegalArgumentException(
          domain + " has " + domain.slots() + " slot for a participant; a queue needs 2 or more");
    }
    domain.bind(slab);
    this.slab = slab;
    this.domain = domain;
    long dummy = slab.acquire();
    slab.setLink(dummy, NONE);
    tail.value = dummy;
    head.value = dummy;
  }

  /**
   * A queue in {@code slab} with a hazard domain of its own.
   *
   * @throws UnavailableException when the slab has not even one free slot
   */
  public static OffHeapQueue on(OffHeapSlab slab) {
    return new OffHeapQueue(slab, OffHeapStack.ownDomain("queue", slab, 2));
  }

  /**
   * A queue in {@code slab} that shares {@code domain} with others.
   *
   * @throws UnavailableException when the slab has not even one free slot
   * @throws IllegalArgumentException when the participants of the domain have less than two slots, or it is
   *     used with another slab
   */
  public static OffHeapQueue on(OffHeapSlab slab, HazardPointers domain) {
    return new OffHeapQueue(
        Objects.requireNonNull(slab, "slab"), Objects.requireNonNull(domain, "domain"));
  }

  /**
   * Appends {@code value} as word 0 of a record.
   *
   * @throws UnavailableException when the slab has no free slot
   */
  public void add(long value) {
    if (!offer(value)) {
      throw refused();
    }
  }

  /** Appends {@code value} as word 0 of a record, or gives false when the slab has no free slot. */
  public boolean offer(long value) {
    OffHeapStack.requireWord(slab);
    long slot = OffHeapStack.acquire(slab, domain);
    if (slot == NONE) {
      return false;
    }
    slab.set(slot, 0, value);
    append(slot);
    return true;
  }

  /**
   * Appends the record that {@code writer} writes.
   *
   * @throws UnavailableException when the slab has no free slot
   */
  public void add(SlotAccess writer) {
    if (!offer(writer)) {
      throw refused();
    }
  }

  /** The same, but gives false when the slab has no free slot. */
  public boolean offer(SlotAccess writer) {
    Objects.requireNonNull(writer, "writer");
    long slot = OffHeapStack.acquire(slab, domain);
    if (slot == NONE) {
      return false;
    }
    boolean written = false;
    try {
      writer.access(slab, slot);
      written = true;
    } finally {
      if (!written) {
        slab.release(slot);
      }
    }
    append(slot);
    return true;
  }

  /**
   * Removes the first element and gives word 0 of its record.
   *
   * @throws NoSuchElementException when the queue is empty
   */
  public long remove() {
    OffHeapStack.requireWord(slab);
    ParticipantRecord r = domain.claim();
    try {
      r.reserve();
      long old = moveHead(r);
      if (old == NONE) {
        throw new NoSuchElementException(
            "the queue on " + slab.objectName() + " is empty; use pollOr or isEmpty");
      }
      long value = slab.get(first(r), 0);
      retire(r, old);
      return value;
    } finally {
      leave(r);
    }
  }

  /** Removes the first element and gives word 0 of its record, or {@code ifEmpty}. */
  public long pollOr(long ifEmpty) {
    OffHeapStack.requireWord(slab);
    ParticipantRecord r = domain.claim();
    try {
      r.reserve();
      long old = moveHead(r);
      if (old == NONE) {
        return ifEmpty;
      }
      long value = slab.get(first(r), 0);
      retire(r, old);
      return value;
    } finally {
      leave(r);
    }
  }

  /** Removes the first element and lets {@code reader} read its record; false when there is none. */
  public boolean poll(SlotAccess reader) {
    Objects.requireNonNull(reader, "reader");
    ParticipantRecord r = domain.claim();
    try {
      r.reserve();
      long old = moveHead(r);
      if (old == NONE) {
        return false;
      }
      try {
        reader.access(slab, first(r));
      } finally {
        retire(r, old);
      }
      return true;
    } finally {
      leave(r);
    }
  }

  /** Word 0 of the first element's record, or {@code ifEmpty} when the queue is empty. */
  public long peekOr(long ifEmpty) {
    OffHeapStack.requireWord(slab);
    ParticipantRecord r = domain.claim();
    try {
      for (; ; ) {
        long h = protectHead(r);
        if (h == NONE) {
          return ifEmpty;
        }
        long next = slab.link(h);
        r.publish(1, next);
        if (head.value == h) {
          return next <= NONE ? ifEmpty : slab.get(next, 0);
        }
      }
    } finally {
      leave(r);
    }
  }

  /** Whether there is no element. */
  public boolean isEmpty() {
    ParticipantRecord r = domain.claim();
    try {
      long h = protectHead(r);
      return h == NONE || slab.link(h) <= NONE;
    } finally {
      leave(r);
    }
  }

  /**
   * Gives back all slots: those of the elements, which are gone, and the one that the queue always holds. From
   * then on nothing can be added, and nothing is found. Others may be at work meanwhile, and closing again
   * does nothing; but it is not one step. First additions are refused, then the elements go one by one, and a
   * poll may still get one of them; poll before if they are wanted. Slots that somebody reads at that moment
   * are given back by a later scan of the domain.
   */
  @Override
  public void close() {
    ParticipantRecord r = domain.claim();
    try {
      refuseOffers(r);
      r.reserve();
      for (long old; (old = moveHead(r)) != NONE; r.reserve()) {
        retire(r, old);
      }
      long last = protectHead(r);
      if (last != NONE) {
        tail.cas(last, NONE);
        if (head.cas(last, NONE)) {
          retire(r, last);
        }
      }
    } finally {
      leave(r);
    }
    domain.scanHandingOver();
  }

  /** The slab that holds the elements. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public OffHeapSlab slab() {
    return slab;
  }

  /** The domain that reclaims polled slots; its figures and its bound. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public HazardPointers domain() {
    return domain;
  }

  @Override
  public String toString() {
    return "OffHeapQueue["
        + (isEmpty() ? "empty" : "not empty")
        + ", "
        + slab
        + ", "
        + domain
        + "]";
  }

  private void append(long slot) {
    slab.setLink(slot, NONE);
    ParticipantRecord r;
    try {
      r = domain.claim();
    } catch (OutOfMemoryError noRecord) {
      slab.release(slot);
      throw noRecord;
    }
    try {
      for (; ; ) {
        long t = protectTail(r);
        long next = t == NONE ? CLOSED : slab.link(t);
        if (next == CLOSED) {
          break;
        } else if (next != NONE) {
          tail.cas(t, next);
        } else if (slab.casLink(t, NONE, slot)) {
          tail.cas(t, slot);
          return;
        }
      }
    } finally {
      leave(r);
    }
    slab.release(slot);
    throw new ClosedException(
        "the queue on " + slab.objectName() + " is closed; nothing can be added any more", null);
  }

  /** Lets no offer succeed any more. */
  private void refuseOffers(ParticipantRecord r) {
    for (; ; ) {
      long t = protectTail(r);
      long next = t == NONE ? CLOSED : slab.link(t);
      if (next == CLOSED || (next == NONE && slab.casLink(t, NONE, CLOSED))) {
        return;
      }
      if (next != NONE) {
        tail.cas(t, next);
      }
    }
  }

  private long protectTail(ParticipantRecord r) {
    for (long t = tail.value; ; ) {
      r.publish(0, t);
      long again = tail.value;
      if (again == t) {
        return t;
      }
      t = again;
    }
  }

  private long protectHead(ParticipantRecord r) {
    for (long h = head.value; ; ) {
      r.publish(0, h);
      long again = head.value;
      if (again == h) {
        return h;
      }
      h = again;
    }
  }

  /**
   * Moves head on by one; gives the slot that was the dummy, which the caller retires, or {@link
   * OffHeapSlab#NONE} when the queue is empty. The new dummy, whose words are the element, is protected.
   */
  private long moveHead(ParticipantRecord r) {
    for (; ; ) {
      long h = protectHead(r);
      if (h == NONE) {
        return NONE;
      }
      long t = tail.value;
      long next = slab.link(h);
      if (next <= NONE) {
        return NONE;
      }
      r.publish(1, next);
      if (head.value != h) {
        continue;
      }
      if (h == t) {
        tail.cas(t, next);
      } else if (head.cas(h, next)) {
        return h;
      }
    }
  }

  /** The element that {@link #moveHead} has taken. */
  private static long first(ParticipantRecord r) {
    return r.hazardAcquire(1);
  }

  private void retire(ParticipantRecord r, long old) {
    r.clear(0);
    r.clear(1);
    domain.retire(r, old, slab.releaser());
  }

  /** What a callback has thrown, if one ran, is not the caller's: the element is in or out all the same. */
  private static void leave(ParticipantRecord r) {
    r.clear(0);
    r.clear(1);
    @Nullable Throwable failure = r.takeFailure();
    r.release();
    if (failure != null) {
      Failures.hand(failure);
    }
  }

  private UnavailableException refused() {
    return slab.exhausted(" or are garbage (" + domain.figures() + ")");
  }
}
