package dev.interlock.collection;

import java.util.Comparator;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A sorted walk of unknown length over a set that changes meanwhile. */
final class SortedSpliterator<E> extends Spliterators.AbstractSpliterator<E> {
  private final Iterator<E> iterator;
  private final @Nullable Comparator<? super E> comparator;

  SortedSpliterator(Iterator<E> iterator, @Nullable Comparator<? super E> comparator) {
    super(
        Long.MAX_VALUE,
        Spliterator.DISTINCT
            | Spliterator.ORDERED
            | Spliterator.SORTED
            | Spliterator.NONNULL
            | Spliterator.CONCURRENT);
    this.iterator = iterator;
    this.comparator = comparator;
  }

  @Override
  public boolean tryAdvance(Consumer<? super E> action) {
    if (!iterator.hasNext()) {
      return false;
    }
    action.accept(iterator.next());
    return true;
  }

  @Override
  public @Nullable Comparator<? super E> getComparator() {
    return comparator;
  }
}
