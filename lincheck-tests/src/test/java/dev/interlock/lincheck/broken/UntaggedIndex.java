package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicLong;

/**
 * An index without its tag: the word is the index alone, so an index that went and came back is taken for
 * the one that never went (ABA).
 */
public final class UntaggedIndex {
  private final AtomicLong word;

  public UntaggedIndex(int initial) {
    word = new AtomicLong(initial);
  }

  public long get() {
    return word.get();
  }

  public boolean compareAndSet(long expected, int newIndex) {
    return word.compareAndSet(expected, newIndex);
  }

  public long getAndSet(int newIndex) {
    return word.getAndSet(newIndex);
  }
}
