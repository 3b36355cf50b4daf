package dev.interlock.benchmarks.deque;

import dev.interlock.collection.WorkStealingDeque;

final class InterlockDeque implements DequeSubject {
  private final WorkStealingDeque<Task> deque = WorkStealingDeque.create(64);

  @Override
  public void push(Task task) {
    deque.push(task);
  }

  @Override
  public Task pop() {
    return deque.pop();
  }

  @Override
  public Task steal() {
    return deque.steal();
  }
}
