package dev.interlock.lincheck.broken;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * X11. A bounded channel that holds more than its capacity.
 *
 * <p><b>The fault:</b> {@link #trySend} looks at the size under the lock, leaves the lock, and takes it
 * again to append. Two senders that both saw the last place both append.
 */
public final class UncheckedCapacityChannel {
  private final int capacity;
  private final Queue<Integer> elements = new ArrayDeque<>();

  public UncheckedCapacityChannel(int capacity) {
    this.capacity = capacity;
  }

  public boolean trySend(int element) {
    if (size() >= capacity) { // belongs into the synchronized block below
      return false;
    }
    synchronized (this) {
      return elements.add(element);
    }
  }

  public synchronized int size() {
    return elements.size();
  }
}
