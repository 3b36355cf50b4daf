package dev.interlock.channel;

import dev.interlock.future.PollFuture;
import dev.interlock.internal.op.DirectChannel;
import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.Spin;
import dev.interlock.internal.wait.SpinEstimate;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.Waiter;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What all channels share: how each kind of caller waits, and how each outcome is told. A subclass
 * takes the decisions, each in one atomic step; see {@link BufferedChannel} and {@link
 * RendezvousChannel}.
 */
abstract class AbstractChannel<E> implements Channel<E>, DirectChannel<E> {
  /** What {@link #take(Waiter)} says when there is no element and the channel is open. */
  static final Object EMPTY = new Object();

  /** What {@link #take(Waiter)} says when there is no element and the channel is closed. */
  static final Object CLOSED_NOW = new Object();

  /** What {@link #takeQuickly} says when it cannot tell. */
  static final Object UNKNOWN = new Object();

  /** What an attempt to send says. */
  enum Offer {
    SENT,
    FULL,
    CLOSED,
    WAITING,
    UNKNOWN
  }

  private final @Nullable Consumer<? super E> onUndelivered;
  private final @Nullable String name;

  private final SpinEstimate sendSpin = new SpinEstimate();
  private final SpinEstimate receiveSpin = new SpinEstimate();

  /** The most pauses between two looks at the other side, long enough for it to make a batch. */
  private static final int LONGEST_PAUSE = 64;

  /** How many elements a spinning thread lets the other side make before it goes on. */
  private static final int BATCH = 128;

  /** How often it looks while they are made, and the pauses and nanoseconds between two looks. */
  private static final int LINGER_LOOKS = 8;

  private static final int LINGER_PAUSES = 64;
  private static final int LINGER_NANOS = 500;

  AbstractChannel(@Nullable String name, @Nullable Consumer<? super E> onUndelivered) {
    this.name = name;
    this.onUndelivered = onUndelivered;
  }

  // Decisions, each atomic

  /**
   * Sends if that takes one lock only. FULL here means that it saw no room, and may be looked at again;
   * UNKNOWN, that only {@link #offer} can tell.
   */
  abstract Offer offerQuickly(E element);

  /** Sends, or says FULL or CLOSED; enqueues {@code w}, if not null, instead of saying FULL. */
  abstract Offer offer(@Nullable Waiter w, E element);

  /**
   * Receives if that takes one lock only. {@link #EMPTY} here means that it saw no element, and may be
   * looked at again; {@link #UNKNOWN}, that only {@link #take(Waiter)} can tell.
   */
  abstract Object takeQuickly();

  /** Receives, or says {@link #EMPTY}, then enqueuing {@code w}, if not null, or {@link #CLOSED_NOW}. */
  abstract Object take(@Nullable Waiter w);

  /** Receives what is there, up to {@code max} elements. */
  abstract List<E> takeBatch(int max);

  /**
   * As {@link #takeBatch(int)}; when nothing is there, in the same step enqueues {@code w}.
   *
   * @return what was taken, nothing if {@code w} waits, or null when closed and everything was received
   */
  abstract @Nullable List<E> takeBatchOrEnqueue(int max, Waiter w);

  /**
   * Returns elements that were taken and not received, in their order: to receivers that wait, else to
   * the front, and to the handler of undelivered elements when the channel was cancelled.
   */
  abstract void putBack(List<E> elements);

  /** Unlinks a sender that was cancelled. */
  abstract void withdrawSender(Waiter w);

  /** Unlinks a receiver that was cancelled. */
  abstract void withdrawReceiver(Waiter w);

  /** How many elements there seems to be room for; a hint, without a lock. */
  abstract long roomHint();

  /** How many elements there seem to be; a hint, without a lock. */
  abstract long heldHint();

  /** What was given at closing; null before. */
  abstract @Nullable Throwable closeCause();

  // Sending

  @Override
  public void send(E element) throws InterruptedException {
    checkElement(element);
    checkInterrupt("send");
    Offer offer = offerQuickly(element);
    if (offer != Offer.SENT) {
      sendContended(offer, element, ThreadWaiter.FOREVER);
    }
  }

  @Override
  public boolean send(E element, Duration timeout) throws InterruptedException {
    checkElement(element);
    long nanos = Durations.toNanosSaturated(timeout);
    checkInterrupt("send");
    Offer offer = offerQuickly(element);
    if (offer == Offer.SENT) {
      return true;
    }
    if (nanos == 0) {
      return accepted(offer(null, element));
    }
    return sendContended(offer, element, ThreadWaiter.deadlineAfter(nanos));
  }

