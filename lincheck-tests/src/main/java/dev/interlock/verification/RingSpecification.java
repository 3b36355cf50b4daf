package dev.interlock.verification;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What a queue of integers does, one call after the other: first in, first out, never more than its
 * capacity. Not safe for use by two threads. Equality is equality of the contents.
 */
public class RingSpecification {
  private final int capacity;
  private final ArrayDeque<Integer> elements = new ArrayDeque<>();

  /** A queue for so many elements. */
  public RingSpecification(int capacity) {
    this.capacity = capacity;
  }

  public boolean offer(int n) {
    return elements.size() < capacity && elements.add(n);
  }

  /** A relaxed form that fails is without effect, so the strict one decides. */
  public boolean offerAfterRelaxedOffer(int n) {
    return offer(n);
  }

  public int fillOne(int n) {
    return offer(n) ? 1 : 0;
  }

  public int offerBatchOfOne(int n) {
    return offer(n) ? 1 : 0;
  }

  public void offerBatchOfTwo(int n) {
    offer(n);
    offer(-n);
  }

  public Integer poll() {
    return elements.poll();
  }

  public Integer pollAfterRelaxedPoll() {
    return poll();
  }

  public List<Integer> drainOne() {
    List<Integer> drained = new ArrayList<>();
    if (!elements.isEmpty()) {
      drained.add(elements.poll());
    }
    return drained;
  }

  public Integer pollBatchOfOne() {
    return poll();
  }

  public Integer peek() {
    return elements.peek();
  }

  public boolean remove(int n) {
    return elements.remove(n);
  }

  public int size() {
    return elements.size();
  }

  public boolean isEmpty() {
    return elements.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RingSpecification ring
        && List.copyOf(elements).equals(List.copyOf(ring.elements));
  }

  @Override
  public int hashCode() {
    return List.copyOf(elements).hashCode();
  }
}
