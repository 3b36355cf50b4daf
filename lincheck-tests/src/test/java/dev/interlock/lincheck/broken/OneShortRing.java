package dev.interlock.lincheck.broken;

/**
 * X10. A ring buffer that holds n - 1 of n.
 *
 * <p><b>The fault:</b> that head and tail are equal has to mean empty, so the last place is never used, and
 * it was forgotten to make one more.
 */
public final class OneShortRing {
  private final Integer[] elements;
  private volatile int head;
  private volatile int tail;

  public OneShortRing(int capacity) {
    elements = new Integer[capacity]; // needs capacity + 1
  }

  public boolean offer(int n) {
    int t = tail;
    int next = (t + 1) % elements.length;
    if (next == head) {
      return false;
    }
    elements[t] = n;
    tail = next;
    return true;
  }

  public Integer poll() {
    int h = head;
    if (h == tail) {
      return null;
    }
    Integer n = elements[h];
    head = (h + 1) % elements.length;
    return n;
  }
}