  @Override
  public SendResult trySend(E element) {
    checkElement(element);
    if (offerQuickly(element) == Offer.SENT) {
      return SendResult.sent();
    }
    switch (offer(null, element)) {
      case SENT:
        return SendResult.sent();
      case FULL:
        return SendResult.full();
      default:
        return SendResult.closed(closeCause());
    }
  }

  @Override
  public boolean sendNow(E element) {
    checkElement(element);
    Offer offer = offerQuickly(element);
    if (offer == Offer.UNKNOWN) {
      offer = offer(null, element);
    }
    return offer == Offer.SENT;
  }

  @Override
  public PollFuture<@Nullable Void> sendAsync(E element) {
    checkElement(element);
    return new SendOperation<>(this, element);
  }

  private boolean sendContended(Offer offer, E element, long deadline) throws InterruptedException {
    boolean platform = !Spin.isVirtual(Thread.currentThread());
    if (offer == Offer.FULL && platform && spinForRoom(element)) {
      return true;
    }
    ThreadWaiter w = new ThreadWaiter(1, element);
    offer = offer(w, element);
    if (offer != Offer.WAITING) {
      return accepted(offer);
    }
    int spinNanos = platform && capacity() == 0 ? sendSpin.budget() : 0;
    ThreadWaiter.Outcome outcome = w.await(this, true, deadline, spinNanos);
    if (spinNanos > 0) {
      sendSpin.learn(w.spinPaid());
    }
    switch (outcome) {
      case GRANTED:
        return true;
      case TIMED_OUT:
        withdrawSender(w);
        return false;
      case INTERRUPTED:
        withdrawSender(w);
        throw new InterruptedException("interrupted while waiting to send to " + this);
      default:
        throw sendRefused();
    }
  }

  final boolean accepted(Offer offer) {
    if (offer == Offer.CLOSED) {
      throw sendRefused();
    }
    return offer == Offer.SENT;
  }

  /** Looks for room for a while before a platform thread queues. */
  private boolean spinForRoom(E element) {
    Spin spin = new Spin(sendSpin.budget(), LONGEST_PAUSE);
    while (spin.pause()) {
      if (roomHint() > 0) {
        linger(true);
        Offer offer = offerQuickly(element);
        if (offer != Offer.FULL) {
          sendSpin.learn(spin.paid());
          return offer == Offer.SENT;
        }
      }
    }
    sendSpin.learn(false);
    return false;
  }

  // Receiving

  @Override
  public E receive() throws InterruptedException {
    checkInterrupt("receive");
    Object e = takeQuickly();
    if (e == EMPTY || e == UNKNOWN) {
      e = receiveContended(e, ThreadWaiter.FOREVER);
      if (e == CLOSED_NOW) {
        throw drained();
      }
    }
    return element(e);
  }

  @Override
  public ReceiveResult<E> receive(Duration timeout) throws InterruptedException {
    long nanos = Durations.toNanosSaturated(timeout);
    checkInterrupt("receive");
    Object e = takeQuickly();
    if (e == EMPTY || e == UNKNOWN) {
      e = nanos == 0 ? take(null) : receiveContended(e, ThreadWaiter.deadlineAfter(nanos));
    }
    return result(e);
  }

  @Override
  public ReceiveResult<E> tryReceive() {
    Object e = takeQuickly();
    return result(e == EMPTY || e == UNKNOWN ? take(null) : e);
  }

  @Override
  public @Nullable E receiveNow() {
    Object e = takeQuickly();
    if (e == UNKNOWN) {
      e = take(null);
    }
    return e == EMPTY || e == CLOSED_NOW ? null : element(e);
  }

  @Override
  public PollFuture<E> receiveAsync() {
    return new ReceiveOperation<>(this);
  }

  /** The element, CLOSED_NOW, or EMPTY when the time ran out. */
  private Object receiveContended(Object quick, long deadline) throws InterruptedException {
    boolean platform = !Spin.isVirtual(Thread.currentThread());
    if (quick == EMPTY && platform) {
      Object e = spinForElement();
      if (e != EMPTY) {
        return e;
      }
    }
    ThreadWaiter w = new ThreadWaiter(1, null);
    Object e = take(w);
    return e == EMPTY ? awaitElement(w, platform, deadline) : e;
  }

