package dev.interlock.collection;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.util.AbstractSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import org.jspecify.annotations.Nullable;

/**
 * A range of a {@link LockFreeSkipListSet}, upwards or downwards. It holds no elements; what is promised
 * of the set's operations is promised of these.
 */
@ProgressGuarantee(Progress.LOCK_FREE)
final class SkipListView<E> extends AbstractSet<E> implements NavigableSet<E> {
  private final LockFreeSkipListSet<E> set;

  /** The least element, or what all are above if {@code lowPast}; null: no bound. */
  private final @Nullable E low;

  private final boolean lowPast;

  /** What all are below, or the greatest element if {@code highIn}; null: no bound. */
  private final @Nullable E high;

  private final boolean highIn;
  private final boolean down;

  SkipListView(
      LockFreeSkipListSet<E> set,
      @Nullable E low,
      boolean lowPast,
      @Nullable E high,
      boolean highIn,
      boolean down) {
    this.set = set;
    this.low = low;
    this.lowPast = lowPast;
    this.high = high;
    this.highIn = highIn;
    this.down = down;
  }

  // One element

  @Override
  public boolean contains(Object o) {
    return isIn(o) && set.contains(o);
  }

  @Override
  public boolean add(E element) {
    if (!isIn(element)) {
      throw new IllegalArgumentException(
          element + " is outside of the range " + range() + "; add it to the set itself");
    }
    return set.add(element);
  }

  @Override
  public boolean remove(Object o) {
    return isIn(o) && set.remove(o);
  }

  // Neighbours: each is a question to the set about one side of a key, cut to the range

  @Override
  public @Nullable E lower(E element) {
    return down ? above(element, true) : below(element, false);
  }

  @Override
  public @Nullable E floor(E element) {
    return down ? above(element, false) : below(element, true);
  }

  @Override
  public @Nullable E ceiling(E element) {
    return down ? below(element, true) : above(element, false);
  }

  @Override
  public @Nullable E higher(E element) {
    return down ? below(element, false) : above(element, true);
  }

  @Override
  public E first() {
    return LockFreeSkipListSet.orThrow(down ? greatest() : least());
  }

  @Override
  public E last() {
    return LockFreeSkipListSet.orThrow(down ? least() : greatest());
  }

  @Override
  public @Nullable E pollFirst() {
    return down
        ? set.pollLast(low, lowPast, high, highIn)
        : set.pollFirst(low, lowPast, high, highIn);
  }

  @Override
  public @Nullable E pollLast() {
    return down
        ? set.pollFirst(low, lowPast, high, highIn)
        : set.pollLast(low, lowPast, high, highIn);
  }

  /** The greatest element in the range below {@code key}, or at it if {@code orEqual}. */
  private @Nullable E below(E key, boolean orEqual) {
    Objects.requireNonNull(key, "element");
    return isTooHigh(key) ? greatest() : aboveLow(set.before(key, orEqual));
  }

  /** The least element in the range above {@code key}, or at it unless {@code past}. */
  private @Nullable E above(E key, boolean past) {
    Objects.requireNonNull(key, "element");
    return isTooLow(key) ? least() : belowHigh(set.firstOrNull(key, past));
  }

  private @Nullable E least() {
    return belowHigh(set.firstOrNull(low, lowPast));
  }

  private @Nullable E greatest() {
    return aboveLow(set.before(high, highIn));
  }

  private @Nullable E aboveLow(@Nullable E x) {
    return x == null || isTooLow(x) ? null : x;
  }

  private @Nullable E belowHigh(@Nullable E x) {
    return x == null || isTooHigh(x) ? null : x;
  }

  // All elements

  @Override
  public int size() {
    int n = 0;
    for (Iterator<E> i = ascending(); i.hasNext() && n < Integer.MAX_VALUE; i.next()) {
      n++;
    }
    return n;
  }

  @Override
  public boolean isEmpty() {
    return least() == null;
  }

  @Override
  public void clear() {
    for (Iterator<E> i = ascending(); i.hasNext(); ) {
      set.remove(i.next());
    }
  }

