package dev.interlock.benchmarks.condition;

/** A number under a lock, and two sides that take turns to add one to it. */
public interface TurnTaking {
  /** Waits until the number is {@code turn}, adds one, and tells the other side. */
  void take(int turn) throws InterruptedException;

  /** The implementations by the names that the parameter {@code subject} uses. */
  static TurnTaking create(String subject) {
    switch (subject) {
      case "predicate":
        return new PredicateTurns();
      case "guard":
        return new GuardTurns();
      case "lockView":
        return new LockTurns(dev.interlock.sync.Mutex.create().asLock());
      case "ReentrantLock":
        return new LockTurns(new java.util.concurrent.locks.ReentrantLock());
      case "synchronized":
        return new MonitorTurns();
      default:
        throw new IllegalArgumentException("no turn taking is called " + subject);
    }
  }
}
