package dev.interlock.collection;

import static dev.interlock.annotation.Progress.BLOCKING;

import dev.interlock.annotation.ProgressGuarantee;
import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the queues that keep their elements at numbered positions have in common: a traversal looks at
 * each position once, when the iterator is made, and so shows no element twice, however they move
 * afterwards.
 */
abstract class SnapshotQueue<E> extends AbstractQueue<E> {
  /** Elements side by side; null where one was taken while the queue was looked at. */
  static final class Snapshot {
    private final long first;
    private final @Nullable Object[] elements;

    Snapshot(long first, @Nullable Object[] elements) {
      this.first = first;
      this.elements = elements;
    }

    /** The position of the first of them. */
    long first() {
      return first;
    }

    @Nullable Object[] elements() {
      return elements;
    }
  }

  /** What all that looks at every element says of itself. */
  private static final String NOBODY_REMOVES =
      "no other thread removes from the middle: wait-free then. Who was stopped in such a removal"
          + " delays everybody who looks";

  SnapshotQueue() {}

  abstract Snapshot snapshot();

  /** A position that no element of the queue stands in front of. */
  long first() {
    return 0;
  }

  /** The position that lies {@code count} behind {@code position}. */
  abstract long plus(long position, int count);

  /**
   * Takes out elements that match, none in front of position {@code from}; the first of them alone if
   * {@code one}. Those behind keep their positions, those in front move up.
   */
  abstract boolean removeMatching(Predicate<? super E> filter, long from, boolean one);

  /** The caller is about to take something out. */
  void consuming() {}

  /** For messages; {@code toString} lists the elements, as the suite of {@code Queue} demands. */
  abstract String state();

  @Override
  @ProgressGuarantee(value = BLOCKING, betterWhile = NOBODY_REMOVES)
  public Iterator<E> iterator() {
    return new SnapshotIterator(snapshot());
  }

  @Override
  @ProgressGuarantee(value = BLOCKING, betterWhile = NOBODY_REMOVES)
  public Spliterator<E> spliterator() {
    return Spliterators.spliteratorUnknownSize(
        iterator(), Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.CONCURRENT);
  }

  @Override
  @ProgressGuarantee(value = BLOCKING, betterWhile = NOBODY_REMOVES)
  public boolean contains(@Nullable Object o) {
    if (o != null) {
      for (Object element : snapshot().elements()) {
        if (o.equals(element)) {
          return true;
        }
      }
    }
    return false;
  }

  // To remove may mean to wait for a producer that was stopped, or for another who removes; where
  // it does not, the subclass says so.

  @Override
  @ProgressGuarantee(BLOCKING)
  public boolean remove(@Nullable Object o) {
    consuming();
    return o != null && removeMatching(o::equals, first(), true);
  }

  @Override
  @ProgressGuarantee(BLOCKING)
  public boolean removeIf(Predicate<? super E> filter) {
    consuming();
    return removeMatching(Objects.requireNonNull(filter, "filter"), first(), false);
  }

  @Override
  @ProgressGuarantee(BLOCKING)
  public boolean removeAll(Collection<?> c) {
    Objects.requireNonNull(c, "c");
    return removeIf(c::contains);
  }

  @Override
  @ProgressGuarantee(BLOCKING)
  public boolean retainAll(Collection<?> c) {
    Objects.requireNonNull(c, "c");
    return removeIf(e -> !c.contains(e));
  }

  /** Whether {@code limit} can be a number of elements. */
  static int checkLimit(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException(
          "limit is " + limit + "; give the number of elements to move at most, 0 or more");
    }
    return limit;
  }

  /** Adds all of them, so long as there is room. Each subclass says how far that waits. */
  @Override
  public boolean addAll(Collection<? extends E> c) {
    if (c == this) {
      throw new IllegalArgumentException("a queue cannot be added to itself; copy it first");
    }
    boolean changed = false;
    for (E element : c) {
      changed |= add(element);
    }
    return changed;
  }

  @Override
  @ProgressGuarantee(value = BLOCKING, betterWhile = NOBODY_REMOVES)
  public void forEach(Consumer<? super E> action) {
    Objects.requireNonNull(action, "action");
    iterator().forEachRemaining(action);
  }

  private final class SnapshotIterator implements Iterator<E> {
    private final Snapshot snapshot;
    private int next;
    private int last = -1;

    SnapshotIterator(Snapshot snapshot) {
      this.snapshot = snapshot;
      skipHoles();
    }

    private void skipHoles() {
      @Nullable Object[] elements = snapshot.elements();
      while (next < elements.length && elements[next] == null) {
        next++;
      }
    }

    @Override
    public boolean hasNext() {
      return next < snapshot.elements().length;
    }

    @Override
    public E next() {
      if (!hasNext()) {
        throw new NoSuchElementException("no element is left; ask hasNext() first");
      }
      last = next++;
      skipHoles();
      @SuppressWarnings("unchecked") // nothing else is put into the queue
      E element = (E) Objects.requireNonNull(snapshot.elements()[last]);
      return element;
    }

    /** Takes the element out if it is still in the queue. */
    @Override
    public void remove() {
      consuming();
      if (last < 0) {
        throw new IllegalStateException("remove() takes what next() gave, once; call next() first");
      }
      Object gone = snapshot.elements()[last];
      removeMatching(e -> e == gone, plus(snapshot.first(), last), true);
      last = -1;
    }
  }
}