  /** For a waiter that is queued: the element, CLOSED_NOW, or EMPTY when the time ran out. */
  private Object awaitElement(ThreadWaiter w, boolean platform, long deadline)
      throws InterruptedException {
    int spinNanos = platform && capacity() == 0 ? receiveSpin.budget() : 0;
    ThreadWaiter.Outcome outcome = w.await(this, true, deadline, spinNanos);
    if (spinNanos > 0) {
      receiveSpin.learn(w.spinPaid());
    }
    switch (outcome) {
      case GRANTED:
        return granted(w);
      case TIMED_OUT:
        withdrawReceiver(w);
        return EMPTY;
      case INTERRUPTED:
        withdrawReceiver(w);
        throw new InterruptedException("interrupted while waiting to receive from " + this);
      default:
        return CLOSED_NOW;
    }
  }

  /** Looks for an element for a while before a platform thread queues; EMPTY when it got none. */
  private Object spinForElement() {
    Spin spin = new Spin(receiveSpin.budget(), LONGEST_PAUSE);
    while (spin.pause()) {
      if (heldHint() > 0) {
        linger(false);
        Object e = takeQuickly();
        if (e != EMPTY) {
          receiveSpin.learn(spin.paid());
          return e == UNKNOWN ? EMPTY : e;
        }
      }
    }
    receiveSpin.learn(false);
    return EMPTY;
  }

  /**
   * Called by a spinning thread that could go on: while the other side is at work, leaves it alone a
   * little longer, so that the two exchange a batch of elements with each cache line and not one. Ends
   * at once when the other side does nothing.
   */
  private void linger(boolean forRoom) {
    long target = Math.min(BATCH, capacity() / 2);
    long seen = 0;
    for (int look = 0; look < LINGER_LOOKS; look++) {
      long now = forRoom ? roomHint() : heldHint();
      if (now <= seen || now >= target) {
        return;
      }
      seen = now;
      long start = System.nanoTime();
      for (int i = 0; i < LINGER_PAUSES && System.nanoTime() - start < LINGER_NANOS; i += 8) {
        for (int j = 0; j < 8; j++) {
          Thread.onSpinWait();
        }
      }
    }
  }

  // Batches

  @Override
  public int receiveBatch(Collection<? super E> into, int max) throws InterruptedException {
    Objects.requireNonNull(into, "into");
    checkMax(max);
    checkInterrupt("receive");
    int taken = tryReceiveBatch(into, max);
    if (taken > 0) {
      return taken;
    }
    boolean platform = !Spin.isVirtual(Thread.currentThread());
    if (platform) {
      taken = addAll(into, spinForBatch(max));
      if (taken > 0) {
        return taken;
      }
    }
    ThreadWaiter w = new ThreadWaiter(1, null);
    List<E> batch = takeBatchOrEnqueue(max, w);
    if (batch == null) {
      throw drained();
    }
    if (batch.isEmpty()) {
      // When the wait is granted the channel was empty, so one element is all there is.
      Object e = awaitElement(w, platform, ThreadWaiter.FOREVER);
      if (e == CLOSED_NOW) {
        throw drained();
      }
      batch = List.of(element(e));
    }
    return addAll(into, batch);
  }

  /** As {@link #spinForElement}, for a batch; may be empty. */
  private List<E> spinForBatch(int max) {
    Spin spin = new Spin(receiveSpin.budget(), LONGEST_PAUSE);
    while (spin.pause()) {
      if (heldHint() > 0) {
        linger(false);
        List<E> batch = takeBatch(max);
        if (!batch.isEmpty()) {
          receiveSpin.learn(spin.paid());
          return batch;
        }
      }
    }
    receiveSpin.learn(false);
    return List.of();
  }

  @Override
  public int tryReceiveBatch(Collection<? super E> into, int max) {
    Objects.requireNonNull(into, "into");
    checkMax(max);
    return addAll(into, takeBatch(max));
  }

  /** What the collection does not take goes back to the channel. */
  private int addAll(Collection<? super E> into, List<E> batch) {
    for (int i = 0; i < batch.size(); i++) {
      try {
        into.add(batch.get(i));
      } catch (Throwable refused) {
        putBack(batch.subList(i, batch.size()), refused);
        throw refused;
      }
    }
    return batch.size();
  }

