package dev.interlock.collection;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one worker: its owner pushes and pops at one end, last in, first out; every other thread
 * steals at the other, first in, first out. Prefer {@link Injector} for tasks that come from anywhere.
 *
 * <p>It is no {@link java.util.Queue} and no {@link Collection}: an operation is for the owner or for
 * thieves, never for both, and a view that refuses half of its interface to every caller helps none.
 *
 * <p><b>Progress.</b> Owner operations ({@link #push}, {@link #pushAll}, {@link #pop}, {@link #drain},
 * {@link #releaseOwnership}) are wait-free; growing copies the elements. {@link #steal} and what is made
 * of it is lock-free: a thief goes round again only because another thread has taken the element.
 * {@link #relaxedSteal} is wait-free. A stalled thief delays nobody; a stalled owner keeps no element
 * back.
 *
 * <p><b>Memory effects.</b> Actions before a {@code push} happen-before actions after the call that takes
 * the element. Calls that take nothing: none.
 *
 * <p><b>Ordering and fairness.</b> Linearizable, {@link #pushAll} and {@link #drain} as one step each.
 * {@link #stealBatchInto} is a row of single steals and not one step: of {@code [1 2 3]} two thieves may
 * take {@code 1, 3} and {@code 2}. A {@link #relaxedSteal} may find nothing although there is something,
 * when it loses a race. Thieves are not served in any order.
 *
 * <p><b>Blocking and errors.</b> Nothing blocks. {@code null} is a {@link NullPointerException}. At one
 * time one thread may be the owner; if the role goes to another thread, something must order the two, as
 * a start or a join does. Two owners at once lose or duplicate elements; {@link #checked} makes deques
 * that throw {@link IllegalStateException} instead, naming both, before anything has changed.
 *
 * <p><b>Cost.</b> {@code push}: no atomic read-modify-write and no fence, O(1) amortised. {@code pop}: one
 * fence, or one compare-and-set for the last element. {@code steal}: one compare-and-set. {@code drain}:
 * one fence for all. {@link #size} is O(1).
 *
 * <p><b>Footprint.</b> 168 bytes and an array of references, 16 of them at first unless the factory says
 * otherwise. It doubles when it is full and halves when less than a quarter is in use. Nothing is
 * allocated by an operation that does neither. A slot is cleared by whoever takes its element; an
 * element that is stolen while the array is being replaced may stay reachable from its slot until the
 * next replacement, at most one for each thief that was stealing then.
 *
 * <p><b>Source.</b> Chase and Lev, Dynamic circular work-stealing deque, SPAA 2005; memory orders after Lê,
 * Pop, Cohen, Zappa Nardelli, Correct and efficient work-stealing for weak memory models, PPoPP 2013. It
 * differs from them in: slots are cleared by their takers, and an empty slot is what tells {@code push}
 * that there is room, so that {@code push} does not read what thieves write; the last element is popped
 * by the thieves' compare-and-set without a fence before it; {@code drain}.
 *
 * @param <E> the type of the elements
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class WorkStealingDeque<E> extends StealingTopPad {
  /*
   *          top (thieves, CAS, never back)         bottom (owner, stores)
   *           |                                      |
   *   array:  v                                      v
   *   ... . . t t+1 t+2 ...                      b-1 b . . ...      index i lives in slot i mod length
   *      null [-------- elements, oldest first ----] null
   *
   *   operation   steps in order                                          linearization point
   *   ---------   --------------                                          -------------------
   *   push        slot b is null? else make room; slot b = x; bottom = b+1   the store of bottom
   *   steal       t = top; b = bottom; t >= b: nothing                        the read of bottom
   *               x = slot t; CAS top t -> t+1; slot t = null                 the CAS
   *   pop, b = bottom - 1
   *     t > b     nothing there                                               the read of top
   *     t = b     x = slot b; CAS top t -> t+1; slot b = null                 the CAS, or losing it
   *     t < b     bottom = b; [StoreLoad] t = top;
   *        t < b  x = slot b; slot b = null                                   the store of bottom
   *        t = b  as above, then bottom = b+1                                 the CAS, or losing it
   *        t > b  bottom = b+1; nothing                                       the read of top
   *   drain n     as pop of the last n: lowers bottom by n, and if thieves have come closer than that
   *               takes what they left by a CAS of top to the old bottom.
   *
   * Why the last element is enough of a meeting place. A thief takes t only after it read bottom > t,
   * and reads top before bottom. The owner lowers bottom to b before it reads top. Both pairs are
   * volatile, so one of the two sees the other: the thief sees bottom <= b and lets b be, or the owner
   * sees top >= b and goes to the CAS.
   *
   * While the owner has lowered bottom and not decided, a thief may find nothing although one element is
   * there. Either the owner gets that element, and its pop is put before, or a thief that had read the
   * old bottom does, which began before that store and whose steal is put before.
   *
   * Invariants.
   *   I1  top <= bottom outside of pop and drain, which lower bottom by as many as they want first.
   *   I2  The slot of every index in [top, bottom) holds its element, not null.
   *   I3  Only the owner writes elements, only into slots that it has seen to be null, and only into the
   *       present array. So the taker of index t may clear slot t at any later time: until then the
   *       owner does not use the slot. There is no ABA by an element that is pushed twice.
   *   I4  Only the owner replaces the array; one that was replaced gets no element any more. A thief that
   *       still reads from it finds the element of t if its CAS succeeds, as the copy was made when t was
   *       in [top, bottom).
   * Not invariants. A slot outside of [top, bottom) may hold a taken element: its taker has not cleared
   * it yet, or cleared it in the array before. The owner never waits for it. When it comes to that slot
   * it makes a new array as large as this one, which takes only the elements that are there.
   *
   * Rejected.
   *   Thieves leave clearing to the owner: an owner that sleeps keeps everything reachable that was
   *     stolen from it.
   *   CAS on the slots instead of top: a stalled thief stops the others, or sentinels and versions are
   *     needed against elements that come back to their slot.
   *   Stealing a batch by one CAS: the owner may then meet a thief anywhere in the batch, so that each
   *     of its pops has to write top, which idle thieves read all the time.
   *   Blocks that belong to either the owner or the thieves (BWoS, OSDI 2023), or a private part of the
   *     deque: the owner saves its fence, but what is in its block cannot be stolen. A worker that
   *     pushes two tasks and then computes, or stalls, keeps both; steal would not be linearizable.
   */
  private static final int DEFAULT_CAPACITY = 16;

  /** The largest array. */
  private static final int MAX_CAPACITY = 1 << 30;

  /** The most elements that {@link #stealBatchInto(WorkStealingDeque)} takes. */
  public static final int BATCH_LIMIT = 32;

  private volatile long bottom;
  private volatile @Nullable Object[] array;
  private final int leastCapacity;
  private final @Nullable DequeOwner owner;

  private WorkStealingDeque(int capacity, @Nullable DequeOwner owner) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "the first capacity of a WorkStealingDeque is "
              + capacity
              + "; it must lie between 1 and "
              + MAX_CAPACITY
              + ", and the deque grows by itself");
    }
    leastCapacity = Math.max(2, Integer.highestOneBit(capacity - 1) << 1);
    array = new @Nullable Object[leastCapacity];
    this.owner = owner;
  }

  /** An empty deque. */
  public static <E> WorkStealingDeque<E> create() {
    return create(DEFAULT_CAPACITY);
  }

  /**
   * An empty deque with room for {@code capacity} elements, rounded up to a power of two, before it grows
   * for the first time; it does not shrink below that.
   *
   * @throws IllegalArgumentException when {@code capacity} is less than 1 or more than 2<sup>30</sup>
   */
  public static <E> WorkStealingDeque<E> create(int capacity) {
    return new WorkStealingDeque<>(capacity, null);
  }

  /**
   * A deque that checks who calls: the first thread that uses an operation of the owner is the owner
   * until {@link #releaseOwnership}, and any other that uses one gets an {@link IllegalStateException}.
   */
  public static <E> WorkStealingDeque<E> checked() {
    return new WorkStealingDeque<>(DEFAULT_CAPACITY, new DequeOwner());
  }

  // The owner

  /**
   * Adds an element at the owner's end.
   *
   * @throws IllegalStateException in checked mode, when another thread is the owner
   */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public void push(E element) {
    Objects.requireNonNull(element, "element");
    checkOwner("push");
    long b = bottomPlain();
    @Nullable Object[] a = arrayPlain();
    if (slot(a, b) != null) {
      a = makeRoom(a, b, 1);
    }
    setSlot(a, b, element);
    setBottomRelease(b + 1);
  }

  /**
   * Adds all elements in the order of the collection, in one step: a thief sees none or all of them.
   *
   * @throws NullPointerException when one of them is null; then none is added
   * @throws IllegalStateException in checked mode, when another thread is the owner
   */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public void pushAll(Collection<? extends E> elements) {
    Object[] all = elements.toArray(); // one look at it, whatever others do with it
    for (Object element : all) {
      Objects.requireNonNull(element, "element");
    }
    checkOwner("pushAll");
    long b = bottomPlain();
    @Nullable Object[] a = reserve(all.length);
    for (int i = 0; i < all.length; i++) {
      setSlot(a, b + i, all[i]);
    }
    setBottomRelease(b + all.length);
  }

  /**
   * Takes the newest element.
   *
   * @return the element, or null when there is none
   * @throws IllegalStateException in checked mode, when another thread is the owner
   */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public @Nullable E pop() {
    checkOwner("pop");
    long b = bottomPlain() - 1;
    long t = topAcquire();
    @Nullable Object[] a = arrayPlain();
    if (t >= b) {
      E last = t == b ? takeLast(a, b) : null;
      if (last == null && a.length > leastCapacity) {
        shrink(a, b + 1);
      }
      return last;
    }
    setBottom(b);
    t = top();
    if (t >= b) {
      E last = t == b ? takeLast(a, b) : null;
      setBottomRelease(b + 1);
      return last;
    }
    E x = slot(a, b);
    setSlot(a, b, null);
    if (b - t < a.length >> 2 && a.length > leastCapacity) {
      shrink(a, b);
    }
    return x;
  }

  /**
   * Takes up to {@code limit} elements in one step and hands them over, the newest first. If the consumer
   * throws, those that it has not been given are pushed back.
   *
   * @return how many it was given
   * @throws IllegalArgumentException when {@code limit} is negative
   * @throws IllegalStateException in checked mode, when another thread is the owner
   */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public int drain(Consumer<? super E> consumer, int limit) {
    Objects.requireNonNull(consumer, "consumer");
    if (limit < 0) {
      throw new IllegalArgumentException("limit is " + limit + "; drain takes zero or more");
    }
    checkOwner("drain");
    long end = bottomPlain();
    long n = Math.min(limit, end - topAcquire());
    if (n <= 0) {
      return 0;
    }
    long first = end - n;
    setBottom(first);
    long t = top();
    if (t >= first) {
      // Thieves may be on their way to any of these: take what they leave by the word they use.
      while (t < end && !casTop(t, end)) {
        t = top();
      }
      first = Math.min(t, end);
      setBottomRelease(end);
    }
    handOver(arrayPlain(), first, end, consumer);
    return (int) (end - first);
  }

  /** In checked mode, lets the next thread that calls an operation of the owner become the owner. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public void releaseOwnership() {
    checkOwner("releaseOwnership");
    if (owner != null) {
      owner.leave();
    }
  }

  // Thieves

  /**
   * Takes the oldest element. A thief that loses a race goes on to the next element at once: that costs
   * less than the first look at another deque, and lets null mean that the deque was empty.
   *
   * @return the element, or null when there is none
   */
  public @Nullable E steal() {
    for (; ; ) {
      long t = top();
      if (t >= bottom) {
        return null;
      }
      E x = trySteal(t);
      if (x != null) {
        return x;
      }
      Thread.onSpinWait();
    }
  }

  /**
   * Takes the oldest element unless another thread is about to, for thieves that would rather look
   * elsewhere than compete.
   *
   * @return the element, or null when there is none or another thread was faster
   */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public @Nullable E relaxedSteal() {
    long t = top();
    return t >= bottom ? null : trySteal(t);
  }

  /** As {@link #stealBatchInto(WorkStealingDeque, int)} with {@link #BATCH_LIMIT}. */
  public int stealBatchInto(WorkStealingDeque<? super E> target) {
    return stealBatchInto(target, BATCH_LIMIT);
  }

  /**
   * Moves the older half of the elements, but not more than {@code limit}, to a deque that the caller
   * owns, in their order. Not one step: a row of single steals, that ends early when it loses a race.
   *
   * @return how many were moved; 0 when there was none
   * @throws IllegalArgumentException when the target is this deque, or {@code limit} is less than 1
   * @throws IllegalStateException in checked mode, when another thread is the owner of the target
   */
  public int stealBatchInto(WorkStealingDeque<? super E> target, int limit) {
    checkBatch(target, limit);
    int wanted = (int) Math.min(limit, (size() + 1L) >> 1);
    int moved = 0;
    if (wanted > 0) {
      E x = steal();
      while (x != null) {
        target.push(x);
        x = ++moved < wanted ? relaxedSteal() : null;
      }
    }
    return moved;
  }

  /**
   * Takes the oldest element for the caller to run, and moves others, so that it is half in all, to a
   * deque that the caller owns. Not one step, as {@link #stealBatchInto}.
   *
   * @return the oldest element, or null when there is none
   * @throws IllegalArgumentException when the target is this deque
   * @throws IllegalStateException in checked mode, when another thread is the owner of the target
   */
  public @Nullable E stealBatchAndTake(WorkStealingDeque<? super E> target) {
    checkBatch(target, BATCH_LIMIT);
    int wanted = (int) Math.min(BATCH_LIMIT, (size() + 1L) >> 1);
    E taken = steal();
    if (taken != null) {
      for (int moved = 1; moved < wanted; moved++) {
        E x = relaxedSteal();
        if (x == null) {
          break;
        }
        target.push(x);
      }
    }
    return taken;
  }

  // Everybody

  /** How many elements there are at some moment of the call. */
  public int size() {
    for (; ; ) {
      long t = top();
      long n = bottom - t;
      if (t == top()) {
        return (int) Math.max(0, n);
      }
    }
  }

  /** Whether there is no element at some moment of the call. */
  public boolean isEmpty() {
    for (; ; ) {
      long t = top();
      if (t >= bottom) {
        return true;
      }
      // An owner that takes the last elements lowers bottom for a moment: only if top stands still
      // meanwhile is the bottom that was read of the same moment.
      if (t == top()) {
        return false;
      }
    }
  }

  /** How many elements there is room for without growing. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public int capacity() {
    return array.length;
  }

  @Override
  public String toString() {
    return "WorkStealingDeque@"
        + Integer.toHexString(System.identityHashCode(this))
        + "[size="
        + size()
        + ", capacity="
        + capacity()
        + (owner == null ? "" : ", owner=" + owner.describe())
        + "]";
  }

  // For the injector

  /**
   * Makes sure that the next {@code count} slots are empty.
   *
   * @return the array
   */
  @Nullable Object[] reserve(int count) {
    @Nullable Object[] a = arrayPlain();
    long b = bottomPlain();
    for (int i = 0; i < count; i++) {
      if (i >= a.length || slot(a, b + i) != null) {
        return makeRoom(a, b, count);
      }
    }
    return a;
  }

  /** Writes an element, to be published with others, {@code ahead} places behind the last one. */
  void stage(int ahead, E element) {
    setSlot(arrayPlain(), bottomPlain() + ahead, element);
  }

  /** Publishes {@code count} staged elements in one step, the last one staged as the oldest. */
  void publishReversed(int count) {
    @Nullable Object[] a = arrayPlain();
    long low = bottomPlain();
    long high = low + count - 1;
    for (long i = low, j = high; i < j; i++, j--) {
      E x = slot(a, i);
      setSlot(a, i, slot(a, j));
      setSlot(a, j, x);
    }
    setBottomRelease(high + 1);
  }

  void checkOwner(String operation) {
    if (owner != null) {
      owner.enter(this, operation);
    }
  }

  // Steps

  private @Nullable E trySteal(long t) {
    @Nullable Object[] a = arrayAcquire();
    E x = slot(a, t);
    if (x != null && casTop(t, t + 1)) {
      setSlot(a, t, null);
      return x;
    }
    return null;
  }

  /** The owner takes the only element, as a thief would. */
  private @Nullable E takeLast(@Nullable Object[] a, long b) {
    E x = slot(a, b);
    if (casTop(b, b + 1)) {
      setSlot(a, b, null);
      return x;
    }
    return null;
  }

  private void handOver(@Nullable Object[] a, long first, long end, Consumer<? super E> consumer) {
    long i = end;
    try {
      while (i > first) {
        i--;
        E x = Objects.requireNonNull(slot(a, i));
        setSlot(a, i, null);
        consumer.accept(x);
      }
    } finally {
      // Nothing to do unless the consumer has thrown.
      for (long j = first; j < i; j++) {
        E x = Objects.requireNonNull(slot(a, j));
        setSlot(a, j, null);
        push(x);
      }
    }
  }

  private void checkBatch(WorkStealingDeque<? super E> target, int limit) {
    if (target == this) {
      throw new IllegalArgumentException(
          this + " cannot steal from itself; give the deque of the thief");
    }
    if (limit < 1) {
      throw new IllegalArgumentException("limit is " + limit + "; a batch takes one or more");
    }
    target.checkOwner("stealing into");
  }

  // The array, by the owner

  /**
   * The present array has no room for {@code count} more elements, or a slot that is needed has not been
   * cleared by its thief.
   */
  private @Nullable Object[] makeRoom(@Nullable Object[] a, long b, int count) {
    long t = top();
    long needed = b - t + count;
    long length = a.length;
    while (length < needed) {
      length <<= 1;
    }
    if (length > MAX_CAPACITY) {
      throw new IllegalStateException(
          this + " cannot hold " + needed + " elements; the most are " + MAX_CAPACITY);
    }
    return replace(a, t, b, (int) length);
  }

  private void shrink(@Nullable Object[] a, long b) {
    long t = top();
    int half = a.length >> 1;
    if (b - t <= half) {
      replace(a, t, b, half);
    }
  }

  private @Nullable Object[] replace(@Nullable Object[] a, long t, long b, int length) {
    @Nullable Object[] next = new @Nullable Object[length];
    for (long i = t; i < b; i++) {
      next[(int) i & (length - 1)] = slot(a, i);
    }
    setArrayRelease(next);
    return next;
  }

  // Access

  @SuppressWarnings("unchecked") // only elements are written
  private @Nullable E slot(@Nullable Object[] a, long index) {
    // Ordering: Opaque. Reads of one slot go forward: once its taker has cleared it, the owner's
    // next element comes after that. What is behind the element comes by bottom. Evidence:
    // DequeSlotReuse.
    return (E) SLOT.getOpaque(a, (int) index & (a.length - 1));
  }

  private static void setSlot(@Nullable Object[] a, long index, @Nullable Object element) {
    // Ordering: Opaque. Published by setBottomRelease; clearing publishes nothing.
    // Evidence: DequePublication, DequeSlotReuse.
    SLOT.setOpaque(a, (int) index & (a.length - 1), element);
  }

  private long bottomPlain() {
    // Ordering: Plain. The owner's own word: nobody else writes it.
    return (long) BOTTOM.get(this);
  }

  private void setBottom(long index) {
    bottom = index; // volatile: before the following read of top, see the header
  }

  private void setBottomRelease(long index) {
    // Ordering: Release. Pairs with the read of bottom by thieves; publishes the slots below, what
    // was done before the push, and the array. No StoreLoad is needed: the owner adds, it does not
    // take, and a thief that sees the old value misses an element that is not yet there. Evidence:
    // DequePublication.
    BOTTOM.setRelease(this, index);
  }

  private @Nullable Object[] arrayPlain() {
    // Ordering: Plain. The owner's own word: nobody else writes it.
    return (@Nullable Object[]) ARRAY.get(this);
  }

  private @Nullable Object[] arrayAcquire() {
    // Ordering: Acquire. Pairs with setArrayRelease; makes the copied slots visible. It comes after
    // the read of bottom, so it is the array that held the newest index or a later one. Evidence:
    // DequeGrowth.
    return (@Nullable Object[]) ARRAY.getAcquire(this);
  }

  private void setArrayRelease(@Nullable Object[] next) {
    // Ordering: Release. Pairs with arrayAcquire; publishes the copied slots. Evidence:
    // DequeGrowth.
    ARRAY.setRelease(this, next);
  }

  private static final VarHandle BOTTOM =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "bottom", VarHandle.class, WorkStealingDeque.class, long.class);
  private static final VarHandle ARRAY =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "array",
          VarHandle.class,
          WorkStealingDeque.class,
          Object[].class);
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
}
