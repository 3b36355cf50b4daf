package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicReference;

/** A sorted list whose remover unlinks a node without marking it first. */
public final class UnmarkedRemovalList {
  private static final class Node {
    final int key;
    final AtomicReference<Node> next;

    Node(int key, Node next) {
      this.key = key;
      this.next = new AtomicReference<>(next);
    }
  }

  private final Node header = new Node(Integer.MIN_VALUE, null);

  /** As it should be. */
  public boolean add(int key) {
    for (; ; ) {
      Node b = before(key);
      Node n = b.next.get();
      if (n != null && n.key <= key) {
        if (n.key == key) {
          return false;
        }
        continue;
      }
      if (b.next.compareAndSet(n, new Node(key, n))) {
        return true;
      }
    }
  }

  /** The fault: until n.next is marked, somebody may put a node behind n, which goes with it. */
  public boolean remove(int key) {
    for (; ; ) {
      Node b = before(key);
      Node n = b.next.get();
      if (n == null || n.key > key) {
        return false;
      }
      if (n.key == key && b.next.compareAndSet(n, n.next.get())) {
        return true;
      }
    }
  }

  /** As it should be. */
  public boolean contains(int key) {
    Node n = before(key).next.get();
    return n != null && n.key == key;
  }

  private Node before(int key) {
    Node b = header;
    for (Node n = b.next.get(); n != null && n.key < key; n = n.next.get()) {
      b = n;
    }
    return b;
  }
}
