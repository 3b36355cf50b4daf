package dev.interlock.benchmarks.deque;

import java.util.concurrent.RecursiveAction;

/** A work-stealing deque, ours or a peer's. */
public interface DequeSubject {
  /** What is moved; a task, because one of the peers takes nothing else. */
  final class Task extends RecursiveAction {
    @Override
    protected void compute() {}

    static Task popLocal() {
      return (Task) pollNextLocalTask();
    }
  }

  /** By the owner. */
  void push(Task task);

  /** By the owner. */
  Task pop();

  /** By a thief. */
  Task steal();

  /** A fresh one; the peer that is part of a pool works in the pool's threads only. */
  static DequeSubject create(String subject) {
    switch (subject) {
      case "interlock":
        return new InterlockDeque();
      case "textbook":
        return new TextbookDeque();
      case "ForkJoinPool":
        return new PoolDeque();
      default:
        throw new IllegalArgumentException("no deque is called " + subject);
    }
  }
}
