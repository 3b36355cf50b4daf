package dev.interlock.collection;

/** A ring that remembers which thread produces and which consumes, and refuses others. */
final class CheckedSpscRingBuffer<E> extends SpscRingBuffer<E> {
  private final SoleThread producer =
      new SoleThread(
          "producer",
          "let one thread offer, call releaseProducer() before another takes over, or use"
              + " MpmcArrayQueue");

  private final SoleThread consumer =
      new SoleThread(
          "consumer",
          "let one thread poll, call releaseConsumer() before another takes over, or use"
              + " MpmcArrayQueue");

  CheckedSpscRingBuffer(int capacity) {
    super(capacity);
  }

  @Override
  void producing() {
    producer.enter(this);
  }

  @Override
  void consuming() {
    consumer.enter(this);
  }

  @Override
  public void releaseProducer() {
    producing();
    producer.leave();
  }

  @Override
  public void releaseConsumer() {
    consuming();
    consumer.leave();
  }
}
