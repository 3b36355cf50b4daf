package dev.interlock.reclaim;

import dev.interlock.ClosedException;
import dev.interlock.UnavailableException;
import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.reclaim.HazardPointers.ParticipantRecord;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stack of longs, or of records of a fixed size, in the slots of an {@link OffHeapSlab}. Several stacks
 * and queues may share a slab.
 *
 * <p><b>Progress.</b> Lock-free. A thread that stops inside an operation keeps the slots that its record
 * of the hazard domain protects and has retired, and delays nobody.
 *
 * <p><b>Memory effects.</b> Actions before a push happen-before actions after the pop or peek that gives
 * the same element.
 *
 * <p><b>Ordering and fairness.</b> Linearizable; last in, first out. Not fair: a thread may be overtaken
 * again and again.
 *
 * <p><b>Blocking and errors.</b> Nothing blocks. {@code push} onto a slab without a free slot is an {@link
 * UnavailableException}, {@code tryPush} says false. A popped slot is garbage for a while, so with {@code
 * n} elements a push may be refused although the slab has more than {@code n} slots; with {@code n} plus
 * {@link HazardPointers#garbageBound()} and one for each thread that pushes it is not. An exception of a
 * {@link SlotAccess} leaves the stack without the record when pushing, and without it when popping. What a
 * callback of somebody else on a shared domain throws inside an operation goes to the thread's handler of
 * uncaught exceptions; the element is pushed or popped all the same. The methods that take or give a long
 * are an {@link IllegalStateException} that changes nothing if the records of the slab have no word. After {@link #close()} a push
 * is a {@link ClosedException}, and the stack is empty.
 *
 * <p><b>Cost.</b> A push: acquiring a slot and one compare-and-set. A pop: two compare-and-sets and one
 * store with a fence for the record and the hazard, one compare-and-set on the head, one atomic addition
 * for the figures. Nothing is allocated, but when more threads than ever before are inside at the same
 * time.
 *
 * <p><b>Footprint.</b> A padded word and the domain; 16 bytes and the record for each element, off the heap.
 *
 * <p><b>Source.</b> Treiber 1986; with hazard pointers as in Michael 2004, figure 10.
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class OffHeapStack implements AutoCloseable {
  /*
   * head -> [ link | words ] -> [ link | words ] -> NONE        links and head are handles of the slab
   *
   *   push   a slot of one's own: words, link = head;  CAS head -> slot
   *   pop    h = head; publish h; head still h?  next = h.link;  CAS head h -> next;  read h; retire h
   *   close  h = head;  CAS head h -> CLOSED, which pushes refuse and pops take for empty;  retire h and all
   *          behind it
   *
   * Linearization: push, pop and close at their successful CAS; pop and peek of an empty stack at the read of
   * head that finds NONE; peek at the second look that finds head unchanged.
   *
   * A slot that the hazard names is not released, so its link is that of the slot that head names: a
   * link is written before the push and never again. Without the hazard, link could be that of the next
   * stay of the slot in the stack, and the CAS could succeed on the same slot come back (twin X15). The
   * generation in the handle makes that an error instead of a wrong result, 2^31 stays long.
   */
  /** The head when nothing is pushed any more; no handle is negative. */
  private static final long CLOSED = -1;

  private final OffHeapSlab slab;
  private final HazardPointers domain;
  private final PaddedHandle head = new PaddedHandle(); // OffHeapSlab.NONE at first

  private OffHeapStack(OffHeapSlab slab, HazardPointers domain) {
    domain.bind(slab);
    this.slab = slab;
    this.domain = domain;
  }

  /** A stack in {@code slab} with a hazard domain of its own. */
  public static OffHeapStack on(OffHeapSlab slab) {
    return new OffHeapStack(slab, ownDomain("stack", slab, 1));
  }

  /**
   * A stack in {@code slab} that shares {@code domain} with others.
   *
   * @throws IllegalArgumentException when the domain is used with another slab
   */
  public static OffHeapStack on(OffHeapSlab slab, HazardPointers domain) {
    return new OffHeapStack(
        Objects.requireNonNull(slab, "slab"), Objects.requireNonNull(domain, "domain"));
  }

  /** Scans often enough that garbage takes a small part of the slab. */
  static HazardPointers ownDomain(String what, OffHeapSlab slab, int slots) {
    int threshold = Math.max(1, Math.min(64, slab.capacity() / 16));
    return HazardPointers.named(what + " on slab", slots, threshold);
  }

  /**
   * Pushes {@code value} as word 0 of a record.
   *
   * @throws UnavailableException when the slab has no free slot
   */
  public void push(long value) {
    if (!tryPush(value)) {
      throw refused();
    }
  }

  /** Pushes {@code value} as word 0 of a record, or gives false when the slab has no free slot. */
  public boolean tryPush(long value) {
    requireWord(slab);
    long slot = acquire(slab, domain);
    if (slot == OffHeapSlab.NONE) {
      return false;
    }
    slab.set(slot, 0, value);
    link(slot);
    return true;
  }

  /**
   * Pushes the record that {@code writer} writes.
   *
   * @throws UnavailableException when the slab has no free slot
   */
  public void push(SlotAccess writer) {
    if (!tryPush(writer)) {
      throw refused();
    }
  }

  /** The same, but gives false when the slab has no free slot. */
  public boolean tryPush(SlotAccess writer) {
    Objects.requireNonNull(writer, "writer");
    long slot = acquire(slab, domain);
    if (slot == OffHeapSlab.NONE) {
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
    link(slot);
    return true;
  }

  /**
   * Pops and gives word 0 of the record.
   *
   * @throws NoSuchElementException when the stack is empty
   */
  public long pop() {
    requireWord(slab);
    ParticipantRecord r = domain.claim();
    try {
      r.reserve();
      long slot = unlink(r);
      if (slot == OffHeapSlab.NONE) {
        throw new NoSuchElementException(
            "the stack on " + slab.objectName() + " is empty; use popOr or isEmpty");
      }
      return valueAndRetire(r, slot);
    } finally {
      leave(r);
    }
  }

  /** Pops and gives word 0 of the record, or {@code ifEmpty} when the stack is empty. */
  public long popOr(long ifEmpty) {
    requireWord(slab);
    ParticipantRecord r = domain.claim();
    try {
      r.reserve();
      long slot = unlink(r);
      return slot == OffHeapSlab.NONE ? ifEmpty : valueAndRetire(r, slot);
    } finally {
      leave(r);
    }
  }

  /** Pops and lets {@code reader} read the record; false when the stack is empty. */
  public boolean pop(SlotAccess reader) {
    Objects.requireNonNull(reader, "reader");
    ParticipantRecord r = domain.claim();
    try {
      r.reserve();
      long slot = unlink(r);
      if (slot == OffHeapSlab.NONE) {
        return false;
      }
      try {
        reader.access(slab, slot);
      } finally {
        r.clear(0);
        domain.retire(r, slot, slab.releaser());
      }
      return true;
    } finally {
      leave(r);
    }
  }

  /** Word 0 of the record on top, or {@code ifEmpty} when the stack is empty. */
  public long peekOr(long ifEmpty) {
    requireWord(slab);
    ParticipantRecord r = domain.claim();
    try {
      long slot = protectHead(r);
      return slot == OffHeapSlab.NONE ? ifEmpty : slab.get(slot, 0);
    } finally {
      leave(r);
    }
  }

  /** Whether there is no element. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public boolean isEmpty() {
    return head.value <= OffHeapSlab.NONE;
  }

  /**
   * Gives back the slots of all elements, which are gone. From then on nothing can be pushed, and nothing is
   * found. Others may be at work meanwhile, and closing again does nothing. Slots that somebody reads at that
   * moment are given back by a later scan of the domain.
   */
  @Override
  public void close() {
    long h;
    do {
      h = head.value;
      if (h == CLOSED) {
        return;
      }
    } while (!head.cas(h, CLOSED));
    ParticipantRecord r = domain.claim();
    try {
      while (h != OffHeapSlab.NONE) {
        long next = slab.link(h);
        r.reserve();
        domain.retire(r, h, slab.releaser());
        h = next;
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

  /** The domain that reclaims popped slots; its figures and its bound. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public HazardPointers domain() {
    return domain;
  }

  @Override
  public String toString() {
    return "OffHeapStack["
        + (isEmpty() ? "empty" : "not empty")
        + ", "
        + slab
        + ", "
        + domain
        + "]";
  }

  /** A slot, if need be one that was garbage. */
  static long acquire(OffHeapSlab slab, HazardPointers domain) {
    for (; ; ) {
      long slot = slab.tryAcquire();
      if (slot != OffHeapSlab.NONE || domain.scanHandingOver() == 0) {
        return slot;
      }
    }
  }

  /** Before anything is taken: a record without a word has no place for a long. */
  static void requireWord(OffHeapSlab slab) {
    if (slab.words() == 0) {
      throw new IllegalStateException(
          "a record of "
              + slab.objectName()
              + " has no word for a long; make the slab with one word or more, or give a SlotAccess");
    }
  }

  private void link(long slot) {
    long h;
    do {
      h = head.value;
      if (h == CLOSED) {
        slab.release(slot);
        throw new ClosedException(
            "the stack on " + slab.objectName() + " is closed; nothing can be pushed any more",
            null);
      }
      slab.setLink(slot, h);
    } while (!head.cas(h, slot));
  }

  private long protectHead(ParticipantRecord r) {
    for (long h = head.value; ; ) {
      if (h <= OffHeapSlab.NONE) {
        return OffHeapSlab.NONE;
      }
      r.publish(0, h);
      long again = head.value;
      if (again == h) {
        return h;
      }
      h = again;
    }
  }

  /** Takes the first slot off, still protected; the caller retires it. */
  private long unlink(ParticipantRecord r) {
    for (; ; ) {
      long h = protectHead(r);
      if (h == OffHeapSlab.NONE || head.cas(h, slab.link(h))) {
        return h;
      }
    }
  }

  private long valueAndRetire(ParticipantRecord r, long slot) {
    long value = slab.get(slot, 0);
    r.clear(0);
    domain.retire(r, slot, slab.releaser());
    return value;
  }

  /** What a callback has thrown, if one ran, is not the caller's: the element is in or out all the same. */
  private static void leave(ParticipantRecord r) {
    r.clear(0);
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
