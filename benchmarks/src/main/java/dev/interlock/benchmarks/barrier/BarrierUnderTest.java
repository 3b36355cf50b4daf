package dev.interlock.benchmarks.barrier;

import dev.interlock.sync.Barrier;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Phaser;

/** A fixed number of threads that wait for each other, round after round. */
@FunctionalInterface
public interface BarrierUnderTest {
  /** Arrives and waits for the others. */
  void await() throws Exception;

  /** A fresh barrier, by the name that the benchmarks' parameter {@code subject} uses. */
  static BarrierUnderTest create(String subject, int parties) {
    switch (subject) {
      case "interlock":
        Barrier barrier = Barrier.of(parties);
        return barrier::await;
      case "Phaser":
        Phaser phaser = new Phaser(parties);
        return phaser::arriveAndAwaitAdvance;
      case "CyclicBarrier":
        CyclicBarrier cyclic = new CyclicBarrier(parties);
        return cyclic::await;
      default:
        throw new IllegalArgumentException("no barrier is called " + subject);
    }
  }
}
