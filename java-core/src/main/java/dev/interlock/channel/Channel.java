package dev.interlock.channel;

import dev.interlock.future.PollFuture;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue between any number of senders and receivers that makes them wait for each other: threads,
 * virtual threads, coroutines and futures, on the same channel at the same time. Prefer a plain queue
 * when nobody ever has to wait.
 *
 * <p>Three kinds: {@link #bounded} holds up to {@code n} elements; {@link #rendezvous} holds none, each
 * send meets its receive; {@link #unbounded} never makes a sender wait.
 *
 * <p><b>Progress.</b> Blocking: every operation takes a short internal lock. No operation but the
 * waiting forms of send and receive waits for anything else.
 *
 * <p><b>Memory effects.</b> Actions before a send happen-before actions after the receive that gets its
 * element, whatever the forms. Actions before {@code close} happen-before actions after an operation
 * that found the channel closed.
 *
 * <p><b>Ordering and fairness.</b> Linearizable, all operations, {@link #trySend}, {@link #tryReceive},
 * {@link #close()}, {@link #cancel} and the sizes included. Elements are received in the order in which
 * they were accepted. Waiting senders are admitted, and waiting receivers served, in the order in which
 * they began to wait; nobody overtakes a waiting one. (A platform thread may look for a while before it
 * begins to wait.)
 *
 * <p><b>Blocking and errors.</b> The waiting forms are interruptible. A wait that is interrupted, times
 * out or is cancelled has no effect. If it met its grant: a thread reports success; a cancelled
 * coroutine or future that was given an element hands it to the next receiver, or back to the front of
 * the channel (of several that come back so, the last stands first); a send that was accepted reports
 * success. Senders never make a channel hold more than its
 * capacity; elements that are handed back come on top, and {@link #size} counts them.
 * After {@link #close}, sends are refused, also those that wait, and their elements stay with the
 * caller; what was accepted can be received, after that receives say closed. {@code null} elements are
 * refused.
 *
 * <p><b>Cost.</b> Two atomic read-modify-writes for a send or a receive that need not wait, on memory
 * that the other side does not write; a batch costs the same. Cancelling a wait is O(1).
 *
 * <p><b>Footprint.</b> No allocation per element while nobody has to sleep. A bounded channel has room
 * for all its elements from the start; an unbounded one adds and drops chunks of 256.
 *
 * <pre>{@code
 * Channel<String> lines = Channel.bounded(64);
 * Thread producer = new Thread(() -> {
 *   try {
 *     lines.send("hello");
 *     lines.close();
 *   } catch (InterruptedException e) {
 *     lines.close(e);
 *   }
 * });
 * producer.start();
 * for (String line : lines) {
 *   System.out.println(line);
 * }
 * }</pre>
 *
 * <p><b>Source.</b> One lock for each end is M. Michael and M. Scott, <i>Simple, Fast, and Practical
 * Non-Blocking and Blocking Concurrent Queue Algorithms</i>, PODC 1996; differs from it in: a ring for
 * bounded channels, and what has to look at both ends takes both locks, which makes every operation
 * linearizable. docs/channels.md compares this with the lock-free alternatives.
 *
 * @param <E> the type of the elements
 */
public interface Channel<E> extends Iterable<E>, AutoCloseable {
  /** The {@link #capacity} of an unbounded channel. */
  int UNBOUNDED = Integer.MAX_VALUE;

  /** The largest capacity of a bounded channel. */
  int MAX_CAPACITY = 1 << 30;

  /**
   * A channel that holds up to {@code capacity} elements, exactly.
   *
   * @throws IllegalArgumentException when {@code capacity} is less than 1 or more than {@link
   *     #MAX_CAPACITY}
   */
  static <E> Channel<E> bounded(int capacity) {
    return Channel.<E>builder().bounded(capacity).build();
  }

  /** A channel that holds nothing: each send waits for its receive, and the other way round. */
  static <E> Channel<E> rendezvous() {
    return Channel.<E>builder().rendezvous().build();
  }

  /** A channel that holds any number of elements: a send never waits. */
  static <E> Channel<E> unbounded() {
    return Channel.<E>builder().unbounded().build();
  }

  /** A builder, for a name or a handler of undelivered elements; makes a rendezvous by default. */
  static <E> Builder<E> builder() {
    return new Builder<>();
  }

  // Sending

  /**
   * Sends, waiting for room.
   *
   * @throws ChannelClosedException when closed before the element was accepted; it was not sent
   * @throws InterruptedException when interrupted before the element was accepted; it was not sent
   */
  void send(E element) throws InterruptedException;

  /**
   * Sends, waiting for room not longer than {@code timeout}; zero or less does not wait.
   *
   * @return whether the element was accepted
   * @throws ChannelClosedException as {@link #send(Object)}
   * @throws InterruptedException as {@link #send(Object)}
   */
  boolean send(E element, Duration timeout) throws InterruptedException;

  /** Sends if there is room, or a receiver waits, now. */
  SendResult trySend(E element);

  /** The send as a future; cancelling it before the element is accepted keeps it with the caller. */
  PollFuture<@Nullable Void> sendAsync(E element);

  // Receiving

  /**
   * Receives, waiting for an element.
   *
   * @throws ChannelClosedException when closed and everything was received
   * @throws InterruptedException when interrupted before an element was received
   */
  E receive() throws InterruptedException;

  /**
   * Receives, waiting for an element not longer than {@code timeout}; zero or less does not wait.
   *
   * @return the element, {@link ReceiveResult.Empty} when the time ran out, or {@link
   *     ReceiveResult.Closed}
   * @throws InterruptedException when interrupted before an element was received
   */
  ReceiveResult<E> receive(Duration timeout) throws InterruptedException;

  /** Receives if an element is there, or a sender waits, now. */
  ReceiveResult<E> tryReceive();

  /** The receive as a future. Cancelling it hands an element that it was given to the next one. */
  PollFuture<E> receiveAsync();

  /**
   * Receives at least one element and up to {@code max}, waiting for the first only, in one step.
   *
   * @param into gets the elements; when it throws, those it has not taken go back to the channel
   * @return how many
   * @throws ChannelClosedException when closed and everything was received
   * @throws InterruptedException when interrupted before an element was received
   * @throws IllegalArgumentException when {@code max} is less than 1
   */
  int receiveBatch(Collection<? super E> into, int max) throws InterruptedException;

  /** As {@link #receiveBatch}, but does not wait; 0 when nothing is there. */
  int tryReceiveBatch(Collection<? super E> into, int max);

  /** {@link #receiveBatch} as a future. Cancelling it hands what it was given to the next one. */
  PollFuture<List<E>> receiveBatchAsync(int max);

  /**
   * Receives until the channel is closed and empty; ends there. Closed with a cause, it throws {@link
   * ChannelClosedException} at the end instead. An interrupt ends it with {@link
   * java.util.concurrent.CancellationException} and the interrupt status set.
   */
  @Override
  Iterator<E> iterator();

  // Ending

  /** As {@link #close(Throwable)} without a cause. Closing again does nothing. */
  @Override
  void close();

  /**
   * Closes: sends are refused from now on, also those that wait; what was accepted can be received.
   *
   * @param cause carried by the exceptions and results that say closed, may be null
   * @return whether this call closed it; false when it was closed before, and nothing changes
   */
  boolean close(@Nullable Throwable cause);

  /**
   * Closes, and gives what was accepted and not received to the handler of {@link
   * Builder#onUndelivered}, in order, on this thread. What a handler throws does not keep it from the
   * next element; it is thrown at the end.
   *
   * @param cause as in {@link #close(Throwable)}; ignored when closed before
   * @return whether this call cancelled it; false when it was cancelled before, and nothing changes
   */
  boolean cancel(@Nullable Throwable cause);

  // Looking

  /** How many elements are held now; 0 for a rendezvous channel. */
  int size();

  /** How many it can hold; {@link #UNBOUNDED} if any number. */
  int capacity();

  /** Whether a receive would have to wait now, or find the channel closed. */
  boolean isEmpty();

  /** Whether a send would have to wait now. */
  boolean isFull();

  /** Whether it was closed; elements may still be there. */
  boolean isClosed();

  /** Whether it was closed and everything was received. */
  boolean isDrained();

  /** How many senders wait; for monitoring. */
  int waitingSenders();

  /** How many receivers wait; for monitoring. */
  int waitingReceivers();

  /**
   * Collects the options of a channel.
   *
   * @param <E> the type of the elements
   */
  final class Builder<E> {
    private int capacity;
    private @Nullable String name;
    private @Nullable Consumer<? super E> onUndelivered;

    private Builder() {}

    /** As {@link Channel#bounded}. */
    public Builder<E> bounded(int capacity) {
      if (capacity < 1 || capacity > MAX_CAPACITY) {
        throw new IllegalArgumentException(
            "capacity is "
                + capacity
                + "; it must lie between 1 and "
                + MAX_CAPACITY
                + " (for 0 use a rendezvous channel, for no limit an unbounded one)");
      }
      this.capacity = capacity;
      return this;
    }

    /** As {@link Channel#rendezvous}. */
    public Builder<E> rendezvous() {
      this.capacity = 0;
      return this;
    }

    /** As {@link Channel#unbounded}. */
    public Builder<E> unbounded() {
      this.capacity = UNBOUNDED;
      return this;
    }

    /** The name that errors, dumps and {@code toString} show. */
    public Builder<E> name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Gets each element that was accepted and will not be received, because the channel was cancelled.
     * Called without any lock; it may use the channel.
     */
    public Builder<E> onUndelivered(Consumer<? super E> handler) {
      this.onUndelivered = Objects.requireNonNull(handler, "handler");
      return this;
    }

    /** The channel. */
    public Channel<E> build() {
      return capacity == 0
          ? new RendezvousChannel<>(name, onUndelivered)
          : new BufferedChannel<>(name, capacity, onUndelivered);
    }
  }
}
