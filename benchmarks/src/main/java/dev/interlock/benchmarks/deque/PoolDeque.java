package dev.interlock.benchmarks.deque;

/** The queue of the calling worker of a ForkJoinPool; nobody else can take one task from it. */
final class PoolDeque implements DequeSubject {
  @Override
  public void push(Task task) {
    task.fork();
  }

  @Override
  public Task pop() {
    return Task.popLocal();
  }

  @Override
  public Task steal() {
    throw new UnsupportedOperationException("the pool's own workers steal");
  }
}
