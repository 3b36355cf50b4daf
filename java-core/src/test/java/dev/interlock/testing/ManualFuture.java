package dev.interlock.testing;

import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.future.Waker;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

/** A future that a test completes by hand, and that counts what is done to it. */
public final class ManualFuture<T> implements PollFuture<T> {
  private final AtomicInteger polls = new AtomicInteger();
  private volatile Waker waker;
  private T value;
  private RuntimeException failure;
  private boolean decided;
  private boolean taken;
  private boolean cancelled;

  public int polls() {
    return polls.get();
  }

  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Decides the result without waking anybody; false when it was cancelled before. */
  public synchronized boolean decide(T result) {
    if (cancelled) {
      return false;
    }
    value = result;
    decided = true;
    return true;
  }

  public synchronized void fail(RuntimeException cause) {
    failure = cause;
    decided = true;
  }

  public void wake() {
    waker.wake();
  }

  public boolean complete(T result) {
    boolean inTime = decide(result);
    wake();
    return inTime;
  }

  @Override
  public Poll<T> poll(Context cx) {
    waker = cx.waker();
    polls.incrementAndGet();
    synchronized (this) {
      if (cancelled) {
        throw new CancellationException("cancelled: " + this);
      }
      if (taken) {
        throw new IllegalStateException("polled after completion: " + this);
      }
      if (!decided) {
        return Poll.pending();
      }
      taken = true;
      if (failure != null) {
        throw failure;
      }
      return Poll.ready(value);
    }
  }

  /** As a send: what is decided cannot be cancelled any more. */
  @Override
  public synchronized boolean cancel() {
    if (decided || cancelled) {
      return false;
    }
    cancelled = true;
    return true;
  }

  @Override
  public String toString() {
    return "ManualFuture";
  }
}
