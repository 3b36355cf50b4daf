package dev.interlock.examples;

import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.future.Waker;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The smallest runtime for one future: poll, and when that says pending, wait to be woken. Whoever
 * releases a lock or sends an element calls {@link #wake}; any number of calls between two polls are one
 * reason to poll again.
 */
final class WakerLoop implements Waker {
  private final Semaphore wakeUps = new Semaphore(0);
  private int polls;

  @Override
  public void wake() {
    wakeUps.release();
  }

  /** Polls the future on this thread until it is ready. */
  <T extends @Nullable Object> T drive(PollFuture<T> future) throws InterruptedException {
    Context cx = new Context(this);
    while (true) {
      polls++;
      Poll<T> poll = future.poll(cx);
      if (poll.isReady()) {
        return poll.get();
      }
      try {
        wakeUps.acquire();
      } catch (InterruptedException e) {
        future.cancel();
        throw e;
      }
      wakeUps.drainPermits();
    }
  }

  /** How often it has polled; for the thread that drives. */
  int polls() {
    return polls;
  }
}
