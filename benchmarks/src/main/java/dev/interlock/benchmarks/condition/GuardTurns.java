package dev.interlock.benchmarks.condition;

import dev.interlock.sync.Condition;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;

/** Ours, with a loop about each wait. */
final class GuardTurns implements TurnTaking {
  private final Mutex<int[]> mutex = Mutex.of(new int[1]);
  private final Condition<int[]> even = mutex.newCondition();
  private final Condition<int[]> odd = mutex.newCondition();

  @Override
  public void take(int turn) throws InterruptedException {
    boolean second = (turn & 1) != 0;
    try (MutexGuard<int[]> guard = mutex.lock()) {
      while (guard.get()[0] != turn) {
        (second ? odd : even).await(guard);
      }
      guard.get()[0]++;
      (second ? even : odd).signal(guard);
    }
  }
}
