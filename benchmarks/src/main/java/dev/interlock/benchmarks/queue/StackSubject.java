package dev.interlock.benchmarks.queue;

import dev.interlock.collection.TreiberStack;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedDeque;

/** A stack on which nobody waits, ours or a peer's. */
public interface StackSubject {
  /** Puts one on top. */
  void push(Object element);

  /** Takes the top, or null. */
  Object pop();

  /** A fresh one, by the name that the parameter {@code subject} uses. */
  static StackSubject create(String subject) {
    switch (subject) {
      case "TreiberStack":
        return new OfTreiber();
      case "ConcurrentLinkedDeque":
        return new OfDeque();
      case "SynchronizedArrayDeque":
        return new OfSynchronized();
      default:
        throw new IllegalArgumentException("no stack is called " + subject);
    }
  }

  /** Ours. */
  final class OfTreiber implements StackSubject {
    private final TreiberStack<Object> stack = new TreiberStack<>();

    @Override
    public void push(Object element) {
      stack.push(element);
    }

    @Override
    public Object pop() {
      return stack.pop();
    }
  }

  /** The JDK's. */
  final class OfDeque implements StackSubject {
    private final ConcurrentLinkedDeque<Object> deque = new ConcurrentLinkedDeque<>();

    @Override
    public void push(Object element) {
      deque.push(element);
    }

    @Override
    public Object pop() {
      return deque.poll();
    }
  }

  /** What one does without either. */
  final class OfSynchronized implements StackSubject {
    private final ArrayDeque<Object> deque = new ArrayDeque<>();

    @Override
    public synchronized void push(Object element) {
      deque.push(element);
    }

    @Override
    public synchronized Object pop() {
      return deque.poll();
    }
  }
}
