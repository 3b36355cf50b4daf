package dev.interlock.internal.wait;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One wait of one caller on one object: a node of the wait queue and the state machine that decides,
 * exactly once, how the wait ends.
 *
 * <p>Subclasses differ in one thing alone, how the caller is told ({@link #wake}): {@link ThreadWaiter}
 * unparks a platform or virtual thread; {@code internal.op.Operation} calls a {@code Waker}, which polls
 * a future again or resumes a coroutine.
 *
 * <p><b>Progress.</b> Lock-free: a transition is one compare-and-set, tried again only when a nudge or
 * a rearm came between.
 *
 * <p><b>Memory effects.</b> Actions of the granter before {@link #grant} happen-before actions of the
 * caller after it sees the outcome, and the other way round for {@link #cancelPending}.
 */
public abstract class Waiter implements MayGiveUp {
  /*
   *                        grant(item)
   *             +---------------------------------> GRANTED --take()----> TAKEN
   *             |                                      |
   *  WAITING <--+--> NUDGED                            +----giveBack()--> RETURNED
   *     |  rearm() / nudge()  |
   *     |                     |
   *     +------ cancelPending()+-------------------> CANCELLED
   *     |                     |
   *     +------ fail(cause) --+-------------------> FAILED
   *
   * transition            who may                         under the queue's lock
   * ----------            -------                         ----------------------
   * grant, fail, nudge    whoever releases or closes      yes
   * rearm                 the waiter's own caller         yes
   * cancelPending         the caller: time-out,           no; afterwards it takes the lock and
   *                       interrupt, cancelled coroutine, unlinks the node, so that nothing of a
   *                       dropped future                  cancelled wait stays behind. Where many
   *                                                       waits end in one step it is asked for under
   *                                                       the lock instead, see giveUp
   * take                  the caller, on success          no
   * giveBack              the caller, cancelled after     no; afterwards it returns what it was
   *                       the grant (a coroutine or a     given (unlock, release, put back)
   *                       future; never a thread)
   *
   * NUDGED is "try again, the place in the queue is still yours"; only an object that lets newcomers
   * barge uses it. From GRANTED exactly one of take and giveBack succeeds: this one race is the whole
   * of prompt cancellation, and of dropping a future whose result nobody polled.
   *
   * Invariants
   *   - a node is linked in at most one queue, and only while WAITING, NUDGED, or CANCELLED and about
   *     to be unlinked by its caller;
   *   - GRANTED, FAILED: unlinked before wake() is called.
   * Non-invariant: a CANCELLED node may stand at the head of a queue for a moment. Whoever looks at
   *   the head under the lock unlinks it in passing, so it never delays or swallows a grant.
   */
  static final int WAITING = 0;
  static final int NUDGED = 1;
  static final int GRANTED = 2;
  static final int CANCELLED = 3;
  static final int FAILED = 4;
  static final int TAKEN = 5;
  static final int RETURNED = 6;

  private volatile int state;

  /** Links of the queue; guarded by the queue's lock. After unlinking, {@code next} chains wake-ups. */
  @Nullable Waiter prev;

  @Nullable Waiter next;

  /** Whether this node stands in a queue; guarded by the queue's lock. */
  boolean linked;

  /** See {@link WaitQueue#addOvertakeable}; guarded by the queue's lock. */
  int overtakesAtJoin;

  /** See {@link #mark(int)}; guarded by the queue's lock. */
  private byte mark;

  /**
   * What goes over with the grant. A waiting sender puts its element here before it enqueues; a granter
   * puts a received element here, and a failing one the cause, before the transition. Published by it.
   */
  private @Nullable Object item;

  /** How many units the caller waits for; read by granters. */
  private final int need;

  /** A wait for {@code need} units, with the element that it offers, if it offers one. */
  protected Waiter(int need, @Nullable Object item) {
    this.need = need;
    this.item = item;
  }

  /**
   * Tells the caller that its state changed. Called without the lock, at least once after each grant,
   * failure and nudge; a call too many is harmless. Must not block.
   */
  protected abstract void wake();

  /** Who waits, for diagnostics: a thread, a party, or, when that is not known, this wait itself. */
  public Object caller() {
    return this;
  }

  /** What kind of caller waits, for diagnostics. */
  public String callerKind() {
    return "future";
  }

  /** How many units the caller waits for. */
  public final int need() {
    return need;
  }

  /** The element offered, received, or the cause of a failure; see the field. */
  public final @Nullable Object item() {
    return item;
  }

  /** Ends the wait with success; false when the caller has cancelled it. Needs the lock. */
  public final boolean grant() {
    return finish(GRANTED);
  }

  /** Ends the wait with success and hands {@code received} over. Needs the lock. */
  public final boolean grant(Object received) {
    Object before = item;
    item = received;
    if (finish(GRANTED)) {
      return true;
    }
    item = before; // a cancelled wait must not keep the element reachable
    return false;
  }

  /** Ends the wait with a failure; false when the caller has cancelled it. Needs the lock. */
  public final boolean fail(Throwable cause) {
    Object before = item;
    item = cause;
    if (finish(FAILED)) {
      return true;
    }
    item = before;
    return false;
  }

  /** Asks the caller to try again; false when it was asked already or its wait is over. */
  public final boolean nudge() {
    return STATE.compareAndSet(this, WAITING, NUDGED);
  }

  /** Back to waiting after a nudge that led to nothing; false when the wait is over. Needs the lock. */
  public final boolean rearm() {
    return STATE.compareAndSet(this, NUDGED, WAITING);
  }

  /**
   * Ends the wait without effect; false when it is over already, one way or the other. On true the
   * caller has to unlink this node from its queue.
   */
  public final boolean cancelPending() {
    return finish(CANCELLED);
  }

  /**
   * How the caller of this wait ends it early; false when that comes too late: its end is there, or will
   * come without fail. An object that ends several waits in one step, all or none of them, lets nobody
   * leave but under its lock, and overrides this.
   */
  protected boolean giveUp() {
    return cancelPending();
  }

  /** Nothing, of a wait that nobody is told of. */
  @Override
  public void setMayGiveUp() {}

  /**
   * A thread does nothing from here on but wait for this: what it is granted, the thread has. Said by that
   * thread, before the first poll or between two.
   */
  public void drivenBy(Thread thread) {}

  /** Claims what was granted, or ends a wait that its own caller satisfied; false when it is over. */
  public final boolean take() {
    return STATE.compareAndSet(this, GRANTED, TAKEN);
  }

  /** Ends a wait that its own caller satisfied (after a nudge, or before it enqueued). */
  public final boolean takeUngranted() {
    return finish(TAKEN);
  }

  /** Refuses what was granted; on true the caller has to return it to the object. */
  public final boolean giveBack() {
    return STATE.compareAndSet(this, GRANTED, RETURNED);
  }

  /** Whether the wait goes on: neither granted nor failed nor cancelled. */
  public final boolean isPending() {
    return state <= NUDGED;
  }

  /** Whether the caller was asked to try again. */
  public final boolean isNudged() {
    return state == NUDGED;
  }

  /** Whether the wait was granted and the grant neither taken nor given back. */
  public final boolean isGranted() {
    return state == GRANTED;
  }

  /** Whether the object failed the wait; {@link #item} is the cause. */
  public final boolean isFailed() {
    return state == FAILED;
  }

  /** Whether the caller gave up, before or after a grant. */
  public final boolean isCancelled() {
    int s = state;
    return s == CANCELLED || s == RETURNED;
  }

  /**
   * Whether the caller may have gone to sleep, so that it would keep others waiting while it wakes up if it were
   * granted something now. A guess, for choosing between a grant and a nudge; never so of a future.
   */
  public boolean isAsleep() {
    return false;
  }

  /**
   * Whether {@link #wake} must be called for an outcome that was written before this is asked. False of a
   * caller that is awake and will look at the state once more before it sleeps.
   */
  boolean needsWake() {
    return true;
  }

  /** Whether this node stands in a queue. Needs the lock. */
  public final boolean isLinked() {
    return linked;
  }

  /**
   * What was noted last, 0 at first. Needs the lock, or to know that the wait was granted since, or to be content with
   * what those noted who came before the reader in some other way.
   */
  public final int mark() {
    return mark;
  }

  /** For an object that moves its waiters between queues: notes where this one stands. Needs the lock. */
  public final void mark(int note) {
    mark = (byte) note;
  }

  final int state() {
    return state;
  }

  private boolean finish(int outcome) {
    for (int s; (s = state) <= NUDGED; ) {
      if (STATE.compareAndSet(this, s, outcome)) {
        return true;
      }
    }
    return false;
  }

  /** The state by name, for diagnostics. */
  protected final String stateName() {
    switch (state) {
      case WAITING:
        return "waiting";
      case NUDGED:
        return "nudged";
      case GRANTED:
        return "granted";
      case CANCELLED:
        return "cancelled";
      case FAILED:
        return "failed";
      case TAKEN:
        return "taken";
      default:
        return "returned";
    }
  }

  // VarHandle mechanics
  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "state", VarHandle.class, Waiter.class, int.class);
}
