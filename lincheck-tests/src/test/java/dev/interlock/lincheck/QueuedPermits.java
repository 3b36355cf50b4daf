package dev.interlock.lincheck;

import dev.interlock.future.PollFuture;
import dev.interlock.internal.op.Operation;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;

/**
 * The smallest object that can stand on the wait queue: permits, all of them under the queue's lock, no
 * fast path. What the checker says about it, it says about {@code WaitQueue}, {@code WaiterList}, {@code
 * Waiter}, {@code ThreadWaiter} and {@code Operation}, and about nothing else.
 *
 * <p>The two protected methods are what the twins get wrong.
 */
public class QueuedPermits {
  private final WaitQueue queue = new WaitQueue();
  private int free;

  /** Waits as a thread. */
  public final void acquire() throws InterruptedException {
    ThreadWaiter w = new ThreadWaiter(1, null);
    if (acquireOrEnqueue(w)) {
      return;
    }
    switch (w.await(this, true, ThreadWaiter.FOREVER, 0)) {
      case GRANTED:
        return;
      case INTERRUPTED:
        withdraw(w);
        throw new InterruptedException();
      default:
        throw new AssertionError(w);
    }
  }

  public final PollFuture<Boolean> acquireAsync() {
    return new Acquire();
  }

  public final boolean tryAcquire() {
    queue.lock();
    try {
      if (queue.head() != null || free == 0) {
        return false;
      }
      free--;
      return true;
    } finally {
      queue.unlock();
    }
  }

  public final void release() {
    Waiter granted;
    queue.lock();
    try {
      granted = grantFirst(queue);
      if (granted == null) {
        free++;
      }
    } finally {
      queue.unlock();
    }
    if (granted != null) {
      WakeList.wake(granted);
    }
  }

  public final int free() {
    queue.lock();
    try {
      return free;
    } finally {
      queue.unlock();
    }
  }

  public final int waiting() {
    return queue.countWaiting();
  }

  /** Gives a permit to the first whose wait goes on and returns it, or null when nobody is there. */
  protected Waiter grantFirst(WaitQueue q) {
    for (Waiter head; (head = q.head()) != null; ) {
      q.waiters().remove(head);
      if (head.grant()) {
        return head;
      }
    }
    return null;
  }

  /** Returns the permit of a caller that was cancelled after the grant. */
  protected void returnPermit() {
    release();
  }

  private boolean acquireOrEnqueue(Waiter w) {
    queue.lock();
    try {
      if (queue.head() == null && free > 0) {
        free--;
        return true;
      }
      queue.waiters().add(w);
      return false;
    } finally {
      queue.unlock();
    }
  }

  private void withdraw(Waiter w) {
    queue.lock();
    try {
      queue.waiters().remove(w);
    } finally {
      queue.unlock();
    }
  }

  private final class Acquire extends Operation<Boolean> {
    Acquire() {
      super(1, null);
    }

    @Override
    protected boolean attempt() {
      return acquireOrEnqueue(this);
    }

    @Override
    protected Boolean acquired() {
      return true;
    }

    @Override
    protected Boolean granted(Object item) {
      return true;
    }

    @Override
    public void giveBackResult() {
      returnPermit();
    }

    @Override
    protected void withdraw() {
      QueuedPermits.this.withdraw(this);
    }

    @Override
    protected String describe() {
      return "acquire";
    }
  }
}
