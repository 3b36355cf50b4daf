package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One share of a resource, from which others are made while somebody may be giving it up. How the count is
 * raised can be overridden; as it stands here, it is right.
 */
public class TinyShares {
  final AtomicInteger shares = new AtomicInteger(1);
  private final AtomicBoolean given = new AtomicBoolean();
  private final AtomicBoolean resourceClosed = new AtomicBoolean();

  /** 0 when there is nothing to share any more, 1 for a use of the resource, -1 for one after its end. */
  public int shareAndUse() {
    if (given.get() || !raise()) {
      return 0;
    }
    int used = resourceClosed.get() ? -1 : 1;
    lower();
    return used;
  }

  /** Gives up the first share. */
  public void close() {
    if (given.compareAndSet(false, true)) {
      lower();
    }
  }

  /** One more, unless there is none. */
  protected boolean raise() {
    for (int n; (n = shares.get()) != 0; ) {
      if (shares.compareAndSet(n, n + 1)) {
        return true;
      }
    }
    return false;
  }

  private void lower() {
    if (shares.decrementAndGet() == 0) {
      resourceClosed.set(true);
    }
  }
}
