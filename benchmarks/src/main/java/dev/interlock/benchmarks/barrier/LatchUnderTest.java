package dev.interlock.benchmarks.barrier;

import dev.interlock.sync.CountDownLatch;

/** A count that goes down to zero, for which others wait. */
public interface LatchUnderTest {
  /** Counts down by one. */
  void countDown();

  /** Waits for zero. */
  void await() throws InterruptedException;

  /** A fresh latch, by the name that the benchmarks' parameter {@code subject} uses. */
  static LatchUnderTest create(String subject, int count) {
    switch (subject) {
      case "interlock":
        return new Ours(CountDownLatch.of(count));
      case "CountDownLatch":
        return new Jdk(new java.util.concurrent.CountDownLatch(count));
      default:
        throw new IllegalArgumentException("no latch is called " + subject);
    }
  }

  /** Ours. */
  record Ours(CountDownLatch latch) implements LatchUnderTest {
    @Override
    public void countDown() {
      latch.countDown();
    }

    @Override
    public void await() throws InterruptedException {
      latch.await();
    }
  }

  /** Peer. */
  record Jdk(java.util.concurrent.CountDownLatch latch) implements LatchUnderTest {
    @Override
    public void countDown() {
      latch.countDown();
    }

    @Override
    public void await() throws InterruptedException {
      latch.await();
    }
  }
}
