package dev.interlock.diagnostics;

import java.util.List;

/**
 * Who waited for an object at one moment. Taking it holds the short lock of the object's queue
 * while at most so many nodes are copied as were asked for; nothing foreign runs meanwhile, no
 * thread is stopped.
 *
 * @param object the object and its state
 * @param waiting how many waited
 * @param waiters the first of them, in the order of the queue
 */
public record WaitDump(String object, int waiting, List<Waiting> waiters) {
  /** A dump of these waiters. */
  public WaitDump {
    waiters = List.copyOf(waiters);
  }

  /**
   * One who waits.
   *
   * @param kind platform thread, virtual thread, coroutine or future
   * @param caller the thread; or the party, if it is known, or else the future that waits
   * @param need how many units it waits for
   */
  public record Waiting(String kind, Object caller, int need) {
    @Override
    public String toString() {
      String who = caller instanceof Thread ? describe(caller) : kind + " " + describe(caller);
      return need == 1 ? who : who + ", for " + need;
    }
  }

  /** A thread, a coroutine or another party, as dumps and reports call it. */
  public static String describe(Object party) {
    return DeadlockDetector.describe(party);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(object);
    for (int i = 0; i < waiters.size(); i++) {
      text.append("\n  ").append(i + 1).append(". ").append(waiters.get(i));
    }
    if (waiting > waiters.size()) {
      text.append("\n  and ").append(waiting - waiters.size()).append(" more");
    }
    return text.toString();
  }
}
