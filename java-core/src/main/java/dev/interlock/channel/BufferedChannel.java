package dev.interlock.channel;

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
 * A channel that holds elements, up to a capacity or any number. See {@link Channel} for the contract.
 */
final class BufferedChannel<E> extends AbstractChannel<E> {
  /*
   *   sends: ChannelSide                 slots                       receives: ChannelSide
   *   passed = tail = 7      [ . . e6 e5 e4 e3 . . ]                 passed = head = 3
   *   waiting senders: s2 -> s1 -^                                   waiting receivers: r1 <- r2
   *
   * Two locks, one for each side, and one rule: an operation that succeeds on its own side takes one
   * of them; whatever fails, waits, or meets somebody who waits takes both (senders' first).
   *
   *   one lock    a send that finds room, while no receiver waits;
   *               a receive that finds an element, while no sender waits
   *   both locks  everything else
   *
   * So senders and receivers do not disturb each other while the channel is neither full nor empty.
   * And yet each decision is atomic. Under both locks nothing changes. Under its own lock a send sees
   * the head of some moment; receivers can only have made more room since, so room seen is room there.
   * The same holds for a receive and the tail. That somebody waits is known under either lock
   * (othersWait is written under both), so nobody who waits is ever overtaken, and no wake-up can be
   * lost: whoever registers holds both locks, and the flag stops the next operation of the other side.
   *
   * Invariants, whenever both locks are free (a waiter that has cancelled itself does not count)
   *   - a receiver waits  =>  no element is held and no sender waits, and the channel is open
   *   - a sender waits    =>  tail - head == capacity, and the channel is open
   *   - sends.othersWait  ==  a receiver is linked;  receives.othersWait == a sender is linked
   *   - 0 <= tail - head <= capacity, exactly, whoever races
   *
   * Elements that a receiver was granted and gave back (a coroutine or future cancelled after the grant)
   * were accepted once and cannot be refused now. They go to handedBack, before everything else, and
   * count in size(); senders do not see them.
   *
   * operation   state before                  effect, under both locks
   * ---------   ------------                  ------------------------
   * send        a receiver waits              its first is granted the element
   *             room                          append
   *             full                          not now: wait, give up, or say full
   * receive     an element is held            take the first; the first waiting sender is granted, its
   *                                           element appended
   *             empty                         not now: wait, give up, or say empty or closed
   * close       open                          receivers fail, senders fail
   * cancel                                    close, and everything held is taken out
   * put back    cancelled                     to the handler of undelivered elements
   *             a receiver waits              its first is granted the element
   *             otherwise                     to handedBack
   *
   * Linearization points: a send under one lock, the release of the tail; a receive under one lock, its
   * look at the tail; anything under both, any moment in between; a wait, the step of the other side
   * that granted it.
   */
  private final int capacity;
  private final Slots slots;
  private final ChannelSide sends = new ChannelSide();
  private final ChannelSide receives = new ChannelSide();

  // Under both locks.
  private final WaiterList senders = new WaiterList();
  private final WaiterList receivers = new WaiterList();
  private boolean cancelled;
  private @Nullable Throwable closeCause;

  /** Written under both locks, read under the receivers'. */
  private @Nullable ArrayDeque<E> handedBack;

  BufferedChannel(
      @Nullable String name, int capacity, @Nullable Consumer<? super E> onUndelivered) {
    super(name, onUndelivered);
    this.capacity = capacity;
    this.slots = capacity == UNBOUNDED ? Slots.linked() : Slots.ring(capacity);
  }

  // One lock

  @Override
  Offer offerQuickly(E element) {
    ChannelSide side = sends;
    side.lock();
    try {
      if (side.othersWait || side.closed) {
        return Offer.UNKNOWN;
      }
      if (!hasRoom()) {
        return Offer.FULL;
      }
      append(element);
      return Offer.SENT;
    } finally {
      side.unlock();
    }
  }

  @Override
  Object takeQuickly() {
    ChannelSide side = receives;
    side.lock();
    try {
      if (side.othersWait || handedBack != null) {
        return UNKNOWN;
      }
      if (!hasElement()) {
        return side.closed ? UNKNOWN : EMPTY;
      }
      return removeFirst();
    } finally {
      side.unlock();
    }
  }