  @Override
  public Iterator<E> iterator() {
    return down ? new Descending() : ascending();
  }

  @Override
  public Iterator<E> descendingIterator() {
    return down ? ascending() : new Descending();
  }

  @Override
  public Spliterator<E> spliterator() {
    return new SortedSpliterator<>(iterator(), comparator());
  }

  @Override
  public @Nullable Comparator<? super E> comparator() {
    return down ? Collections.reverseOrder(set.comparator()) : set.comparator();
  }

  private Iterator<E> ascending() {
    return set.iterator(low, lowPast, high, highIn);
  }

  /** Asks for the next lower element each time: links lead upwards only. */
  private final class Descending implements Iterator<E> {
    private @Nullable E next = greatest();
    private @Nullable E last;

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public E next() {
      E x = next;
      if (x == null) {
        throw new NoSuchElementException("no more elements in this view");
      }
      last = x;
      next = aboveLow(set.before(x, false));
      return x;
    }

    @Override
    public void remove() {
      if (last == null) {
        throw new IllegalStateException("nothing to remove; call next first, and remove once");
      }
      set.remove(last);
      last = null;
    }
  }

  // Views of this view

  @Override
  public NavigableSet<E> descendingSet() {
    return new SkipListView<>(set, low, lowPast, high, highIn, !down);
  }

  @Override
  public NavigableSet<E> subSet(E from, boolean fromInclusive, E to, boolean toInclusive) {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    return down
        ? cut(to, !toInclusive, from, fromInclusive)
        : cut(from, !fromInclusive, to, toInclusive);
  }

  @Override
  public NavigableSet<E> headSet(E to, boolean inclusive) {
    Objects.requireNonNull(to, "to");
    return down ? cut(to, !inclusive, null, false) : cut(null, false, to, inclusive);
  }

  @Override
  public NavigableSet<E> tailSet(E from, boolean inclusive) {
    Objects.requireNonNull(from, "from");
    return down ? cut(null, false, from, inclusive) : cut(from, !inclusive, null, false);
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

  /** A part of this range; a bound that is null stays. */
  private NavigableSet<E> cut(
      @Nullable E newLow, boolean newLowPast, @Nullable E newHigh, boolean newHighIn) {
    if (newLow != null && newHigh != null && set.compare(newLow, newHigh) > 0) {
      throw new IllegalArgumentException(
          "the range from " + newLow + " to " + newHigh + " is upside down; exchange its bounds");
    }
    checkBound(newLow, !newLowPast);
    checkBound(newHigh, newHighIn);
    return new SkipListView<>(
        set,
        newLow == null ? low : newLow,
        newLow == null ? lowPast : newLowPast,
        newHigh == null ? high : newHigh,
        newHigh == null ? highIn : newHighIn,
        down);
  }

  /** An inclusive bound has to be in the range; an exclusive one may be the range's own. */
  private void checkBound(@Nullable E bound, boolean inclusive) {
    if (bound == null) {
      return;
    }
    boolean outside =
        inclusive
            ? isTooLow(bound) || isTooHigh(bound)
            : (low != null && set.compare(bound, low) < 0)
                || (high != null && set.compare(bound, high) > 0);
    if (outside) {
      throw new IllegalArgumentException(
          "the bound "
              + bound
              + " is outside of the range "
              + range()
              + "; take the view from the set itself");
    }
  }

  private boolean isIn(Object o) {
    Objects.requireNonNull(o, "element");
    return !isTooLow(o) && !isTooHigh(o);
  }

  private boolean isTooLow(Object o) {
    if (low == null) {
      return false;
    }
    int c = set.compare(o, low);
    return c < 0 || (c == 0 && lowPast);
  }

  private boolean isTooHigh(Object o) {
    if (high == null) {
      return false;
    }
    int c = set.compare(o, high);
    return c > 0 || (c == 0 && !highIn);
  }

  private String range() {
    return (low == null ? "(.." : (lowPast ? "(" : "[") + low + "..")
        + (high == null ? ")" : high + (highIn ? "]" : ")"));
  }
}
