package dev.interlock.collection;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A ring that remembers which thread produces and which consumes, and refuses others. */
final class CheckedSpscRingBuffer<E> extends SpscRingBuffer<E> {
  private volatile @Nullable Thread producer;
  private volatile @Nullable Thread consumer;

  CheckedSpscRingBuffer(int capacity) {
    super(capacity);
  }

  @Override
  void producing() {
    check(PRODUCER, producer, "producer", "offer", "releaseProducer()");
  }

  @Override
  void consuming() {
    check(CONSUMER, consumer, "consumer", "poll", "releaseConsumer()");
  }

  @Override
  public void releaseProducer() {
    producing();
    producer = null;
  }

  @Override
  public void releaseConsumer() {
    consuming();
    consumer = null;
  }

  private void check(
      VarHandle role, @Nullable Thread first, String name, String call, String handOver) {
    Thread caller = Thread.currentThread();
    if (first == caller) {
      return;
    }
    if (first == null) {
      first = (Thread) role.compareAndExchange(this, (Thread) null, caller);
      if (first == null) {
        return;
      }
    }
    throw new IllegalStateException(
        "a second "
            + name
            + " of "
            + state()
            + ": "
            + describe(first)
            + " came first, now "
            + describe(caller)
            + " calls; let one thread "
            + call
            + ", call "
            + handOver
            + " before another takes over, or use MpmcArrayQueue");
  }

  private static String describe(Thread thread) {
    return "thread \"" + thread.getName() + "\" (id " + thread.getId() + ")";
  }

  // VarHandle mechanics
  private static final VarHandle PRODUCER =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "producer",
          VarHandle.class,
          CheckedSpscRingBuffer.class,
          Thread.class);
  private static final VarHandle CONSUMER =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "consumer",
          VarHandle.class,
          CheckedSpscRingBuffer.class,
          Thread.class);
}
