package dev.interlock.benchmarks.condition;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** Any {@link Lock} with two of its conditions: the peer, and our view of that type. */
final class LockTurns implements TurnTaking {
  private final Lock lock;
  private final Condition even;
  private final Condition odd;
  private int number;

  LockTurns(Lock lock) {
    this.lock = lock;
    this.even = lock.newCondition();
    this.odd = lock.newCondition();
  }

  @Override
  public void take(int turn) throws InterruptedException {
    boolean second = (turn & 1) != 0;
    lock.lockInterruptibly();
    try {
      while (number != turn) {
        (second ? odd : even).await();
      }
      number++;
      (second ? even : odd).signal();
    } finally {
      lock.unlock();
    }
  }
}
