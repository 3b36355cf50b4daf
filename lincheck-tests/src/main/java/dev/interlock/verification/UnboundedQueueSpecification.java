package dev.interlock.verification;

import java.util.ArrayDeque;
import java.util.List;

/** A queue without bound, first in, first out, as one thread sees it. Elements are numbers. */
public class UnboundedQueueSpecification {
  private final ArrayDeque<Integer> elements = new ArrayDeque<>();

  /** Puts one in at the end. */
  public boolean offer(int element) {
    return elements.offer(element);
  }

  /** Puts two in, one behind the other. */
  public boolean addTwo(int element) {
    elements.add(element);
    return elements.add(element + 1);
  }

  /** As {@link #addTwo}, from a supplier. */
  public int fillTwo(int element) {
    addTwo(element);
    return 2;
  }

  /** Puts one in, from a supplier. */
  public int fillOne(int element) {
    elements.add(element);
    return 1;
  }

  /** Takes the first. */
  public Integer poll() {
    return elements.poll();
  }

  /** Takes the first by a batch operation. */
  public List<Integer> drainOne() {
    Integer element = elements.poll();
    return element == null ? List.of() : List.of(element);
  }

  /** Looks at the first. */
  public Integer peek() {
    return elements.peek();
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return elements.isEmpty();
  }

  /** How many there are. */
  public int size() {
    return elements.size();
  }

  /** Whether this one is in. */
  public boolean contains(int element) {
    return elements.contains(element);
  }

  /** Takes the first of these out, wherever it is. */
  public boolean remove(int element) {
    return elements.removeFirstOccurrence(element);
  }
}
