package dev.interlock.collection;

/** A mailbox that remembers which thread consumes, and refuses others. */
final class CheckedMpscQueue<E> extends MpscQueue<E> {
  private final SoleThread consumer =
      new SoleThread(
          "consumer",
          "let one thread poll, call releaseConsumer() before another takes over, or use"
              + " MpmcUnboundedQueue");

  CheckedMpscQueue(int firstSegment) {
    super(firstSegment);
  }

  @Override
  void consuming() {
    consumer.enter(this);
  }

  @Override
  public void releaseConsumer() {
    consuming();
    consumer.leave();
  }
}
