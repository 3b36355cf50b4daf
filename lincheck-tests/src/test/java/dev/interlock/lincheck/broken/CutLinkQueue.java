package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The queue of Michael and Scott, second twin: a node that leaves the queue is cut off from those behind
 * it, so that an old dead node keeps no young one alive.
 *
 * <p><b>The fault:</b> the link of the dead node is given null, as if it were the last one. A producer that
 * came to it before appends there, and nobody will ever look there. A dead node must link to itself.
 */
public final class CutLinkQueue implements IntQueue {
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
      Node next = last.next.get();
      if (next != null) {
        tail.compareAndSet(last, next);
      } else if (last.next.compareAndSet(null, node)) {
        tail.compareAndSet(last, node);
        return true;
      }
    }
  }

  @Override
  public Integer poll() {
    for (; ; ) {
      Node dummy = head.get();
      Node last = tail.get();
      Node first = dummy.next.get();
      if (first == null) {
        if (head.get() == dummy) {
          return null;
        }
      } else if (dummy == last) {
        tail.compareAndSet(last, first);
      } else if (head.compareAndSet(dummy, first)) {
        dummy.next.set(null); // belongs: set(dummy)
        return first.item;
      }
    }
  }
}
