package dev.interlock.lincheck.broken;

import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.ArrayList;
import java.util.List;

/**
 * X22: each philosopher takes the fork on the left, then the one on the right. All of them with the left one in
 * hand wait for ever. With {@code ordered} the forks have an order, and the same check passes.
 */
public final class NaivePhilosophers {
  private final List<Mutex<int[]>> forks = new ArrayList<>();
  private final boolean ordered;

  public NaivePhilosophers(int seats, boolean ordered) {
    this.ordered = ordered;
    for (int i = 0; i < seats; i++) {
      forks.add(Mutex.fair(new int[1]));
    }
  }

  /** Eats once at this seat. */
  public boolean eat(int seat) {
    int left = seat;
    int right = (seat + 1) % forks.size();
    int first = ordered ? Math.min(left, right) : left;
    int second = ordered ? Math.max(left, right) : right;
    try (MutexGuard<int[]> one = forks.get(first).lockUninterruptibly();
        MutexGuard<int[]> two = forks.get(second).lockUninterruptibly()) {
      one.get()[0]++;
      two.get()[0]++;
      return true;
    }
  }
}
