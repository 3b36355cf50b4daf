package dev.interlock.channel;

import dev.interlock.future.PollFuture;
import dev.interlock.internal.op.Operation;
import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.QueueLock;
import dev.interlock.internal.wait.Spin;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaiterList;
import dev.interlock.internal.wait.WakeList;
import dev.interlock.internal.wait.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The three kinds of channel: one ring that holds 0, n or any number of elements, and two queues of
 * waiters, all under one lock. See {@link Channel} for the contract.
 */
final class BufferedChannel<E> extends QueueLock implements Channel<E> {
  /*
   *   senders (waiting, each with its element)     ring (accepted)         receivers (waiting)
   *   s3 -> s2 -> s1 ----------------------------> [ e4 e3 e2 e1 ] ------> r1 <- r2 <- r3
   *
   * Invariants, whenever the lock is free (a waiter that has cancelled itself does not count)
   *   - a receiver waits  =>  the ring is empty and no sender waits, and the channel is open
   *   - a sender waits    =>  the ring is full, and the channel is open
   * "Full" is count >= capacity. It exceeds the capacity only by elements handed back by receivers
   * that were cancelled after the grant: those have been accepted once, and cannot be refused now.
   *
   * operation   ring / waiters before              effect, under the lock
   * ---------   ----------------------             ----------------------
   * send        a receiver waits                   its first is granted the element
   *             room                               append
   *             full                               not now: wait, give up, or say full
   * receive     ring not empty                     take the first; the first waiting sender is
   *                                                granted, its element appended
   *             empty, a sender waits (capacity 0) it is granted, its element is the result
   *             empty, nobody                      not now: wait, give up, or say empty or closed
   * close       open                               receivers fail, senders fail
   * cancel                                         close, and the ring is emptied
   * put back    cancelled                          to the handler of undelivered elements
   *             a receiver waits                   its first is granted the element
   *             otherwise                          prepend
   *
   * Every decision is taken under the lock and so is atomic; what is granted is woken after it. The
   * linearization point of each operation is its last write under the lock; of a wait that was granted,
   * the step of the other side that granted it.
   *
   * Why a lock: docs/channels.md.
   */
  private static final Object EMPTY = new Object();
  private static final Object CLOSED_NOW = new Object();

  /** Outcomes of an attempt to send. */
  private enum Offer {
    SENT,
    FULL,
    CLOSED,
    WAITING
  }

  private final int capacity;
  private final Ring ring;
  private final WaiterList senders = new WaiterList();
  private final WaiterList receivers = new WaiterList();
  private boolean closed;
  private boolean cancelled;
  private @Nullable Throwable closeCause;
  private final @Nullable Consumer<? super E> onUndelivered;
  private final @Nullable String name;

  /** Spin estimates in pauses; racy by design, see {@link Spin}. */
  private int sendSpin = Spin.MAX / 4;

  private int receiveSpin = Spin.MAX / 4;

  BufferedChannel(
      @Nullable String name, int capacity, @Nullable Consumer<? super E> onUndelivered) {
    this.name = name;
    this.capacity = capacity;
    this.ring = new Ring(capacity == UNBOUNDED ? 0 : capacity);
    this.onUndelivered = onUndelivered;
  }

  // Sending

  @Override
  public void send(E element) throws InterruptedException {
    checkElement(element);
    checkInterrupt("send");
    Offer offer = offer(element);
    if (offer != Offer.SENT) {
      sendContended(offer, element, ThreadWaiter.FOREVER);
    }
  }

  @Override
  public boolean send(E element, Duration timeout) throws InterruptedException {
    checkElement(element);
    long nanos = Durations.toNanosSaturated(timeout);
    checkInterrupt("send");
    Offer offer = offer(element);
    if (offer == Offer.SENT) {
      return true;
    }
    return sendContended(
        offer, element, nanos == 0 ? NOT_AT_ALL : ThreadWaiter.deadlineAfter(nanos));
  }

  @Override
  public SendResult trySend(E element) {
    checkElement(element);
    switch (offer(element)) {
      case SENT:
        return SendResult.sent();
      case FULL:
        return SendResult.full();
      default:
        return SendResult.closed(closeCause());
    }
  }

  @Override
  public PollFuture<@Nullable Void> sendAsync(E element) {
    checkElement(element);
    return new SendOperation<>(this, element);
  }

