package dev.interlock.lincheck.broken;

import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;

/** Two locks in the order in which the caller names them: two callers with opposite orders wait for each other. */
public final class NaiveOrder {
  private NaiveOrder() {}

  /** Moves one from {@code from} to {@code to}. */
  public static void transfer(Mutex<int[]> from, Mutex<int[]> to) throws InterruptedException {
    try (MutexGuard<int[]> source = from.lock()) {
      try (MutexGuard<int[]> target = to.lock()) {
        source.get()[0]--;
        target.get()[0]++;
      }
    }
  }
}
