package dev.interlock.lincheck.broken;

/** What the broken queues have in common. */
public interface IntQueue {
  boolean offer(int item);

  Integer poll();
}
