package dev.interlock.lincheck.broken;

import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.ArrayList;
import java.util.List;

/**
 * X22: whoever finds the second fork taken puts the first one back and begins again, at once. Nobody ever
 * waits, and if all move in step nobody ever eats: a livelock. One step of one philosopher is one call, so that a
 * test can let them move in step.
 */
public final class PolitePhilosophers {
  private final List<Mutex<Integer>> forks = new ArrayList<>();
  private final List<MutexGuard<Integer>> inHand = new ArrayList<>();

  public PolitePhilosophers(int seats) {
    for (int i = 0; i < seats; i++) {
      forks.add(Mutex.of(i));
      inHand.add(null);
    }
  }

  /** Takes the fork on the left; false when it is taken. */
  public boolean takeFirst(int seat) {
    inHand.set(seat, forks.get(seat).tryLock());
    return inHand.get(seat) != null;
  }

  /** Takes the fork on the right and eats, if it can; false when it is taken. */
  public boolean takeSecondAndEat(int seat) {
    MutexGuard<Integer> second = forks.get((seat + 1) % forks.size()).tryLock();
    if (second == null) {
      return false;
    }
    second.close();
    return true;
  }

  /** Puts back what is in hand. */
  public void putBack(int seat) {
    MutexGuard<Integer> first = inHand.set(seat, null);
    if (first != null) {
      first.close();
    }
  }
}
