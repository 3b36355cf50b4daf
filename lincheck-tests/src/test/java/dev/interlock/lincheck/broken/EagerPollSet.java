package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicReference;

/** A sorted list in Harris's way, whose pollFirst marks the first node without holding the link before it. */
public final class EagerPollSet {
  /** What follows a node, and whether that node is removed. */
  private record Link(Node node, boolean marked) {}

  private static final class Node {
    final int key;
    final AtomicReference<Link> next;

    Node(int key, Node next) {
      this.key = key;
      this.next = new AtomicReference<>(new Link(next, false));
    }
  }

  private final Node header = new Node(Integer.MIN_VALUE, null);

  /** As it should be. */
  public boolean add(int key) {
    for (; ; ) {
      Node b = header;
      Link link = live(b);
      while (!link.marked && link.node != null && link.node.key < key) {
        b = link.node;
        link = live(b);
      }
      if (!link.marked) {
        if (link.node != null && link.node.key == key) {
          return false;
        }
        if (b.next.compareAndSet(link, new Link(new Node(key, link.node), false))) {
          return true;
        }
      }
    }
  }

  /** As it should be. */
  public boolean contains(int key) {
    Node n = live(header).node;
    while (n != null && n.key < key) {
      n = live(n).node;
    }
    return n != null && n.key == key && !n.next.get().marked;
  }

  /** The fault: when n is marked, something smaller may be before it. */
  public Integer pollFirst() {
    for (Node n; (n = live(header).node) != null; ) {
      Link link = n.next.get();
      if (!link.marked && n.next.compareAndSet(link, new Link(link.node, true))) {
        return n.key;
      }
    }
    return null;
  }

  /** The link of {@code b} to a node that is in the set, or the last one; takes out what is marked. */
  private static Link live(Node b) {
    for (; ; ) {
      Link link = b.next.get();
      if (link.marked || link.node == null) {
        return link;
      }
      Link behind = link.node.next.get();
      if (!behind.marked) {
        return link;
      }
      b.next.compareAndSet(link, new Link(behind.node, false));
    }
  }
}
