package dev.interlock.collection;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.AbstractSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import org.jspecify.annotations.Nullable;

/**
 * A sorted set for any number of threads. Prefer {@link java.util.concurrent.ConcurrentSkipListSet} where
 * {@code pollFirst} need not be one step, or a map, a clone or a serial form is wanted.
 *
 * <p><b>Progress.</b> Lock-free. Searches help removals that they meet to their end.
 *
 * <p><b>Memory effects.</b> Actions before an element is added happen-before actions after it is seen or
 * removed. A call that finds nothing: none.
 *
 * <p><b>Ordering and fairness.</b> Linearizable: {@code add}, {@code remove}, {@code contains}, {@code
 * isEmpty}, {@code first}, {@code last}, {@code lower}, {@code floor}, {@code ceiling}, {@code higher},
 * and, unlike those of the JDK's set, {@code pollFirst} and {@code pollLast}; the same on every view.
 * Not one step are {@link #size}, iterators, and the operations on many elements: of {@code {1}} a walk
 * has counted 1; 1 is removed and 2 added; the walk counts 2 as well, although there was never more than
 * one.
 *
 * <p>Relaxed forms: none. No operation comes to a place that somebody has taken and not filled, and whoever
 * meets the first step of a removal makes the second itself: there is nothing that a weaker answer would save.
 *
 * <p><b>Blocking and errors.</b> Nothing blocks. {@code null} is a {@link NullPointerException}, an element
 * that cannot be compared a {@link ClassCastException}, a bound outside of a view an {@link
 * IllegalArgumentException}. A comparator that throws leaves the set as it was.
 *
 * <p><b>Cost.</b> Expected O(log n). {@code add}: one compare-and-set, and one for each level of index.
 * {@code remove}: two. {@code pollFirst}: three. {@code size} is O(n).
 *
 * <p><b>Footprint.</b> 24 bytes an element and 8 for the index, on average. A removal allocates one object
 * of 24 bytes, {@code pollFirst} two.
 *
 * <p><b>Source.</b> Harris, A pragmatic implementation of non-blocking linked lists, DISC 2001; the index of
 * separate nodes that are only hints is that of Lea's <i>ConcurrentSkipListMap</i>. It differs from
 * that in: an element has no value, so marking its link is what removes it; {@code pollFirst} holds the
 * link before its victim; levels come from the nodes themselves and not from a thread.
 *
 * @param <E> the type of the elements
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class LockFreeSkipListSet<E> extends AbstractSet<E> implements NavigableSet<E> {
  /*
   *   head (level 2)   H ------------------------------> 5 ------------> null
   *                    |                                 |
   *        (level 1)   H ----------> 2 ----------------> 5 ------------> null      hints
   *                    v             v                   v
   *   elements       header -> 1 -> 2 -> 3 ----x----> 4 -> 5 -> 7 ------> null      the set
   *                                       \ [mark] /
   *
   *   n.next is       meaning                                       next states
   *   ---------       -------                                       -----------
   *   node or null    n is in the set, and this follows             another node (insert, unlink),
   *                                                                 mark, hold
   *   hold -> v       n is in the set, v follows, and somebody      what followed v, when v is marked
   *                   polls v because n is before it
   *   mark -> s       n is removed, for good; s followed then       none
   *
   * add       CAS of b.next from n to the new node, b.key < key < n.key: the linearization point.
   * remove    CAS of n.next from s to mark -> s: the linearization point. Then b.next from n to s, by
   *           the remover or by any search that comes by.
   * pollLast  the same CAS, which succeeds only while s still follows n; if nothing was behind n in the
   *           range, then nothing is at the CAS.
   * pollFirst marking n says nothing about what is before n. So first b.next is set from n to hold -> n:
   *           now nothing can come between b and n, and b cannot be removed, as both need a CAS of
   *           b.next. Then n is marked in the name of the hold: the linearization point. Then b.next goes
   *           to what followed n. Whoever finds the hold can do the last two. If another remover has
   *           marked n first, the hold is taken off in the same way and pollFirst begins again.
   * searches  end with b and n, b.next == n read while b was not marked, and n found unmarked after that:
   *           both were in the set at that read, next to each other. Marked nodes on the way are
   *           unlinked, not stepped over: who steps over them may call an element the first that was
   *           never the first. contains does step over them: it only asks about one element.
   *
   * Invariants. Keys ascend strictly along next. A mark is never taken off, and the link in it never
   * changes. A node that is in the set is reachable from the header along next. A hold is only in a link
   * of a node in the set, and only until its victim is marked.
   * Not invariants. The index may lack nodes, and may have nodes that were removed: two removals side by
   * side can bring one back. A search that comes down on a removed node takes the removed ones off its
   * way and begins again. Levels are not taken down when the set gets smaller.
   *
   * Levels. Each node carries the state of a generator. A new node draws from its predecessor, whose
   * cache line the CAS needs anyway, so that there is no shared word to fight about, no thread-local,
   * and the same calls in the same order on the same seed make the same set. Two that draw at the same
   * time may draw the same number, which does no harm.
   *
   * Rejected. Marking without a hold in pollFirst, as the JDK does: an add of a smaller element may be
   * over before the mark, and the poll then takes what was not the first at any time when it was there
   * to be taken. Towers in the node: an array for each element. A counter for size: one word that every
   * add and remove writes, and yet not linearizable.
   */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final @Nullable Comparator<? super E> comparator;
  private final Node header;
  private volatile Head head;

  private LockFreeSkipListSet(@Nullable Comparator<? super E> comparator, long seed) {
    this.comparator = comparator;
    header = new Node(null, null, (int) ((seed * GOLDEN) >>> 32) & ~Node.LEVEL);
    head = new Head(header, null, 1);
  }

  /** An empty set in natural order. */
  public static <E extends Comparable<? super E>> LockFreeSkipListSet<E> create() {
    return new LockFreeSkipListSet<>(null, anySeed());
  }

  /** An empty set in the order of {@code comparator}. */
  public static <E> LockFreeSkipListSet<E> create(Comparator<? super E> comparator) {
    return create(comparator, anySeed());
  }

  /**
   * An empty set in the order of {@code comparator}, whose inner levels follow from {@code seed} and the
   * order of calls alone.
   */
  public static <E> LockFreeSkipListSet<E> create(Comparator<? super E> comparator, long seed) {
    return new LockFreeSkipListSet<>(Objects.requireNonNull(comparator, "comparator"), seed);
  }

  private static long anySeed() {
    return System.identityHashCode(new Object());
  }

  // One element

  @Override
  public boolean contains(Object o) {
    E key = key(o);
    for (; ; ) {
      Node n = predecessor(key, false).next;
      if (n instanceof Mark) {
        sweepIndex(key);
        continue;
      }
      while (n != null) {
        if (n.key != null) {
          int c = compare(key, n.key);
          if (c < 0) {
            return false;
          }
          if (c == 0) {
            return !n.isRemoved();
          }
        }
        n = n.next; // through marks and holds as well
      }
      return false;
    }
  }

  @Override
  public boolean add(E element) {
    E key = key(element);
    Place place = new Place();
    Node fresh = null;
    for (; ; ) {
      find(key, false, place);
      Node n = place.after;
      if (n != null && compare(key, n.key) == 0) {
        return false;
      }
      if (fresh == null) {
        fresh = new Node(key, n, place.before.drawSeed());
      } else {
        fresh.setNextPlain(n);
      }
      if (place.before.casNext(n, fresh)) {
        if (fresh.level() > 0) {
          addIndex(key, fresh);
        }
        return true;
      }
    }
  }

  @Override
  public boolean remove(Object o) {
    E key = key(o);
    Place place = new Place();
    find(key, false, place);
    Node n = place.after;
    if (n == null || compare(key, n.key) != 0) {
      return false;
    }
    for (; ; ) {
      Node s = n.next;
      if (s instanceof Mark) {
        return false;
      }
      if (s instanceof Hold hold) {
        help(n, hold);
      } else if (n.casNext(s, new Mark(s, null))) {
        if (!place.before.casNext(n, s)) {
          find(key, false, place); // takes it out on the way
        }
        if (n.level() > 0) {
          sweepIndex(key);
        }
        return true;
      }
    }
  }

  // Neighbours

  @Override
  public @Nullable E lower(E element) {
    return before(key(element), false);
  }

  @Override
  public @Nullable E floor(E element) {
    return before(key(element), true);
  }

  @Override
  public @Nullable E ceiling(E element) {
    return after(key(element), false);
  }

  @Override
  public @Nullable E higher(E element) {
    return after(key(element), true);
  }

  @Override
  public E first() {
    return orThrow(firstOrNull(null, false));
  }

  @Override
  public E last() {
    return orThrow(before(null, false));
  }

  @Override
  public @Nullable E pollFirst() {
    return pollFirst(null, false, null, false);
  }

  @Override
  public @Nullable E pollLast() {
    return pollLast(null, false, null, false);
  }

  /** The greatest element below {@code key}, or at it if {@code orEqual}; of all if {@code key} is null. */
  @Nullable E before(@Nullable E key, boolean orEqual) {
    Place place = new Place();
    find(key, orEqual, place);
    return element(place.before);
  }

  /** The least element above {@code key}, or at it unless {@code past}. */
  private @Nullable E after(E key, boolean past) {
    Place place = new Place();
    find(key, past, place);
    return element(place.after);
  }

  /** The least element above {@code low}, or at it unless {@code past}; of all if {@code low} is null. */
  @Nullable E firstOrNull(@Nullable E low, boolean past) {
    Place place = new Place();
    findFirst(low, past, place);
    return element(place.after);
  }

  /**
   * Removes the least element of a range: above {@code low}, or at it unless {@code past}; below {@code
   * high}, or at it if {@code orEqual}. A bound that is null is none.
   */
  @Nullable E pollFirst(@Nullable E low, boolean past, @Nullable E high, boolean orEqual) {
    Place place = new Place();
    for (; ; ) {
      findFirst(low, past, place);
      Node b = place.before;
      Node n = place.after;
      if (n == null || isBeyond(n, high, orEqual)) {
        return null;
      }
      Hold hold = new Hold(n);
      if (b.casNext(n, hold) && help(b, hold).by == hold) {
        if (n.level() > 0) {
          sweepIndex(element(n));
        }
        return element(n);
      }
    }
  }

  /** As {@link #pollFirst(Object, boolean, Object, boolean)}, the greatest. */
  @Nullable E pollLast(@Nullable E low, boolean past, @Nullable E high, boolean orEqual) {
    Place place = new Place();
    for (; ; ) {
      find(high, orEqual, place);
      Node last = place.before;
      Node s = place.after;
      if (last == header || (low != null && !isBeyond(last, low, past))) {
        return null;
      }
      if (last.casNext(s, new Mark(s, null))) {
        E key = element(last);
        find(key, true, place); // takes it out on the way
        if (last.level() > 0) {
          sweepIndex(key);
        }
        return key;
      }
    }
  }

  // All elements

  /** How many elements were seen on one walk over them. O(n). */
  @Override
  public int size() {
    int n = 0;
    for (Iterator<E> i = iterator(); i.hasNext() && n < Integer.MAX_VALUE; i.next()) {
      n++;
    }
    return n;
  }

  @Override
  public boolean isEmpty() {
    return firstOrNull(null, false) == null;
  }

  /** Removes the elements that a walk meets, one by one. */
  @Override
  public void clear() {
    for (E element : this) {
      remove(element);
    }
  }

  @Override
  public @Nullable Comparator<? super E> comparator() {
    return comparator;
  }

  @Override
  public Iterator<E> iterator() {
    return new Ascending(null, false, null, false);
  }

  @Override
  public Iterator<E> descendingIterator() {
    return descendingSet().iterator();
  }

  @Override
  public Spliterator<E> spliterator() {
    return new SortedSpliterator<>(iterator(), comparator);
  }

  Iterator<E> iterator(@Nullable E low, boolean past, @Nullable E high, boolean orEqual) {
    return new Ascending(low, past, high, orEqual);
  }

  // Views

  @Override
  public NavigableSet<E> descendingSet() {
    return view().descendingSet();
  }

  @Override
  public NavigableSet<E> subSet(E from, boolean fromInclusive, E to, boolean toInclusive) {
    return view().subSet(from, fromInclusive, to, toInclusive);
  }

  @Override
  public NavigableSet<E> headSet(E to, boolean inclusive) {
    return view().headSet(to, inclusive);
  }

  @Override
  public NavigableSet<E> tailSet(E from, boolean inclusive) {
    return view().tailSet(from, inclusive);
  }

  @Override
  public NavigableSet<E> subSet(E from, E to) {
    return subSet(from, true, to, false);
  }

  @Override
  public NavigableSet<E> headSet(E to) {
    return headSet(to, false);
  }

  @Override
  public NavigableSet<E> tailSet(E from) {
    return tailSet(from, true);
  }

  private SkipListView<E> view() {
    return new SkipListView<>(this, null, false, null, false, false);
  }

  // Searching

  /** Two nodes that were in the set, next to each other; {@code after} null: at the end. */
  private final class Place {
    private Node before = header;
    private @Nullable Node after;
  }

  /** The place of the first element of a range, for {@code low} null the first of all. */
  private void findFirst(@Nullable E low, boolean past, Place place) {
    if (low == null) {
      walk(header, true, null, false, place);
    } else {
      find(low, past, place);
    }
  }

  /**
   * The place before {@code key}, or behind it if {@code past}; the end if {@code key} is null. Takes out
   * removed nodes that it meets.
   */
  private void find(@Nullable E key, boolean past, Place place) {
    while (!walk(predecessor(key, past), false, key, past, place)) {
      sweepIndex(key);
    }
  }

  /**
   * Goes on from {@code from} to the place; if {@code toFirst}, to the first one from there.
   *
   * @return false when a node from which it wanted to go on was removed, which the header never is
   */
  private boolean walk(Node from, boolean toFirst, @Nullable E key, boolean past, Place place) {
    Node b = from;
    Node n = b.next;
    for (; ; ) {
      if (n instanceof Mark) {
        return false;
      }
      if (n instanceof Hold hold) {
        help(b, hold);
        n = b.next;
        continue;
      }
      if (n != null) {
        Node s = n.next;
        if (s instanceof Mark) {
          n = b.casNext(n, s.next) ? s.next : b.next;
          continue;
        }
        if (!toFirst && (key == null || !isBeyondKey(n, key, past))) {
          b = n;
          n = s;
          continue;
        }
      }
      place.before = b;
      place.after = n;
      return true;
    }
  }

  /** The last node of the index before {@code key}, or at it if {@code past}; perhaps removed. */
  private Node predecessor(@Nullable E key, boolean past) {
    Index q = head;
    for (; ; ) {
      Index r = q.right;
      if (r != null && (key == null || !isBeyondKey(r.node, key, past))) {
        q = r;
        continue;
      }
      Index down = q.down;
      if (down == null) {
        return q.node;
      }
      q = down;
    }
  }

  /** Takes removed nodes out of the index on the way to {@code key} and at it. */
  private void sweepIndex(@Nullable E key) {
    for (Index q = head; q != null; ) {
      Index r = q.right;
      if (r == null || (key != null && isBeyondKey(r.node, key, true))) {
        q = q.down;
      } else if (r.node.isRemoved()) {
        q.casRight(r, r.right);
      } else {
        q = r;
      }
    }
  }

  private void addIndex(E key, Node node) {
    Head h = head;
    int level = Math.min(node.level(), h.level + 1);
    Index x = null;
    for (int i = 1; i <= level; i++) {
      x = new Index(node, x);
    }
    if (level > h.level) {
      Head higher = new Head(header, h, level);
      if (casHead(h, higher)) {
        h = higher;
      } else {
        x = Objects.requireNonNull(x).down; // another has added the level: leave it to that one
        level--;
      }
    }
    int at = h.level;
    for (Index q = h; x != null; ) {
      Index r = q.right;
      if (r != null && !isBeyondKey(r.node, key, false)) {
        q = r;
      } else if (at > level) {
        q = Objects.requireNonNull(q.down);
        at--;
      } else {
        x.setRightPlain(r);
        if (q.casRight(r, x)) {
          x = x.down;
          level--;
        }
      }
    }
    if (node.isRemoved()) {
      sweepIndex(key); // its remover may have swept before the index was there
    }
  }

  /** Whether the node is behind the end of a range; null is no end. */
  private boolean isBeyond(Node n, @Nullable E high, boolean orEqual) {
    return high != null && isBeyondKey(n, high, orEqual);
  }

  /** Whether the node is behind {@code key}; one at {@code key} is, unless {@code past}. */
  private boolean isBeyondKey(Node n, E key, boolean past) {
    int c = compare(key, n.key);
    return past ? c < 0 : c <= 0;
  }

  @SuppressWarnings("unchecked") // only elements are keys; the cast of key() fails for others
  int compare(Object a, @Nullable Object b) {
    return comparator != null
        ? comparator.compare((E) a, (E) Objects.requireNonNull(b))
        : ((Comparable<Object>) a).compareTo(Objects.requireNonNull(b));
  }

  /** An argument as an element: neither null nor of a kind that has no order. */
  @SuppressWarnings("unchecked") // a comparator refuses what it does not know
  private E key(@Nullable Object o) {
    Objects.requireNonNull(o, "element");
    if (comparator == null && !(o instanceof Comparable)) {
      throw new ClassCastException(
          o.getClass().getName() + " is not Comparable; give the LockFreeSkipListSet a comparator");
    }
    return (E) o;
  }

  @SuppressWarnings("unchecked") // only elements are keys
  private @Nullable E element(@Nullable Node n) {
    return n == null ? null : (E) n.key;
  }

  static <E> E orThrow(@Nullable E element) {
    if (element == null) {
      throw new NoSuchElementException("this LockFreeSkipListSet has no element here");
    }
    return element;
  }

  // Removing

  /** Does what is left of a poll that holds the link behind {@code b}. */
  private static Mark help(Node b, Hold hold) {
    Node n = Objects.requireNonNull(hold.next);
    Mark mark = mark(n, hold);
    b.casNext(hold, mark.next);
    return mark;
  }

  /** The mark of {@code n}, which is by {@code hold} unless somebody else was faster. */
  private static Mark mark(Node n, Hold hold) {
    for (; ; ) {
      Node s = n.next;
      if (s instanceof Mark done) {
        return done;
      }
      if (s instanceof Hold other) {
        help(n, other);
        continue;
      }
      Mark mark = new Mark(s, hold);
      if (n.casNext(s, mark)) {
        return mark;
      }
    }
  }

  /** Walks along the elements; shows what was there all the time. */
  private final class Ascending implements Iterator<E> {
    private final @Nullable E high;
    private final boolean orEqual;
    private @Nullable Node next;
    private @Nullable E last;

    Ascending(@Nullable E low, boolean past, @Nullable E high, boolean orEqual) {
      this.high = high;
      this.orEqual = orEqual;
      Place place = new Place();
      findFirst(low, past, place);
      next = place.after;
      stopAtTheEnd();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public E next() {
      Node n = next;
      E x = element(n);
      if (n == null || x == null) {
        throw new NoSuchElementException("no more elements in this LockFreeSkipListSet");
      }
      last = x;
      do {
        n = n.next; // through marks and holds as well
      } while (n != null && (n.key == null || n.isRemoved()));
      next = n;
      stopAtTheEnd();
      return x;
    }

    @Override
    public void remove() {
      if (last == null) {
        throw new IllegalStateException("nothing to remove; call next first, and remove once");
      }
      LockFreeSkipListSet.this.remove(last);
      last = null;
    }

    private void stopAtTheEnd() {
      if (next != null && isBeyond(next, high, orEqual)) {
        next = null;
      }
    }
  }

  /** A link; with a key an element, or the header. */
  private static class Node {
    /** Levels that a node can be in, beside the set itself. */
    private static final int MOST_LEVELS = 15;

    private static final int LEVEL_BITS = 4;

    /** The bits of {@link #seed} that are the level. */
    private static final int LEVEL = (1 << LEVEL_BITS) - 1;

    final @Nullable Object key;

    /**
     * The level in the low bits, which never change; the state of a generator above them. Written with
     * data races: a number drawn twice does no harm.
     */
    private int seed;

    volatile @Nullable Node next;

    Node(@Nullable Object key, @Nullable Node next, int seed) {
      this.key = key;
      this.seed = seed;
      setNextPlain(next);
    }

    final boolean isRemoved() {
      return next instanceof Mark;
    }

    final int level() {
      return seedPlain() & LEVEL;
    }

    /** The seed of a node that comes behind this one: each level has a quarter of those below it. */
    final int drawSeed() {
      int s = seedPlain();
      int state = (s >>> LEVEL_BITS) + 0x9E3779B; // a Weyl sequence for those behind the same node
      setSeedPlain(state << LEVEL_BITS | (s & LEVEL));
      int x = state << LEVEL_BITS; // Murmur3's finalizer
      x ^= x >>> 16;
      x *= 0x85EBCA6B;
      x ^= x >>> 13;
      x *= 0xC2B2AE35;
      x ^= x >>> 16;
      int level = Math.min(MOST_LEVELS, Integer.numberOfLeadingZeros(x) >> 1);
      // A linear congruential generator, of full period for those that each come behind the last.
      return (state * 0x15F77F5 + 0x2F0B4C4) << LEVEL_BITS | level;
    }

    private int seedPlain() {
      // Ordering: Plain. The level is that of the constructor in whatever is read, published as
      // the link is; an old state is a number drawn twice. Evidence: SkipListPublication.
      return seed;
    }

    private void setSeedPlain(int s) {
      // Ordering: Plain. Of two that draw at the same time one may be lost, and its number drawn
      // again.
      seed = s;
    }

    final boolean casNext(@Nullable Node expected, @Nullable Node replacement) {
      return NEXT.compareAndSet(this, expected, replacement);
    }

    /** Before publication. */
    final void setNextPlain(@Nullable Node node) {
      // Ordering: Plain. Published by the CAS that puts this node into a link, which everybody
      // reads as volatile. Evidence: SkipListPublication.
      NEXT.set(this, node);
    }

    private static final VarHandle NEXT =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "next", VarHandle.class, Node.class, Node.class);
  }

  /** The link of a removed node; {@code next} followed it. */
  private static final class Mark extends Node {
    /** The poll in whose name the node was removed. */
    final @Nullable Hold by;

    Mark(@Nullable Node next, @Nullable Hold by) {
      super(null, next, 0);
      this.by = by;
    }
  }

  /** The link before a node that is about to be polled, which is {@code next}. */
  private static final class Hold extends Node {
    Hold(Node victim) {
      super(null, victim, 0);
    }
  }

  /** A hint at a node. */
  private static class Index {
    final Node node;
    final @Nullable Index down;
    private volatile @Nullable Index right;

    Index(Node node, @Nullable Index down) {
      this.node = node;
      this.down = down;
    }

    final boolean casRight(@Nullable Index expected, @Nullable Index replacement) {
      return RIGHT.compareAndSet(this, expected, replacement);
    }

    final void setRightPlain(@Nullable Index index) {
      // Ordering: Plain. Published by the CAS that puts this index into a list.
      // Evidence: SkipListPublication.
      RIGHT.set(this, index);
    }

    private static final VarHandle RIGHT =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "right", VarHandle.class, Index.class, Index.class);
  }

  /** Where a level begins. */
  private static final class Head extends Index {
    final int level;

    Head(Node header, @Nullable Head down, int level) {
      super(header, down);
      this.level = level;
    }
  }

  private boolean casHead(Head expected, Head replacement) {
    return HEAD.compareAndSet(this, expected, replacement);
  }

  private static final VarHandle HEAD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "head", VarHandle.class, LockFreeSkipListSet.class, Head.class);
}
