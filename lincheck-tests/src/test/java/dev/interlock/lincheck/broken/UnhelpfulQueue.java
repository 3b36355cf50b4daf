package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The queue of Michael and Scott, first twin. It is linearizable, and not lock-free.
 *
 * <p><b>The fault:</b> a producer that finds the tail lagging waits for the one who appended last to move
 * it, instead of helping or walking on. When that one is stopped, nobody can append.
 */
public final class UnhelpfulQueue implements IntQueue {
  private static final class Node {
    final int item;
    final AtomicReference<Node> next = new AtomicReference<>();

    Node(int item) {
      this.item = item;
    }
  }

  private final AtomicReference<Node> head = new AtomicReference<>(new Node(0));
  private final AtomicReference<Node> tail = new AtomicReference<>(head.get());

  @Override
  public boolean offer(int item) {
    Node node = new Node(item);
    for (; ; ) {
      Node last = tail.get();
      if (last.next.compareAndSet(null, node)) {
        tail.set(node);
        return true;
      }
      // belongs here: tail.compareAndSet(last, last.next.get());
    }
  }

  @Override
  public Integer poll() {
    for (; ; ) {
      Node dummy = head.get();
      Node first = dummy.next.get();
      if (first == null) {
        return null;
      }
      if (head.compareAndSet(dummy, first)) {
        return first.item;
      }
    }
  }
}
