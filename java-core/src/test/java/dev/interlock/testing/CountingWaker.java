package dev.interlock.testing;

import dev.interlock.future.Context;
import dev.interlock.future.Waker;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts how often it was called. */
public final class CountingWaker implements Waker {
  private final AtomicInteger calls = new AtomicInteger();
  private final Context context = new Context(this);

  @Override
  public void wake() {
    calls.incrementAndGet();
  }

  public int calls() {
    return calls.get();
  }

  /** A context with this waker. */
  public Context context() {
    return context;
  }
}
