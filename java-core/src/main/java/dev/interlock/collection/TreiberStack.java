package dev.interlock.collection;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.pause.Pause;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.AbstractCollection;
import java.util.AbstractQueue;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An unbounded stack for any number of threads: Treiber's list of nodes, with places beside it where a
 * push and a pop that disturb each other meet and are done. Prefer a queue where any order will do: the
 * top of a stack is one word, for which all its users compete.
 *
 * <p><b>Progress.</b> Lock-free, every operation: a thread that is stopped anywhere delays nobody. {@code
 * peek}, {@code isEmpty}, {@code clear} and {@code popAll} take their step without a retry.
 *
 * <p><b>Memory effects.</b> Actions before an element is put in happen-before actions after it is seen or
 * taken out by another thread. A call that finds nothing: none.
 *
 * <p><b>Ordering and fairness.</b> Last in, first out, and linearizable without exception: {@code size},
 * {@code contains}, {@code remove(Object)}, {@code removeIf}, {@link #pushAll}, {@link #popAll} and {@code
 * clear} are one step each, and an iterator shows exactly the elements that were in the stack when it was
 * made, from the top down. Who pushes is served in no order: a thread may lose to others without bound.
 *
 * <p><b>Blocking and errors.</b> Nothing waits; {@link #pop} of an empty stack is null, and what throws
 * instead is {@code remove()} of {@link #asLifoQueue}. {@code null} is a {@link NullPointerException};
 * {@code addAll} of the stack to itself an {@link IllegalArgumentException}.
 *
 * <p><b>Cost.</b> One compare-and-set for a push, one for a pop, when nobody interferes. {@code size} and
 * {@code contains} are O(n). Removing from the middle copies the nodes above: O(n), and it begins anew when
 * the top has changed meanwhile.
 *
 * <p><b>Footprint.</b> 24 bytes for each element with compressed references, 24 for the stack; the places to
 * meet are made when two threads disturb each other for the first time. Asserted in {@code
 * UnboundedFootprintTest}.
 *
 * <p><b>Source.</b> Treiber, Systems programming: coping with parallelism, IBM RJ 5118, 1986; Hendler,
 * Shavit, Yerushalmi, A scalable lock-free stack algorithm, SPAA 2004.
 *
 * @param <E> the type of the elements
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class TreiberStack<E> extends AbstractCollection<E> {
  /*
   *   top --> [ C | next ] --> [ B | next ] --> [ A | next ] --> null
   *
   *   push D     node.next = top, top CAS what it was -> node     <- linearization point
   *   pop        top CAS t -> t.next                              <- linearization point
   *              top is null                                      <- empty: linearization point
   *   either, when its CAS has failed: hand the node over in a place of the elimination array; the pop
   *              comes right after the push, at the CAS of the taker
   *   popAll     top swapped for null                             <- linearization point
   *   pushAll    a chain instead of a node
   *   remove     top CAS t -> a copy of what is above, linked to what is below
   *   iterator   the read of top; what is reached from there cannot change
   *
   * Invariants.
   *   A node does not change once it is published, neither its element nor its link. So the word top says
   *   all: whoever has read it has a snapshot of the whole stack.
   *   A node is published once, by push or by the copy, and is not used again. It can be top several times
   *   (it comes back each time what is above is popped), and each time the whole stack beneath is the same.
   *   Therefore no ABA: a CAS from t to t.next is right whenever top is t, however often it was something
   *   else in between. The collector sees to it that t is not another node at the same address.
   *
   * A plain next. It is written before the CAS that publishes the node, which is volatile, and read after
   * the volatile read that found the node: ordered by that pair, needs no mode of its own.
   *
   * Rejected. The number of elements in each node, for a size in one step: a push would have to read the
   * node below, which another processor has just written. An element that is taken out of its node: a
   * second CAS for each pop, so that removing from the middle, which is rare, is cheap. Back-off alone:
   * looking for somebody to meet is a back-off too.
   */

  static {
    Pause.prepare();
  }

  private static final class Node<E> {
    final E item;
    @Nullable Node<E> next;

    Node(E item) {
      this.item = item;
    }
  }

  private volatile @Nullable Node<E> top;
  private volatile @Nullable EliminationArray<Node<E>> meeting;

  /** An empty stack. */
  public TreiberStack() {}

  // Putting in

  /** Puts {@code element} on top. */
  public void push(E element) {
    Node<E> node = new Node<>(Objects.requireNonNull(element, "element"));
    for (; ; ) {
      Node<E> t = top;
      node.next = t;
      if (casTop(t, node)) {
        return;
      }
      node.next = null; // who takes it over must not keep the stack alive
      if (meeting().offer(node, Patience.LOOKS)) {
        return;
      }
    }
  }

  /** As {@link #push}; true, always. */
  @Override
  public boolean add(E element) {
    push(element);
    return true;
  }

  /**
   * Puts all of {@code elements} on top in one step, in their order, so that the last of them is the top:
   * nobody sees some of them and not the others. On failure the stack is as it was.
   *
   * @return how many
   * @throws IllegalArgumentException when {@code elements} is this stack
   */
  public int pushAll(Collection<? extends E> elements) {
    if (elements == this) {
      throw new IllegalArgumentException("a stack cannot be pushed onto itself; push a copy of it");
    }
    Chain<E> chain = new Chain<>();
    for (E element : elements) {
      chain.add(element);
    }
    return chain.pushTo(this);
  }

  /** As {@link #pushAll}. */
  @Override
  public boolean addAll(Collection<? extends E> elements) {
    return pushAll(elements) > 0;
  }

  /**
   * Asks {@code supplier} for {@code limit} elements and pushes them in one step, the last on top. If it
   * fails, what it had given before is in the stack.
   *
   * @return {@code limit}
   * @throws IllegalArgumentException when {@code limit} is negative
   */
  public int fill(Supplier<? extends E> supplier, int limit) {
    Batches.check(supplier, "supplier", limit);
    Chain<E> chain = new Chain<>();
    try {
      for (int i = 0; i < limit; i++) {
        chain.add(supplier.get());
      }
    } finally {
      chain.pushTo(this);
    }
    return limit;
  }

  /** Nodes that nobody else has yet, the last element first. */
  private static final class Chain<E> {
    private @Nullable Node<E> first;
    private @Nullable Node<E> last;
    private int length;

    void add(E element) {
      Node<E> node = new Node<>(Objects.requireNonNull(element, "element"));
      node.next = first;
      first = node;
      if (last == null) {
        last = node;
      }
      length++;
    }

    int pushTo(TreiberStack<E> stack) {
      if (last != null) {
        Node<E> t;
        do {
          t = stack.top;
          last.next = t;
        } while (!stack.casTop(t, first));
      }
      return length;
    }
  }

  // Taking out

  /** Takes the top element, or null when the stack is empty. */
  public @Nullable E pop() {
    for (; ; ) {
      Node<E> t = top;
      if (t == null) {
        return null;
      }
      if (casTop(t, t.next)) {
        return t.item;
      }
      Node<E> met = meeting().take(Patience.LOOKS);
      if (met != null) {
        return met.item;
      }
    }
  }

  /**
   * Takes all elements in one step.
   *
   * @return them, the top first; a list of the caller's own
   */
  public List<E> popAll() {
    List<E> all = new ArrayList<>();
    for (Node<E> p = takeAll(); p != null; p = p.next) {
      all.add(p.item);
    }
    return all;
  }

  @SuppressWarnings("unchecked") // the field's type
  private @Nullable Node<E> takeAll() {
    return (Node<E>) TOP.getAndSet(this, null);
  }

  /**
   * Takes elements from the top and gives each to {@code consumer}, until it has given {@code limit} or the
   * stack is empty. One step for each element; {@link #popAll} is one step for all. If {@code consumer}
   * fails, the element that it was given is gone and no other.
   *
   * @return how many
   * @throws IllegalArgumentException when {@code limit} is negative
   */
  public int drain(Consumer<? super E> consumer, int limit) {
    Batches.check(consumer, "consumer", limit);
    int count = 0;
    while (count < limit) {
      E element = pop();
      if (element == null) {
        break;
      }
      count++;
      consumer.accept(element);
    }
    return count;
  }

  /** The top element, which stays, or null when the stack is empty. */
  public @Nullable E peek() {
    Node<E> t = top;
    return t == null ? null : t.item;
  }

  // Looking at all of them, and removing from the middle

  @Override
  public boolean isEmpty() {
    return top == null;
  }

  @Override
  public void clear() {
    top = null;
  }

  /** The number of elements: exact, O(n). */
  @Override
  public int size() {
    int count = 0;
    for (Node<E> p = top; p != null && count < Integer.MAX_VALUE; p = p.next) {
      count++;
    }
    return count;
  }

  @Override
  public boolean contains(@Nullable Object o) {
    return o != null && find(top, o) != null;
  }

  /** Removes the element nearest to the top that equals {@code o}. */
  @Override
  public boolean remove(@Nullable Object o) {
    if (o == null) {
      return false;
    }
    for (; ; ) {
      Node<E> t = top;
      Node<E> found = find(t, o);
      if (t == null || found == null) {
        return false;
      }
      if (casTop(t, without(t, found))) {
        return true;
      }
    }
  }

  private static <E> @Nullable Node<E> find(@Nullable Node<E> from, Object o) {
    Node<E> p = from;
    while (p != null && !o.equals(p.item)) {
      p = p.next;
    }
    return p;
  }

  /** What {@code t} would be without the node {@code gone} beneath it: copies of those above it. */
  private static <E> @Nullable Node<E> without(Node<E> t, Node<E> gone) {
    Copy<E> copy = new Copy<>();
    for (Node<E> p = t; p != null && p != gone; p = p.next) {
      copy.add(p.item);
    }
    return copy.endingWith(gone.next);
  }

  /** Removes all elements that {@code filter} accepts, in one step; it may be asked more than once. */
  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    Objects.requireNonNull(filter, "filter");
    for (; ; ) {
      Node<E> t = top;
      BitSet gone = new BitSet();
      int index = 0;
      Node<E> below = null; // what is beneath the last of them stays as it is
      for (Node<E> p = t; p != null; p = p.next) {
        if (filter.test(p.item)) {
          gone.set(index);
          below = p.next;
        }
        index++;
      }
      if (gone.isEmpty()) {
        return false;
      }
      Copy<E> copy = new Copy<>();
      index = 0;
      for (Node<E> p = t; p != null && index < gone.length(); p = p.next) {
        if (!gone.get(index++)) {
          copy.add(p.item);
        }
      }
      if (casTop(t, copy.endingWith(below))) {
        return true;
      }
    }
  }

  @Override
  public boolean removeAll(Collection<?> others) {
    Objects.requireNonNull(others, "others");
    return removeIf(others::contains);
  }

  @Override
  public boolean retainAll(Collection<?> others) {
    Objects.requireNonNull(others, "others");
    return removeIf(element -> !others.contains(element));
  }

  /** New nodes in the order in which they are added. */
  private static final class Copy<E> {
    private @Nullable Node<E> first;
    private @Nullable Node<E> last;

    void add(E item) {
      Node<E> node = new Node<>(item);
      if (last == null) {
        first = node;
      } else {
        last.next = node;
      }
      last = node;
    }

    @Nullable Node<E> endingWith(@Nullable Node<E> rest) {
      if (last == null) {
        return rest;
      }
      last.next = rest;
      return first;
    }
  }

  /**
   * The elements that are in the stack now, the top first. {@code remove} takes the element that was shown
   * out of the stack, if it is still there; when another removal has copied its node meanwhile, the same
   * object that is nearest to the top.
   */
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
    private @Nullable Node<E> next = top;
    private @Nullable Node<E> last;

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public E next() {
      Node<E> node = next;
      if (node == null) {
        throw new NoSuchElementException("the iterator has come to the end of the stack");
      }
      last = node;
      next = node.next;
      return node.item;
    }

    @Override
    public void remove() {
      if (last == null) {
        throw new IllegalStateException("nothing to remove: call next() first, and remove() once");
      }
      removeNode(last);
      last = null;
    }
  }

  @SuppressWarnings("ReferenceEquality") // this very element
  private void removeNode(Node<E> node) {
    for (; ; ) {
      Node<E> t = top;
      Node<E> same = null;
      Node<E> found = t;
      while (found != null && found != node) {
        if (same == null && found.item == node.item) {
          same = found;
        }
        found = found.next;
      }
      if (found == null) {
        found = same;
      }
      if (t == null || found == null || casTop(t, without(t, found))) {
        return;
      }
    }
  }

  // As a queue

  /**
   * This stack as a queue that is last in, first out: {@code offer} is {@link #push} and {@code poll} is
   * {@link #pop}. A view, not a copy.
   */
  public Queue<E> asLifoQueue() {
    return new LifoQueue();
  }

  @ProgressGuarantee(Progress.LOCK_FREE)
  private final class LifoQueue extends AbstractQueue<E> {
    @Override
    public boolean offer(E element) {
      push(element);
      return true;
    }

    @Override
    public boolean addAll(Collection<? extends E> elements) {
      if (elements == this) {
        throw new IllegalArgumentException("a queue cannot be added to itself; add a copy of it");
      }
      return TreiberStack.this.addAll(elements);
    }

    @Override
    public @Nullable E poll() {
      return pop();
    }

    @Override
    public @Nullable E peek() {
      return TreiberStack.this.peek();
    }

    @Override
    public boolean isEmpty() {
      return TreiberStack.this.isEmpty();
    }

    @Override
    public void clear() {
      TreiberStack.this.clear();
    }

    @Override
    public int size() {
      return TreiberStack.this.size();
    }

    @Override
    public boolean contains(@Nullable Object o) {
      return TreiberStack.this.contains(o);
    }

    @Override
    public boolean remove(@Nullable Object o) {
      return TreiberStack.this.remove(o);
    }

    @Override
    public boolean removeIf(Predicate<? super E> filter) {
      return TreiberStack.this.removeIf(filter);
    }

    @Override
    public boolean removeAll(Collection<?> others) {
      return TreiberStack.this.removeAll(others);
    }

    @Override
    public boolean retainAll(Collection<?> others) {
      return TreiberStack.this.retainAll(others);
    }

    @Override
    public Iterator<E> iterator() {
      return TreiberStack.this.iterator();
    }

    @Override
    public Spliterator<E> spliterator() {
      return TreiberStack.this.spliterator();
    }
  }

  private EliminationArray<Node<E>> meeting() {
    EliminationArray<Node<E>> places = meeting;
    if (places == null) {
      EliminationArray<Node<E>> fresh = new EliminationArray<>();
      places = MEETING.compareAndSet(this, null, fresh) ? fresh : meeting;
    }
    return Objects.requireNonNull(places); // set once
  }

  private boolean casTop(@Nullable Node<E> expected, @Nullable Node<E> node) {
    return TOP.compareAndSet(this, expected, node);
  }

  private static final VarHandle TOP =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "top", VarHandle.class, TreiberStack.class, Node.class);
  private static final VarHandle MEETING =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "meeting",
          VarHandle.class,
          TreiberStack.class,
          EliminationArray.class);
}
