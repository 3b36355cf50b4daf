package dev.interlock.benchmarks.queue;

import java.util.Collection;

/** A queue between threads, platform or virtual. */
public interface QueueUnderTest {
  /** Appends, waits for room. */
  void put(Object element) throws InterruptedException;

  /** Takes the first, waits for one. */
  Object take() throws InterruptedException;

  /** Waits for one element, takes up to {@code max}, and returns how many. */
  default int takeBatch(Collection<Object> into, int max) throws InterruptedException {
    throw new UnsupportedOperationException(getClass().getSimpleName() + " has no batches");
  }
}