  private static final long NOT_AT_ALL = Long.MIN_VALUE;

  private boolean sendContended(Offer offer, E element, long deadline)
      throws InterruptedException {
    if (offer == Offer.FULL && deadline == NOT_AT_ALL) {
      return false;
    }
    boolean platform = !Spin.isVirtual(Thread.currentThread());
    if (offer == Offer.FULL && platform && capacity > 0) {
      offer = spinForRoom(element);
    }
    if (offer == Offer.FULL) {
      ThreadWaiter w = new ThreadWaiter(1, element);
      offer = offerOrEnqueue(w, element);
      if (offer == Offer.WAITING) {
        int pauses = platform && capacity == 0 ? sendSpin : 0;
        ThreadWaiter.Outcome outcome = w.await(this, true, deadline, pauses);
        if (pauses > 0) {
          sendSpin = w.spinPaid() ? Spin.longer(sendSpin) : Spin.shorter(sendSpin);
        }
        switch (outcome) {
          case GRANTED:
            return true;
          case TIMED_OUT:
            withdraw(senders, w);
            return false;
          case INTERRUPTED:
            withdraw(senders, w);
            throw new InterruptedException("interrupted while waiting to send to " + this);
          default:
            offer = Offer.CLOSED;
        }
      }
    }
    if (offer == Offer.CLOSED) {
      throw sendRefused();
    }
    return true;
  }

  /** Looks for room for a while, without the lock, before a platform thread queues. */
  private Offer spinForRoom(E element) {
    int budget = sendSpin;
    for (int spent = 0; spent < budget; spent += Spin.STRIDE) {
      Spin.stride();
      if (ring.countOpaque() < capacity) {
        Offer offer = offer(element);
        if (offer != Offer.FULL) {
          sendSpin = Spin.longer(budget);
          return offer;
        }
      }
    }
    sendSpin = Spin.shorter(budget);
    return Offer.FULL;
  }

