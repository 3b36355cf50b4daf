package dev.interlock.channel;

import dev.interlock.internal.wait.QueueLock;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WaiterList;
import dev.interlock.internal.wait.WakeList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A channel that holds nothing: each element goes from a sender to a receiver, and whichever comes
 * first waits for the other. See {@link Channel} for the contract.
 */
final class RendezvousChannel<E> extends AbstractChannel<E> {
  /*
   *   senders: s3 -> s2 -> s1 ->|      |<- r1 <- r2 <- r3 :receivers       at most one side is not empty
   *
   * One lock, because each operation looks at both sides. Invariant, whenever it is free (a waiter that
   * has cancelled itself does not count): not both lists have waiters, and none has once closed.
   *
   * handedBack holds elements that a receiver was granted and gave back (a coroutine or future cancelled
   * after the grant) while no other receiver waited: their senders have gone on, so the channel keeps
   * them for the next receivers. They alone count in size().
   */
  private final State state = new State();

  /** What changes under the lock, and the lock. */
  private static final class State extends QueueLock {
    final WaiterList senders = new WaiterList();
    final WaiterList receivers = new WaiterList();
    final ArrayDeque<Object> handedBack = new ArrayDeque<>(0);
    boolean closed;
    boolean cancelled;
    @Nullable Throwable closeCause;
  }

  RendezvousChannel(@Nullable String name, @Nullable Consumer<? super E> onUndelivered) {
    super(name, onUndelivered);
  }

  @Override
  Offer offerQuickly(E element) {
    return Offer.UNKNOWN;
  }

  @Override
  Object takeQuickly() {
    return UNKNOWN;
  }

  @Override
  Offer offer(@Nullable Waiter w, E element) {
    Waiter receiver;
    state.lock();
    try {
      if (state.closed) {
        return Offer.CLOSED;
      }
      receiver = grantReceiver(element);
      if (receiver == null) {
        if (w == null) {
          return Offer.FULL;
        }
        state.senders.add(w);
        return Offer.WAITING;
      }
    } finally {
      state.unlock();
    }
    WakeList.wake(receiver);
    return Offer.SENT;
  }

  @Override
  Object take(@Nullable Waiter w) {
    Waiter sender;
    state.lock();
    try {
      Object returned = state.handedBack.pollFirst();
      if (returned != null) {
        return returned;
      }
      sender = grantSender();
      if (sender == null) {
        if (state.closed) {
          return CLOSED_NOW;
        }
        if (w != null) {
          state.receivers.add(w);
        }
        return EMPTY;
      }
    } finally {
      state.unlock();
    }
    Object e = granted(sender);
    WakeList.wake(sender);
    return e;
  }

  @Override
  List<E> takeBatch(int max) {
    return Objects.requireNonNull(takeBatchWith(max, null));
  }

  @Override
  @Nullable List<E> takeBatchOrEnqueue(int max, Waiter w) {
    return takeBatchWith(max, w);
  }

  /** Never null without a waiter. */
  private @Nullable List<E> takeBatchWith(int max, @Nullable Waiter w) {
    WakeList wakes = new WakeList();
    List<E> batch = List.of();
    state.lock();
    try {
      while (batch.size() < max) {
        Object e = state.handedBack.pollFirst();
        if (e == null) {
          Waiter sender = grantSender();
          if (sender == null) {
            break;
          }
          e = granted(sender);
          wakes.add(sender);
        }
        if (batch.isEmpty()) {
          batch = new ArrayList<>();
        }
        batch.add(element(e));
      }
      if (w != null && batch.isEmpty()) {
        if (state.closed) {
          return null;
        }
        state.receivers.add(w);
      }
    } finally {
      state.unlock();
    }
    wakes.wakeAll();
    return batch;
  }

  private @Nullable Waiter grantReceiver(Object element) {
    for (Waiter r; (r = state.receivers.peek()) != null; ) {
      state.receivers.remove(r);
      if (r.grant(element)) {
        return r;
      }
    }
    return null;
  }

  private @Nullable Waiter grantSender() {
    for (Waiter s; (s = state.senders.peek()) != null; ) {
      state.senders.remove(s);
      if (s.grant()) {
        return s;
      }
    }
    return null;
  }