  @Override
  public PollFuture<List<E>> receiveBatchAsync(int max) {
    checkMax(max);
    return new ReceiveBatchOperation<>(this, max);
  }

  /** What the handler of undelivered elements throws comes out with {@code refused}, not in its place. */
  private void putBack(List<E> elements, Throwable refused) {
    try {
      putBack(elements);
    } catch (Throwable fromHandler) { // carried, see above
      refused.addSuppressed(fromHandler);
    }
  }

  private static void checkMax(int max) {
    if (max < 1) {
      throw new IllegalArgumentException("max is " + max + "; a batch has at least one element");
    }
  }

  // Iterating

  @Override
  public Iterator<E> iterator() {
    return new ReceivingIterator();
  }

  private final class ReceivingIterator implements Iterator<E> {
    private @Nullable E next;

    @Override
    public boolean hasNext() {
      if (next != null) {
        return true;
      }
      Object e;
      try {
        checkInterrupt("iterate");
        e = takeQuickly();
        if (e == EMPTY || e == UNKNOWN) {
          e = receiveContended(e, ThreadWaiter.FOREVER);
        }
      } catch (InterruptedException interrupt) {
        Thread.currentThread().interrupt();
        CancellationException ended = new CancellationException(interrupt.getMessage());
        ended.initCause(interrupt);
        throw ended;
      }
      if (e == CLOSED_NOW) {
        if (closeCause() != null) {
          throw drained();
        }
        return false;
      }
      next = element(e);
      return true;
    }

    @Override
    public E next() {
      if (!hasNext()) {
        throw new NoSuchElementException("everything was received: " + AbstractChannel.this);
      }
      E e = Objects.requireNonNull(next);
      next = null;
      return e;
    }
  }

  // Ending

  @Override
  public void close() {
    close(null);
  }

  /** Gives {@code undelivered} to the handler, in order. Called without a lock. */
  final void handOver(List<E> undelivered) {
    if (onUndelivered == null) {
      return;
    }
    Throwable first = null;
    for (E e : undelivered) {
      try {
        onUndelivered.accept(e);
      } catch (Throwable fromHandler) { // thrown below, after the others had a turn
        if (first == null) {
          first = fromHandler;
        } else if (first != fromHandler) { // an exception does not suppress itself
          first.addSuppressed(fromHandler);
        }
      }
    }
    if (first != null) {
      throw AbstractChannel.<RuntimeException>asDeclared(first);
    }
  }

  /** Code in other languages throws checked exceptions undeclared; they pass as they came. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // erased: no cast takes place
  private static <X extends Throwable> X asDeclared(Throwable thrown) throws X {
    throw (X) thrown;
  }

  final String objectName() {
    return "Channel"
        + (name == null
            ? "@" + Integer.toHexString(System.identityHashCode(this))
            : "(" + name + ")");
  }

  /** The state for {@code toString}. */
  final String describe(String status, String held, int senders, int receivers) {
    return objectName()
        + "["
        + status
        + ", size="
        + held
        + ", senders="
        + senders
        + ", receivers="
        + receivers
        + "]";
  }

  // Errors and results

  /** What the waiters are failed with; each of them makes its own exception of it. */
  final ChannelClosedException wasClosed(@Nullable Throwable cause) {
    return new ChannelClosedException(objectName() + " was closed", cause);
  }

  private static void checkElement(@Nullable Object element) {
    Objects.requireNonNull(element, "a channel does not take null elements");
  }

  private void checkInterrupt(String operation) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before it could " + operation + ": " + this);
    }
  }

  final ChannelClosedException sendRefused() {
    return new ChannelClosedException(
        objectName() + " is closed: the element was not sent and stays with the caller",
        closeCause());
  }

  final ChannelClosedException drained() {
    return new ChannelClosedException(
        objectName() + " is closed and everything was received: stop receiving", closeCause());
  }

  private ReceiveResult<E> result(Object e) {
    if (e == EMPTY) {
      return ReceiveResult.empty();
    }
    if (e == CLOSED_NOW) {
      return ReceiveResult.closed(closeCause());
    }
    return ReceiveResult.received(element(e));
  }

  static Object granted(Waiter w) {
    return Objects.requireNonNull(w.item());
  }

  @SuppressWarnings("unchecked") // only elements of this channel are stored and handed over
  final E element(Object e) {
    return (E) e;
  }
}