  private Offer offer(E element) {
    Waiter receiver;
    lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      receiver = grantReceiver(element);
      if (receiver == null) {
        if (ring.count() >= capacity) {
          return Offer.FULL;
        }
        ring.addLast(element);
        return Offer.SENT;
      }
    } finally {
      unlock();
    }
    WakeList.wake(receiver);
    return Offer.SENT;
  }

  /** As {@link #offer}, but enqueues {@code w} instead of saying full. */
  private Offer offerOrEnqueue(Waiter w, E element) {
    Waiter receiver;
    lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      receiver = grantReceiver(element);
      if (receiver == null) {
        if (ring.count() >= capacity) {
          senders.add(w);
          return Offer.WAITING;
        }
        ring.addLast(element);
        return Offer.SENT;
      }
    } finally {
      unlock();
    }
    WakeList.wake(receiver);
    return Offer.SENT;
  }

  /** Hands {@code element} to the first waiting receiver, if there is one. Needs the lock. */
  private @Nullable Waiter grantReceiver(Object element) {
    for (Waiter r; (r = receivers.peek()) != null; ) {
      receivers.remove(r);
      if (r.grant(element)) {
        return r;
      }
    }
    return null;
  }

  // Receiving

  @Override
  public E receive() throws InterruptedException {
    checkInterrupt("receive");
    Object e = take();
    if (e == EMPTY || e == CLOSED_NOW) {
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
    Object e = take();
    if (e == EMPTY && nanos > 0) {
      e = receiveContended(e, ThreadWaiter.deadlineAfter(nanos));
    }
    return result(e);
  }

  @Override
  public ReceiveResult<E> tryReceive() {
    return result(take());
  }

  @Override
  public PollFuture<E> receiveAsync() {
    return new ReceiveOperation<>(this);
  }

  /** The element, CLOSED_NOW, or EMPTY when the time ran out. */
  private Object receiveContended(Object now, long deadline) throws InterruptedException {
    if (now == CLOSED_NOW) {
      return now;
    }
    boolean platform = !Spin.isVirtual(Thread.currentThread());
    if (platform && capacity > 0) {
      Object e = spinForElement();
      if (e != EMPTY) {
        return e;
      }
    }
    ThreadWaiter w = new ThreadWaiter(1, null);
    Object e = takeOrEnqueue(w);
    if (e != EMPTY) {
      return e;
    }
    int pauses = platform && capacity == 0 ? receiveSpin : 0;
    ThreadWaiter.Outcome outcome = w.await(this, true, deadline, pauses);
    if (pauses > 0) {
      receiveSpin = w.spinPaid() ? Spin.longer(receiveSpin) : Spin.shorter(receiveSpin);
    }
    switch (outcome) {
      case GRANTED:
        return granted(w);
      case TIMED_OUT:
        withdraw(receivers, w);
        return EMPTY;
      case INTERRUPTED:
        withdraw(receivers, w);
        throw new InterruptedException("interrupted while waiting to receive from " + this);
      default:
        return CLOSED_NOW;
    }
  }

  /** Looks for an element for a while, without the lock, before a platform thread queues. */
  private Object spinForElement() {
    int budget = receiveSpin;
    for (int spent = 0; spent < budget; spent += Spin.STRIDE) {
      Spin.stride();
      if (ring.countOpaque() > 0) {
        Object e = take();
        if (e != EMPTY) {
          receiveSpin = Spin.longer(budget);
          return e;
        }
      }
    }
    receiveSpin = Spin.shorter(budget);
    return EMPTY;
  }

  private Object take() {
    Waiter sender;
    Object e;
    lock();
    try {
      if (ring.count() > 0) {
        e = ring.removeFirst();
        sender = admitSender();
      } else {
        sender = grantSender();
        if (sender == null) {
          return closed ? CLOSED_NOW : EMPTY;
        }
        e = granted(sender);
      }
    } finally {
      unlock();
    }
    if (sender != null) {
      WakeList.wake(sender);
    }
    return e;
  }

  /** As {@link #take}, but enqueues {@code w} when it says empty. */
  private Object takeOrEnqueue(Waiter w) {
    Waiter sender;
    Object e;
    lock();
    try {
      if (ring.count() > 0) {
        e = ring.removeFirst();
        sender = admitSender();
      } else {
        sender = grantSender();
        if (sender == null) {
          if (closed) {
            return CLOSED_NOW;
          }
          receivers.add(w);
          return EMPTY;
        }
        e = granted(sender);
      }
    } finally {
      unlock();
    }
    if (sender != null) {
      WakeList.wake(sender);
    }
    return e;
  }

  /** Grants the first waiting sender, if there is one. Needs the lock. */
  private @Nullable Waiter grantSender() {
    for (Waiter s; (s = senders.peek()) != null; ) {
      senders.remove(s);
      if (s.grant()) {
        return s;
      }
    }
    return null;
  }

  /** After an element was removed: lets the first waiting sender into the ring. Needs the lock. */
  private @Nullable Waiter admitSender() {
    if (ring.count() >= capacity) {
      return null;
    }
    Waiter s = grantSender();
    if (s != null) {
      ring.addLast(granted(s));
    }
    return s;
  }

  /** Returns an element whose receiver was cancelled after the grant. */
  private void putBack(E element) {
    Waiter receiver = null;
    lock();
    try {
      if (!cancelled) {
        receiver = grantReceiver(element);
        if (receiver == null) {
          ring.addFirst(element);
          return;
        }
      }
    } finally {
      unlock();
    }
    if (receiver != null) {
      WakeList.wake(receiver);
    } else if (onUndelivered != null) {
      onUndelivered.accept(element);
    }
  }

  // Batches

  @Override
  public int receiveBatch(Collection<? super E> into, int max) throws InterruptedException {
    Objects.requireNonNull(into, "into");
    int taken = tryReceiveBatch(into, max);
    if (taken > 0) {
      return taken;
    }
    // When the wait is granted the ring was empty, so one element is all there is.
    addOrPutBack(into, receive());
    return 1;
  }

  @Override
  public int tryReceiveBatch(Collection<? super E> into, int max) {
    Objects.requireNonNull(into, "into");
    checkMax(max);
    List<E> batch = takeBatch(max);
    for (int i = 0; i < batch.size(); i++) {
      try {
        into.add(batch.get(i));
      } catch (Throwable refused) {
        for (int j = batch.size() - 1; j >= i; j--) {
          putBack(batch.get(j));
        }
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

  private void addOrPutBack(Collection<? super E> into, E element) {
    try {
      into.add(element);
    } catch (Throwable refused) {
      putBack(element);
      throw refused;
    }
  }

  private List<E> takeBatch(int max) {
    WakeList wakes = new WakeList();
    List<E> batch;
    lock();
    try {
      int held = Math.min(max, ring.count());
      batch = held == 0 && senders.isEmpty() ? List.of() : new ArrayList<>(held);
      while (batch.size() < max) {
        Waiter sender;
        if (ring.count() > 0) {
          batch.add(element(ring.removeFirst()));
          sender = admitSender();
        } else {
          sender = grantSender();
          if (sender == null) {
            break;
          }
          batch.add(element(granted(sender)));
        }
        if (sender != null) {
          wakes.add(sender);
        }
      }
    } finally {
      unlock();
    }
    wakes.wakeAll();
    return batch;
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
        e = take();
        if (e == EMPTY) {
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
        throw new NoSuchElementException("everything was received: " + BufferedChannel.this);
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

  @Override
  public boolean close(@Nullable Throwable cause) {
    WakeList wakes = new WakeList();
    lock();
    try {
      if (closed) {
        return false;
      }
      closeLocked(cause, wakes);
    } finally {
      unlock();
    }
    wakes.wakeAll();
    return true;
  }

  @Override
  public boolean cancel(@Nullable Throwable cause) {
    WakeList wakes = new WakeList();
    List<E> undelivered;
    lock();
    try {
      if (cancelled) {
        return false;
      }
      if (!closed) {
        closeLocked(cause, wakes);
      }
      undelivered = new ArrayList<>(ring.count());
      while (ring.count() > 0) {
        undelivered.add(element(ring.removeFirst()));
      }
      cancelled = true;
    } finally {
      unlock();
    }
    wakes.wakeAll();
    if (onUndelivered != null) {
      handOver(undelivered, onUndelivered);
    }
    return true;
  }

  private void closeLocked(@Nullable Throwable cause, WakeList wakes) {
    closed = true;
    closeCause = cause;
    ChannelClosedException failure =
        new ChannelClosedException(objectName() + " was closed", cause);
    failAll(receivers, failure, wakes);
    failAll(senders, failure, wakes);
  }

  private static void failAll(WaiterList waiters, Throwable failure, WakeList wakes) {
    for (Waiter w; (w = waiters.peek()) != null; ) {
      waiters.remove(w);
      if (w.fail(failure)) {
        wakes.add(w);
      }
    }
  }

  private static <E> void handOver(List<E> undelivered, Consumer<? super E> handler) {
    Throwable first = null;
    for (E e : undelivered) {
      try {
        handler.accept(e);
      } catch (RuntimeException | Error fromHandler) { // thrown below, after the others had their turn
        if (first == null) {
          first = fromHandler;
        } else {
          first.addSuppressed(fromHandler);
        }
      }
    }
    if (first instanceof RuntimeException e) {
      throw e;
    }
    if (first instanceof Error e) {
      throw e;
    }
  }

  private void withdraw(WaiterList list, Waiter w) {
    lock();
    try {
      list.remove(w);
    } finally {
      unlock();
    }
  }

  // Looking

  @Override
  public int size() {
    lock();
    try {
      return ring.count();
    } finally {
      unlock();
    }
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public boolean isEmpty() {
    lock();
    try {
      return ring.count() == 0 && senders.peek() == null;
    } finally {
      unlock();
    }
  }

  @Override
  public boolean isFull() {
    lock();
    try {
      return !closed && ring.count() >= capacity && receivers.peek() == null;
    } finally {
      unlock();
    }
  }

  @Override
  public boolean isClosed() {
    lock();
    try {
      return closed;
    } finally {
      unlock();
    }
  }

  @Override
  public boolean isDrained() {
    lock();
    try {
      return closed && ring.count() == 0;
    } finally {
      unlock();
    }
  }

  @Override
  public int waitingSenders() {
    lock();
    try {
      return senders.count();
    } finally {
      unlock();
    }
  }

  @Override
  public int waitingReceivers() {
    lock();
    try {
      return receivers.count();
    } finally {
      unlock();
    }
  }

  @Override
  public String toString() {
    lock();
    try {
      return objectName()
          + "["
          + (cancelled ? "cancelled" : closed ? "closed" : "open")
          + ", size="
          + ring.count()
          + (capacity == UNBOUNDED ? "" : "/" + capacity)
          + ", senders="
          + senders.count()
          + ", receivers="
          + receivers.count()
          + "]";
    } finally {
      unlock();
    }
  }

  private String objectName() {
    return "Channel"
        + (name == null ? "@" + Integer.toHexString(System.identityHashCode(this)) : "(" + name + ")");
  }

  // Errors and results

  private static void checkElement(@Nullable Object element) {
    Objects.requireNonNull(element, "a channel does not take null elements");
  }

  private void checkInterrupt(String operation) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before it could " + operation + ": " + this);
    }
  }

  private @Nullable Throwable closeCause() {
    lock();
    try {
      return closeCause;
    } finally {
      unlock();
    }
  }

  private ChannelClosedException sendRefused() {
    return new ChannelClosedException(
        objectName() + " is closed: the element was not sent and stays with the caller",
        closeCause());
  }

  private ChannelClosedException drained() {
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

  private static Object granted(Waiter w) {
    return Objects.requireNonNull(w.item());
  }

  @SuppressWarnings("unchecked") // only elements of this channel are stored and handed over
  private E element(Object e) {
    return (E) e;
  }

  // As futures

  private static final class SendOperation<E> extends Operation<@Nullable Void> {
    private final BufferedChannel<E> channel;
    private final E element;

    SendOperation(BufferedChannel<E> channel, E element) {
      super(1, element);
      this.channel = channel;
      this.element = element;
    }

    @Override
    protected boolean attempt() {
      switch (channel.offerOrEnqueue(this, element)) {
        case SENT:
          return true;
        case CLOSED:
          throw channel.sendRefused();
        default:
          return false;
      }
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
    protected void giveBackResult() {
      throw new AssertionError("what was sent cannot be recalled: " + this);
    }

    @Override
    protected void withdraw() {
      channel.withdraw(channel.senders, this);
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

  /** Receiving as a future, whatever is made of the element. */
  private abstract static class AbstractReceive<E, R> extends Operation<R> {
    final BufferedChannel<E> channel;

    AbstractReceive(BufferedChannel<E> channel) {
      super(1, null);
      this.channel = channel;
    }

    final boolean receivedAtOnce(Object e) {
      if (e == CLOSED_NOW) {
        throw channel.drained();
      }
      return e != EMPTY;
    }

    final E given() {
      return channel.element(BufferedChannel.granted(this));
    }

    @Override
    protected void giveBackResult() {
      channel.putBack(given());
    }

    @Override
    protected void withdraw() {
      channel.withdraw(channel.receivers, this);
    }

    @Override
    protected RuntimeException failure(@Nullable Object cause) {
      return channel.drained();
    }
  }

  private static final class ReceiveOperation<E> extends AbstractReceive<E, E> {
    private @Nullable E received;

    ReceiveOperation(BufferedChannel<E> channel) {
      super(channel);
    }

    @Override
    protected boolean attempt() {
      Object e = channel.takeOrEnqueue(this);
      if (receivedAtOnce(e)) {
        received = channel.element(e);
        return true;
      }
      return false;
    }

    @Override
    protected E acquired() {
      return Objects.requireNonNull(received);
    }

    @Override
    protected E granted(@Nullable Object item) {
      return given();
    }

    @Override
    protected String describe() {
      return "receive from " + channel.objectName();
    }
  }

  private static final class ReceiveBatchOperation<E> extends AbstractReceive<E, List<E>> {
    private final int max;
    private List<E> received = List.of();

    ReceiveBatchOperation(BufferedChannel<E> channel, int max) {
      super(channel);
      this.max = max;
    }

    @Override
    protected boolean attempt() {
      received = channel.takeBatch(max);
      if (!received.isEmpty()) {
        return true;
      }
      Object e = channel.takeOrEnqueue(this);
      if (receivedAtOnce(e)) {
        received = new ArrayList<>(List.of(channel.element(e)));
        return true;
      }
      return false;
    }

    @Override
    protected List<E> acquired() {
      return received;
    }

    @Override
    protected List<E> granted(@Nullable Object item) {
      return new ArrayList<>(List.of(given()));
    }

    @Override
    protected String describe() {
      return "receive of up to " + max + " from " + channel.objectName();
    }
  }
}