  @Override
  void withdrawSender(Waiter w) {
    withdraw(state.senders, w);
  }

  @Override
  void withdrawReceiver(Waiter w) {
    withdraw(state.receivers, w);
  }

  private void withdraw(WaiterList list, Waiter w) {
    state.lock();
    try {
      list.remove(w);
    } finally {
      state.unlock();
    }
  }

  @Override
  void putBack(List<E> elements) {
    WakeList wakes = new WakeList();
    boolean undelivered;
    state.lock();
    try {
      undelivered = state.cancelled;
      if (!undelivered) {
        int given = 0;
        for (Waiter r; given < elements.size(); given++) {
          r = grantReceiver(elements.get(given));
          if (r == null) {
            break;
          }
          wakes.add(r);
        }
        for (int i = elements.size() - 1; i >= given; i--) {
          state.handedBack.addFirst(elements.get(i));
        }
      }
    } finally {
      state.unlock();
    }
    wakes.wakeAll();
    if (undelivered) {
      handOver(elements);
    }
  }

  @Override
  long roomHint() {
    return 0; // nothing to see without the lock
  }

  @Override
  long heldHint() {
    return 0;
  }

  // Ending

  @Override
  public boolean close(@Nullable Throwable cause) {
    WakeList wakes = new WakeList();
    state.lock();
    try {
      if (state.closed) {
        return false;
      }
      closeLocked(cause, wakes);
    } finally {
      state.unlock();
    }
    wakes.wakeAll();
    return true;
  }

  @Override
  public boolean cancel(@Nullable Throwable cause) {
    WakeList wakes = new WakeList();
    List<E> undelivered = new ArrayList<>();
    state.lock();
    try {
      if (state.cancelled) {
        return false;
      }
      if (!state.closed) {
        closeLocked(cause, wakes);
      }
      for (Object e; (e = state.handedBack.pollFirst()) != null; ) {
        undelivered.add(element(e));
      }
      state.cancelled = true;
    } finally {
      state.unlock();
    }
    wakes.wakeAll();
    handOver(undelivered);
    return true;
  }

  private void closeLocked(@Nullable Throwable cause, WakeList wakes) {
    state.closed = true;
    state.closeCause = cause;
    ChannelClosedException failure = wasClosed(cause);
    state.receivers.failAll(failure, wakes);
    state.senders.failAll(failure, wakes);
  }

  // Looking

  @Override
  public int size() {
    state.lock();
    try {
      return state.handedBack.size();
    } finally {
      state.unlock();
    }
  }

  @Override
  public int capacity() {
    return 0;
  }

  @Override
  public boolean isEmpty() {
    state.lock();
    try {
      return state.handedBack.isEmpty() && state.senders.peek() == null;
    } finally {
      state.unlock();
    }
  }

  @Override
  public boolean isFull() {
    state.lock();
    try {
      return !state.closed && state.receivers.peek() == null;
    } finally {
      state.unlock();
    }
  }

  @Override
  public boolean isClosed() {
    state.lock();
    try {
      return state.closed;
    } finally {
      state.unlock();
    }
  }

  @Override
  public boolean isDrained() {
    state.lock();
    try {
      return state.closed && state.handedBack.isEmpty();
    } finally {
      state.unlock();
    }
  }

  @Override
  public int waitingSenders() {
    state.lock();
    try {
      return state.senders.count();
    } finally {
      state.unlock();
    }
  }

  @Override
  public int waitingReceivers() {
    state.lock();
    try {
      return state.receivers.count();
    } finally {
      state.unlock();
    }
  }

  @Override
  @Nullable Throwable closeCause() {
    state.lock();
    try {
      return state.closeCause;
    } finally {
      state.unlock();
    }
  }

  @Override
  public String toString() {
    state.lock();
    try {
      return describe(
          state.cancelled ? "cancelled" : state.closed ? "closed" : "open",
          state.handedBack.size() + "/0",
          state.senders.count(),
          state.receivers.count());
    } finally {
      state.unlock();
    }
  }
}
