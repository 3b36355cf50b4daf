package dev.interlock.benchmarks.deque;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Chase and Lev's deque as they wrote it down for Java: volatile indices, plain slots, no shrinking. It
 * keeps what was taken reachable, which costs it nothing.
 */
final class TextbookDeque implements DequeSubject {
  private static final int LEAST = 64;

  private final AtomicLong top = new AtomicLong();
  private volatile long bottom;
  private volatile Task[] array = new Task[LEAST];

  @Override
  public void push(Task task) {
    long b = bottom;
    long t = top.get();
    Task[] a = array;
    if (b - t > a.length - 1) {
      Task[] larger = new Task[a.length << 1];
      for (long i = t; i < b; i++) {
        larger[(int) i & (larger.length - 1)] = a[(int) i & (a.length - 1)];
      }
      array = a = larger;
    }
    a[(int) b & (a.length - 1)] = task;
    bottom = b + 1;
  }

  @Override
  public Task pop() {
    long b = bottom - 1;
    Task[] a = array;
    bottom = b;
    long t = top.get();
    long size = b - t;
    if (size < 0) {
      bottom = t;
      return null;
    }
    Task task = a[(int) b & (a.length - 1)];
    if (size > 0) {
      return task;
    }
    if (!top.compareAndSet(t, t + 1)) {
      task = null;
    }
    bottom = t + 1;
    return task;
  }

  @Override
  public Task steal() {
    for (; ; ) {
      long t = top.get();
      long b = bottom;
      Task[] a = array;
      if (b - t <= 0) {
        return null;
      }
      Task task = a[(int) t & (a.length - 1)];
      if (top.compareAndSet(t, t + 1)) {
        return task;
      }
    }
  }
}
