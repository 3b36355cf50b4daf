package dev.interlock.verification;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A work-stealing deque without threads: one end for its owner, the other for thieves. */
public final class WorkStealingDequeSpecification {
  private final ArrayDeque<Integer> elements = new ArrayDeque<>();

  /** Adds the newest. */
  public void push(int element) {
    elements.addLast(element);
  }

  /** Takes the newest. */
  public Integer pop() {
    return elements.pollLast();
  }

  /** Takes the newest ones, the newest first. */
  public List<Integer> drain(int limit) {
    List<Integer> drained = new ArrayList<>();
    while (drained.size() < limit && !elements.isEmpty()) {
      drained.add(elements.pollLast());
    }
    return drained;
  }

  /** Takes the oldest. */
  public Integer steal() {
    return elements.pollFirst();
  }

  /** How many there are. */
  public int size() {
    return elements.size();
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return elements.isEmpty();
  }
}
