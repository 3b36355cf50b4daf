package dev.interlock.collection;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.layout.LeadingPad;
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
 * The linked queue of Michael and Scott: any number of producers and consumers, no bound, one node for
 * each element. Prefer {@link MpmcUnboundedQueue} for throughput; this one takes no memory when it is
 * empty, appends a whole collection in one step, and removes from the middle at no cost to others.
 *
 * <p><b>Progress.</b> Lock-free, every operation: a thread that is stopped anywhere delays nobody. No
 * single call is wait-free.
 *
 * <p><b>Memory effects.</b> Actions before an element is put in happen-before actions after it is seen or
 * taken out by another thread. A call that finds nothing: none.
 *
 * <p><b>Ordering and fairness.</b> First in, first out. {@code offer}, {@code addAll}, {@code fill},
 * {@code poll}, {@code peek}, {@code isEmpty}, {@code contains} and {@code remove(Object)} are
 * linearizable; {@code addAll} and {@code fill} are one step. {@link #size} is not: of two elements, the
 * first counted, then taken, and a third put in behind, it counts two where there never were. {@code
 * clear}, {@code drain}, {@code removeIf} and their like are one step for each element. Iterators are
 * weakly consistent and can remove.
 *
 * <p><b>Blocking and errors.</b> Nothing waits. {@code null} is a {@link NullPointerException}; {@code
 * addAll} of the queue to itself an {@link IllegalArgumentException}.
 *
 * <p><b>Cost.</b> Two compare-and-sets for an {@code offer}, two for a {@code poll}, when nobody
 * interferes. {@code size}, {@code contains} and {@code remove(Object)} are O(n).
 *
 * <p><b>Footprint.</b> 24 bytes for each element with compressed references, and 208 for the queue, whose
 * two ends lie on cache lines of their own; asserted in {@code UnboundedFootprintTest}.
 *
 * <p><b>Source.</b> Michael and Scott, Simple, fast, and practical non-blocking and blocking concurrent
 * queue algorithms, PODC 1996. It differs in that an element is claimed in its node and not by moving
 * the head, so that it can be claimed in the middle too; in that the tail may fall behind the head; and
 * in that what is appended may be a chain. That a node which leaves the queue refers to itself is the
 * idea of {@link java.util.concurrent.ConcurrentLinkedQueue}.
 *
 * @param <E> the type of the elements
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class MichaelScottQueue<E> extends AbstractQueue<E> {
  /*
   *      head                                         tail
   *       |                                            |
   *       v                                            v
   *   [ item - ] --> [ item A ] --> [ item - ] --> [ item B ] --> [ item C ] --> null
   *     dummy          first         removed                         last
   *
   *   offer C    q = last.next CAS null -> node           <- linearization point
   *              tail CAS what it was -> node             may be lost, others walk a little further
   *   poll       n = head.next
   *                null                                   <- empty: linearization point of the read
   *                head itself: head has passed it, look again
   *              n.item CAS A -> null                     <- linearization point
   *              head CAS dummy -> n, dummy.next = dummy  n is the new dummy; anybody may do this,
   *                                                       and does, who finds n without item
   *   remove     n.item CAS A -> null, anywhere           <- linearization point
   *              pred.next CAS n -> n.next                best effort, never for the last node
   *
   * Invariants.
   *   item   null -> never anything else: a node that has lost its element is dead for good.
   *   next   null in the last node only. null -> a node, once; that is what makes append a CAS on null.
   *          Then it may skip dead nodes behind it, or be the node itself, once head has passed.
   *   head   its node is dead or the first dummy; every node before it is dead. Moves forward only, over
   *          one dead node at a time.
   *   Whoever follows next from any node comes to the last node, or to a node that refers to itself; the
   *   latter says that head has passed, and that what is left is behind head.
   *
   * Non-invariants.
   *   tail need not be the last node, nor the one before, nor even behind head: it is where a producer
   *   begins to look. If it is a node that refers to itself, the producer begins at head.
   *   A dead node need not be unlinked: two neighbours that are unlinked at the same time may bring one of
   *   them back. Traversals unlink what they pass.
   *
   * No nepotism. A dead node in the old generation keeps the young node behind it alive, that one the
   * next, and so each node of a long run is promoted though it was dead when the collector came. So head
   * cuts the link of the node that it leaves. The node cannot just be given null: it would look like the
   * last one, and an element appended there would be lost.
   *
   * No ABA. A node is fresh for each element and is not used again while anybody holds it.
   *
   * Rejected. Claiming by CAS on head, as in the paper: then an element can be removed from the middle
   * only by a mark in its node that polls would have to swap out, one more read-modify-write. Helping the
   * tail in each poll, as in the paper, so that head never overtakes it: it makes consumers read the line
   * that producers write. Moving head or tail at every second node only, as the JDK's
   * queue does: it saves a compare-and-set, and leaves dead nodes in front for everybody to step over.
   */

  private static final class Node<E> {
    volatile @Nullable E item;
    volatile @Nullable Node<E> next;

    Node(@Nullable E item) {
      // Ordering: Plain. Nobody else has the node before casNext publishes it, which is volatile; a
      // volatile write here would be a fence for each element. Evidence: MichaelScottPublication.
      ITEM.set(this, item);
    }

    /** Takes the element out of the node, once. */
    boolean claim(E seen) {
      return ITEM.compareAndSet(this, seen, null);
    }

    boolean casNext(@Nullable Node<E> expected, Node<E> node) {
      return NEXT.compareAndSet(this, expected, node);
    }

    /** Says that the head has passed this node, and cuts it off from what is behind it. */
    void pass() {
      // Ordering: Release. Pairs with the volatile reads of next: who sees it finds the head that
      // passed the node, which was moved before. A later sight of it costs a step over a dead node.
      // Evidence: MichaelScottPassed.
      NEXT.setRelease(this, this);
    }
  }

  /** One end, on a cache line of its own. */
  private static final class End<E> extends LeadingPad {
    volatile Node<E> node;

    End(Node<E> node) {
      this.node = node;
    }

    boolean cas(Node<E> expected, Node<E> next) {
      return NODE.compareAndSet(this, expected, next);
    }
  }

  private final End<E> head;
  private final End<E> tail;

  /** An empty queue. */
  public MichaelScottQueue() {
    Node<E> dummy = new Node<>(null);
    head = new End<>(dummy);
    tail = new End<>(dummy);
  }

  // Putting in

  /**
   * Puts {@code element} at the end.
   *
   * @return true, always
   */
  @Override
  public boolean offer(E element) {
    Node<E> node = new Node<>(Objects.requireNonNull(element, "element"));
    append(node, node);
    return true;
  }

  /** As {@link #offer}. */
  @Override
  public boolean add(E element) {
    return offer(element);
  }

  /**
   * Puts all of {@code elements} at the end in one step: nobody sees some of them and not the others, and
   * no other element comes between them. On failure the queue is as it was.
   *
   * @throws IllegalArgumentException when {@code elements} is this queue
   */
  @Override
  public boolean addAll(Collection<? extends E> elements) {
    if (elements == this) {
      throw new IllegalArgumentException("a queue cannot be added to itself; add a copy of it");
    }
    Chain<E> chain = new Chain<>();
    for (E element : elements) {
      chain.add(element);
    }
    return chain.appendTo(this) > 0;
  }

  /**
   * Asks {@code supplier} for {@code limit} elements and puts them at the end in one step. If it fails, what
   * it had given before is in the queue.
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
      chain.appendTo(this);
    }
    return limit;
  }

  /** Nodes that nobody else has yet. */
  private static final class Chain<E> {
    private @Nullable Node<E> first;
    private @Nullable Node<E> last;
    private int length;

    void add(E element) {
      Node<E> node = new Node<>(Objects.requireNonNull(element, "element"));
      if (last == null) {
        first = node;
      } else {
        // Ordering: Plain. As the item: before the chain is published. Evidence:
        // MichaelScottPublication.
        NEXT.set(last, node);
      }
      last = node;
      length++;
    }

    int appendTo(MichaelScottQueue<E> queue) {
      if (first != null && last != null) {
        queue.append(first, last);
      }
      return length;
    }
  }

  private void append(Node<E> first, Node<E> last) {
    Node<E> t = tail.node;
    Node<E> p = t;
    for (; ; ) {
      Node<E> n = p.next;
      if (n == null) {
        if (p.casNext(null, first)) { // linearization point
          tail.cas(t, last); // if that fails, another producer has moved it
          return;
        }
      } else {
        // Not the last node: the tail lags, or head has passed it.
        Node<E> now = tail.node;
        if (now != t) {
          t = now;
          p = now;
        } else {
          p = n == p ? head.node : n;
        }
      }
    }
  }

  // Taking out

  @Override
  public @Nullable E poll() {
    Node<E> h = head.node;
    for (; ; ) {
      Node<E> n = h.next;
      if (n == null) {
        return null; // linearization point of the read: all nodes are dead
      }
      if (n != h) {
        E item = n.item;
        boolean claimed = item != null && n.claim(item); // linearization point
        moveHead(h, n);
        if (claimed) {
          return item;
        }
      }
      h = head.node; // it has moved
    }
  }

  /** Makes the dead node {@code n} the dummy, if {@code h} still is. */
  private void moveHead(Node<E> h, Node<E> n) {
    if (head.cas(h, n)) {
      h.pass();
    }
  }

  /**
   * Takes elements from the front and gives each to {@code consumer}, until it has given {@code limit} or the
   * queue is empty. One step for each element. If {@code consumer} fails, the element that it was given is
   * gone and no other.
   *
   * @return how many
   * @throws IllegalArgumentException when {@code limit} is negative
   */
  public int drain(Consumer<? super E> consumer, int limit) {
    Batches.check(consumer, "consumer", limit);
    int count = 0;
    while (count < limit) {
      E element = poll();
      if (element == null) {
        break;
      }
      count++;
      consumer.accept(element);
    }
    return count;
  }

  @Override
  public @Nullable E peek() {
    Node<E> h = head.node;
    for (; ; ) {
      Node<E> n = h.next;
      if (n == null) {
        return null;
      }
      if (n != h) {
        E item = n.item; // linearization point: all nodes before it are dead, and stay so
        if (item != null) {
          return item;
        }
        moveHead(h, n);
      }
      h = head.node;
    }
  }

  // Looking at all of them

  @Override
  public boolean isEmpty() {
    return peek() == null;
  }

  /** Counts the elements: O(n), and exact only while nobody else changes the queue. */
  @Override
  public int size() {
    int count = 0;
    for (Walk walk = new Walk(); walk.next() != null; ) {
      count++;
      if (count == Integer.MAX_VALUE) {
        break;
      }
    }
    return count;
  }

  @Override
  public boolean contains(@Nullable Object o) {
    if (o != null) {
      for (Walk walk = new Walk(); ; ) {
        E item = walk.next();
        if (item == null) {
          break;
        }
        if (o.equals(item)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Removes the first element that equals {@code o}. */
  @Override
  public boolean remove(@Nullable Object o) {
    if (o != null) {
      for (Walk walk = new Walk(); ; ) {
        E item = walk.next();
        if (item == null) {
          break;
        }
        if (o.equals(item) && walk.remove(item)) {
          return true;
        }
      }
    }
    return false;
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

  /**
   * Goes from the front to the end over the nodes with an element, and unlinks those without on its way.
   * The end is where next is null, so what is appended meanwhile is seen too, and an element that was there
   * all the time cannot be missed.
   */
  private final class Walk {
    /** The last node that was known to have an element, or was head. */
    private Node<E> before = head.node;

    private Node<E> at = before;

    /** The next element, or null at the end. */
    @Nullable E next() {
      if (at.item != null) {
        before = at;
      }
      for (; ; ) {
        Node<E> n = at.next;
        if (n == null) {
          return null;
        }
        if (n == at) { // head has passed it: all that is left is behind head
          before = head.node;
          at = before;
          continue;
        }
        if (at != before) {
          before.casNext(at, n); // a dead node that is not the last
        }
        at = n;
        E item = n.item;
        if (item != null) {
          return item;
        }
      }
    }

    /** Takes {@code item} out of the node at which the walk is. */
    boolean remove(E item) {
      return removeFrom(before, at, item);
    }
  }

  private boolean removeFrom(Node<E> before, Node<E> node, E item) {
    if (!node.claim(item)) { // linearization point
      return false;
    }
    Node<E> n = node.next;
    if (before != node && n != null && n != node) {
      before.casNext(node, n);
    }
    return true;
  }

  private final class Elements implements Iterator<E> {
    private final Walk walk = new Walk();
    private @Nullable E nextItem = walk.next();
    private @Nullable E lastItem;
    private @Nullable Node<E> lastNode;
    private Node<E> lastBefore = walk.before;

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
      lastItem = item;
      lastNode = walk.at;
      lastBefore = walk.before;
      nextItem = walk.next();
      return item;
    }

    /** Removes the element if it is still there. */
    @Override
    public void remove() {
      if (lastNode == null || lastItem == null) {
        throw new IllegalStateException("nothing to remove: call next() first, and remove() once");
      }
      removeFrom(lastBefore, lastNode, lastItem);
      lastNode = null;
      lastItem = null;
    }
  }

  private static final VarHandle ITEM =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "item", VarHandle.class, Node.class, Object.class);
  private static final VarHandle NEXT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "next", VarHandle.class, Node.class, Node.class);
  private static final VarHandle NODE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "node", VarHandle.class, End.class, Node.class);
}