  @Override
  List<E> takeBatch(int max) {
    ChannelSide side = receives;
    side.lock();
    try {
      if (!side.othersWait && handedBack == null) {
        long head = side.passed();
        side.otherSeen = sends.passedAcquire();
        int held = (int) Math.min(max, side.otherSeen - head);
        if (held > 0) {
          List<E> batch = new ArrayList<>(held);
          for (int i = 0; i < held; i++) {
            batch.add(element(slots.take(head + i)));
          }
          side.passRelease(head + held);
          return batch;
        }
      }
    } finally {
      side.unlock();
    }
    return Objects.requireNonNull(takeBatchUnderBoth(max, null));
  }

  @Override
  @Nullable List<E> takeBatchOrEnqueue(int max, Waiter w) {
    return takeBatchUnderBoth(max, w);
  }

  /** Needs the senders' lock. */
  private boolean hasRoom() {
    ChannelSide side = sends;
    long tail = side.passed();
    if (tail - side.otherSeen < capacity) {
      return true;
    }
    side.otherSeen = receives.passedAcquire();
    return tail - side.otherSeen < capacity;
  }

  /** Needs the senders' lock, and room. */
  private void append(Object element) {
    long tail = sends.passed();
    slots.put(tail, element);
    sends.passRelease(tail + 1);
  }

  /** Needs the receivers' lock. */
  private boolean hasElement() {
    ChannelSide side = receives;
    long head = side.passed();
    if (head < side.otherSeen) {
      return true;
    }
    side.otherSeen = sends.passedAcquire();
    return head < side.otherSeen;
  }

  /** Needs the receivers' lock, and an element. */
  private Object removeFirst() {
    long head = receives.passed();
    Object e = slots.take(head);
    receives.passRelease(head + 1);
    return e;
  }

  // Both locks

  @Override
  Offer offer(@Nullable Waiter w, E element) {
    Waiter receiver;
    lockBoth();
    try {
      if (sends.closed) {
        return Offer.CLOSED;
      }
      receiver = grantReceiver(element);
      if (receiver == null) {
        if (senders.peek() == null && hasRoom()) {
          append(element);
          return Offer.SENT;
        }
        if (w == null) {
          return Offer.FULL;
        }
        senders.add(w);
        return Offer.WAITING;
      }
    } finally {
      unlockBoth();
    }
    WakeList.wake(receiver);
    return Offer.SENT;
  }

  @Override
  Object take(@Nullable Waiter w) {
    Waiter sender;
    Object e;
    lockBoth();
    try {
      e = removeFirstUnderBoth();
      if (e == null) {
        if (receives.closed) {
          return CLOSED_NOW;
        }
        if (w != null) {
          receivers.add(w);
        }
        return EMPTY;
      }
      sender = admitSender();
    } finally {
      unlockBoth();
    }
    if (sender != null) {
      WakeList.wake(sender);
    }
    return e;
  }

  /** Never null without a waiter. */
  private @Nullable List<E> takeBatchUnderBoth(int max, @Nullable Waiter w) {
    WakeList wakes = new WakeList();
    List<E> batch = List.of();
    lockBoth();
    try {
      for (Object e; batch.size() < max && (e = removeFirstUnderBoth()) != null; ) {
        if (batch.isEmpty()) {
          batch = new ArrayList<>(Math.min(max, 1 + held()));
        }
        batch.add(element(e));
        Waiter sender = admitSender();
        if (sender != null) {
          wakes.add(sender);
        }
      }
      if (w != null && batch.isEmpty()) {
        if (receives.closed) {
          return null;
        }
        receivers.add(w);
      }
    } finally {
      unlockBoth();
    }
    wakes.wakeAll();
    return batch;
  }

  private @Nullable Object removeFirstUnderBoth() {
    ArrayDeque<E> returned = handedBack;
    if (returned != null) {
      E e = returned.pollFirst();
      if (returned.isEmpty()) {
        handedBack = null;
      }
      return e;
    }
    return hasElement() ? removeFirst() : null;
  }

  private int held() {
    ArrayDeque<E> returned = handedBack;
    int buffered = (int) Math.min(Integer.MAX_VALUE, sends.passed() - receives.passed());
    return returned == null ? buffered : buffered + returned.size();
  }

  /** Hands {@code element} to the first waiting receiver, if there is one. */
  private @Nullable Waiter grantReceiver(Object element) {
    for (Waiter r; (r = receivers.peek()) != null; ) {
      receivers.remove(r);
      if (r.grant(element)) {
        return r;
      }
    }
    return null;
  }

  /** Lets the first waiting sender in, if there is one and there is room. */
  private @Nullable Waiter admitSender() {
    for (Waiter s; (s = senders.peek()) != null && hasRoom(); ) {
      senders.remove(s);
      if (s.grant()) {
        append(granted(s));
        return s;
      }
    }
    return null;
  }

