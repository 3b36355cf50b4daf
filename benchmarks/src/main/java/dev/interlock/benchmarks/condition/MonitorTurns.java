package dev.interlock.benchmarks.condition;

/** The monitor of the language, which has one condition: fair to it, as two sides need no more. */
final class MonitorTurns implements TurnTaking {
  private int number;

  @Override
  public synchronized void take(int turn) throws InterruptedException {
    while (number != turn) {
      wait();
    }
    number++;
    notify();
  }
}
