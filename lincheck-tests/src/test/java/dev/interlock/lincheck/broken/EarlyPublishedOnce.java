package dev.interlock.lincheck.broken;

/**
 * X20. Double-checked locking without volatile, as the checker can see it.
 *
 * <p><b>The fault:</b> without volatile the reference may be stored before the fields of the object that it
 * refers to. The checker knows no such reordering, so here it is in the source: the reference first, the
 * field after it. Who looks without the lock finds an object without its content.
 */
public final class EarlyPublishedOnce {
  private static final class Box {
    int value;
  }

  private Box box;

  public int get() {
    Box seen = box;
    if (seen == null) {
      synchronized (this) {
        seen = box;
        if (seen == null) {
          seen = new Box();
          box = seen; // has to come after the next line, and to be volatile so that it stays there
          seen.value = 1;
        }
      }
    }
    return seen.value;
  }
}
