package dev.interlock.channel;

import dev.interlock.channel.AbstractChannel.Offer;
import dev.interlock.internal.op.Operation;
import org.jspecify.annotations.Nullable;

/** Sending as a future. What was accepted cannot be recalled, so a cancel that meets the grant is late. */
final class SendOperation<E> extends Operation<@Nullable Void> {
  private final AbstractChannel<E> channel;
  private final E element;

  SendOperation(AbstractChannel<E> channel, E element) {
    super(1, element);
    this.channel = channel;
    this.element = element;
  }

  @Override
  protected boolean attempt() {
    return channel.offerQuickly(element) == Offer.SENT
        || channel.accepted(channel.offer(this, element));
  }

  @Override
  protected @Nullable Void acquired() {
    return null;
  }

  @Override
  protected @Nullable Void granted(@Nullable Object item) {
    return null;
  }

  @Override
  protected boolean canGiveBack() {
    return false;
  }

  @Override
  public void giveBackResult() {
    throw new AssertionError("what was sent cannot be recalled: " + this);
  }

  @Override
  protected void withdraw() {
    channel.withdrawSender(this);
  }

  @Override
  protected RuntimeException failure(@Nullable Object cause) {
    return channel.sendRefused();
  }

  @Override
  protected String describe() {
    return "send to " + channel.objectName();
  }
}
