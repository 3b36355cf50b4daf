package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The stack, twin: a push that was disturbed offers its node in a place where a pop looks first.
 *
 * <p><b>The fault:</b> it takes the offer back by writing null, without asking whether somebody has taken it
 * meanwhile, and pushes the node as well. The element comes out twice.
 */
public final class CarelessWithdrawalStack {
  private static final class Node {
    final int item;
    Node next;

    Node(int item) {
      this.item = item;
    }
  }

  private final AtomicReference<Node> top = new AtomicReference<>();
  private final AtomicReference<Node> place = new AtomicReference<>();

  public void push(int item) {
    Node node = new Node(item);
    for (; ; ) {
      node.next = top.get();
      if (top.compareAndSet(node.next, node)) {
        return;
      }
      if (place.compareAndSet(null, node)) {
        if (place.get() != node) {
          return; // taken
        }
        place.set(null); // belongs: if (!place.compareAndSet(node, null)) return
      }
    }
  }

  public Integer pop() {
    for (; ; ) {
      Node offered = place.get();
      if (offered != null && place.compareAndSet(offered, null)) {
        return offered.item;
      }
      Node t = top.get();
      if (t == null) {
        return null;
      }
      if (top.compareAndSet(t, t.next)) {
        return t.item;
      }
    }
  }
}