  private void lockBoth() {
    sends.lock();
    receives.lock();
  }

  /** Also puts the flags right, so that whoever changed the lists need not. */
  private void unlockBoth() {
    sends.othersWait = !receivers.isEmpty();
    receives.othersWait = !senders.isEmpty();
    receives.unlock();
    sends.unlock();
  }

  // Waiting

  @Override
  void withdrawSender(Waiter w) {
    withdraw(senders, w);
  }

  @Override
  void withdrawReceiver(Waiter w) {
    withdraw(receivers, w);
  }

  private void withdraw(WaiterList list, Waiter w) {
    lockBoth();
    try {
      list.remove(w);
    } finally {
      unlockBoth();
    }
  }

  @Override
  void putBack(List<E> elements) {
    WakeList wakes = new WakeList();
    boolean undelivered;
    lockBoth();
    try {
      undelivered = cancelled;
      if (!undelivered) {
        int given = 0;
        for (Waiter r; given < elements.size(); given++) {
          r = grantReceiver(elements.get(given));
          if (r == null) {
            break;
          }
          wakes.add(r);
        }
        if (given < elements.size()) {
          ArrayDeque<E> returned = handedBack;
          if (returned == null) {
            returned = new ArrayDeque<>(elements.size() - given);
            handedBack = returned;
          }
          for (int i = elements.size() - 1; i >= given; i--) {
            returned.addFirst(elements.get(i));
          }
        }
      }
    } finally {
      unlockBoth();
    }
    wakes.wakeAll();
    if (undelivered) {
      handOver(elements);
    }
  }

  @Override
  long roomHint() {
    return capacity - heldHint();
  }

  @Override
  long heldHint() {
    return sends.passedOpaque() - receives.passedOpaque();
  }

  // Ending

  @Override
  public boolean close(@Nullable Throwable cause) {
    WakeList wakes = new WakeList();
    lockBoth();
    try {
      if (sends.closed) {
        return false;
      }
      closeUnderBoth(cause, wakes);
    } finally {
      unlockBoth();
    }
    wakes.wakeAll();
    return true;
  }

  @Override
  public boolean cancel(@Nullable Throwable cause) {
    WakeList wakes = new WakeList();
    List<E> undelivered;
    lockBoth();
    try {
      if (cancelled) {
        return false;
      }
      if (!sends.closed) {
        closeUnderBoth(cause, wakes);
      }
      undelivered = new ArrayList<>(held());
      for (Object e; (e = removeFirstUnderBoth()) != null; ) {
        undelivered.add(element(e));
      }
      cancelled = true;
    } finally {
      unlockBoth();
    }
    wakes.wakeAll();
    handOver(undelivered);
    return true;
  }

  private void closeUnderBoth(@Nullable Throwable cause, WakeList wakes) {
    sends.closed = true;
    receives.closed = true;
    closeCause = cause;
    ChannelClosedException failure = wasClosed(cause);
    receivers.failAll(failure, wakes);
    senders.failAll(failure, wakes);
  }

  // Looking

  @Override
  public int size() {
    lockBoth();
    try {
      return held();
    } finally {
      unlockBoth();
    }
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public boolean isEmpty() {
    return size() == 0;
  }

  @Override
  public boolean isFull() {
    lockBoth();
    try {
      return !sends.closed && !hasRoom();
    } finally {
      unlockBoth();
    }
  }

  @Override
  public boolean isClosed() {
    sends.lock();
    try {
      return sends.closed;
    } finally {
      sends.unlock();
    }
  }

  @Override
  public boolean isDrained() {
    lockBoth();
    try {
      return sends.closed && held() == 0;
    } finally {
      unlockBoth();
    }
  }

  @Override
  public int waitingSenders() {
    lockBoth();
    try {
      return senders.count();
    } finally {
      unlockBoth();
    }
  }

  @Override
  public int waitingReceivers() {
    lockBoth();
    try {
      return receivers.count();
    } finally {
      unlockBoth();
    }
  }

  @Override
  @Nullable Throwable closeCause() {
    lockBoth();
    try {
      return closeCause;
    } finally {
      unlockBoth();
    }
  }

  @Override
  public String toString() {
    lockBoth();
    try {
      return describe(
          cancelled ? "cancelled" : sends.closed ? "closed" : "open",
          held() + (capacity == UNBOUNDED ? "" : "/" + capacity),
          senders.count(),
          receivers.count());
    } finally {
      unlockBoth();
    }
  }
}
