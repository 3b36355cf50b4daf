package dev.interlock.verification;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A stack as one thread sees it. Elements are numbers. */
public class StackSpecification {
  private final ArrayDeque<Integer> elements = new ArrayDeque<>();

  /** Puts one on top. */
  public void push(int element) {
    elements.push(element);
  }

  /** Puts two on top, the second above the first. */
  public int pushTwo(int element) {
    elements.push(element);
    elements.push(element + 1);
    return 2;
  }

  /** Takes the top, or null. */
  public Integer pop() {
    return elements.poll();
  }

  /** Takes all, the top first. */
  public List<Integer> popAll() {
    List<Integer> all = new ArrayList<>(elements);
    elements.clear();
    return all;
  }

  /** Looks at the top. */
  public Integer peek() {
    return elements.peek();
  }

  /** How many there are. */
  public int size() {
    return elements.size();
  }

  /** All of them, the top first. */
  public List<Integer> snapshot() {
    return new ArrayList<>(elements);
  }

  /** Takes the topmost of these out, wherever it is. */
  public boolean remove(int element) {
    return elements.removeFirstOccurrence(element);
  }

  /** Takes out all that are even. */
  public boolean removeEven() {
    return elements.removeIf(element -> element % 2 == 0);
  }

  /** Takes all out and forgets them. */
  public void clear() {
    elements.clear();
  }
}
