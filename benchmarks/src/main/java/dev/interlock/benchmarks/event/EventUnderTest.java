package dev.interlock.benchmarks.event;

import dev.interlock.sync.Notify;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/** An event without a value, kept while nobody waits; one thread at a time waits for it. */
public interface EventUnderTest {
  /** Signals it. */
  void signal();

  /** Takes it, or waits for it. */
  void await() throws InterruptedException;

  /** A fresh event, by the name that the benchmarks' parameter {@code subject} uses. */
  static EventUnderTest create(String subject) {
    switch (subject) {
      case "interlock":
        return new Ours(Notify.create());
      case "Semaphore":
        return new Jdk(new Semaphore(0));
      case "LockSupport":
        return new ByHand();
      default:
        throw new IllegalArgumentException("no event is called " + subject);
    }
  }

  /** Ours. */
  record Ours(Notify event) implements EventUnderTest {
    @Override
    public void signal() {
      event.notifyOne();
    }

    @Override
    public void await() throws InterruptedException {
      event.await();
    }
  }

  /** Peer: what the JDK has for it. It would keep several, which never happens here. */
  record Jdk(Semaphore semaphore) implements EventUnderTest {
    @Override
    public void signal() {
      semaphore.release();
    }

    @Override
    public void await() throws InterruptedException {
      semaphore.acquire();
    }
  }

  /** Peer: what one writes by hand for one waiting thread; no second may wait, and none is in line. */
  final class ByHand implements EventUnderTest {
    private volatile boolean signalled;
    private volatile Thread waiter;

    @Override
    public void signal() {
      signalled = true;
      LockSupport.unpark(waiter);
    }

    @Override
    public void await() throws InterruptedException {
      if (!signalled) {
        waiter = Thread.currentThread();
        while (!signalled) {
          LockSupport.park(this);
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
        }
        waiter = null;
      }
      signalled = false;
    }
  }
}
