package dev.interlock.sync;

import dev.interlock.diagnostics.Wait;
import dev.interlock.diagnostics.WaitDump;
import dev.interlock.diagnostics.Watch;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.event.Recorder;
import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.Spin;
import dev.interlock.internal.wait.SpinEstimate;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.ThreadWaiter.Outcome;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WaiterList;
import dev.interlock.internal.wait.WakeList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where holders of a {@link Mutex} wait for the guarded value to change: threads, virtual threads,
 * coroutines and futures in one line. Made by {@link Mutex#newCondition()}; prefer the forms with a
 * predicate, and prefer a {@link Semaphore}, a {@link CountDownLatch} or a channel where what is
 * waited for is a permit, an end or an element.
 *
 * <p><b>Progress.</b> Blocking. A signal moves waiters from one list to another and waits for
 * nobody but those who change the same lists.
 *
 * <p><b>Memory effects.</b> Those of the mutex: a wait is an unlock and a lock.
 *
 * <p><b>Ordering and fairness.</b> A signal serves who waits longest. Waiters that are signalled
 * join the queue for the lock in that order, behind those who stand there already; with a bypass
 * bound above 0 a newcomer may get the lock, and change the value, before them. There are no
 * spurious wake-ups, with one exception: a signal whose waiter was cancelled goes on to the waiter
 * that is then the first, which may have begun to wait after the signal. So a caller of the forms
 * without a predicate looks again.
 *
 * <p><b>Blocking and errors.</b> Each operation takes the open guard of its caller, because a
 * change of the value and its signal have to be one step for those who look at the value and wait:
 * without the lock a signal could fall between the look and the wait, and be lost. A guard of
 * another mutex, or one that is closed, is an {@link IllegalMonitorStateException}, and nothing
 * happens. While its caller waits, a guard is not open. A thread holds the lock again, and its
 * guard is open, however its wait ended: with a signal, an interrupt, the end of the time; it waits
 * for the lock as long as it takes, and neither an interrupt nor the time ends that. A signal that
 * came first wins: the wait reports success, and the interrupt status is set again. The suspending
 * form does the same for a coroutine that is cancelled. A future that is cancelled has nobody who
 * could hold the lock: its guard stays closed. An interrupt that is there before the call ends the
 * interruptible forms at once, without unlocking. A {@linkplain Mutex.Builder#poisoning poisoned}
 * mutex cannot be locked again: a wait that ends while it is poisoned ends with a {@link
 * dev.interlock.PoisonedException}, and its guard stays closed; those who are not signalled wait
 * on, for who recovers the mutex to signal them; an interrupt that such a wait has met is kept for
 * its caller. A condition itself poisons nothing: what a predicate throws is thrown with the lock
 * held, to the section that waits, which poisons, or does not, by its own end. Who waits for a signal
 * is no party of a deadlock, as nobody knows who will signal; who waits for the lock of a {@linkplain
 * Mutex.Builder#detector watched} mutex again is, and is never refused.
 *
 * <p><b>Cost.</b> A signal that nobody waits for is one read. A signal wakes nobody: the waiter,
 * still asleep, is moved to the queue of the mutex, and woken when the lock is released; so {@code
 * signalAll} wakes its waiters one by one, not all for one lock. A wait takes the queue's short
 * lock once, to join the line and to unlock; leaving is O(1), {@code signalAll} O(1) for each waiter.
 *
 * <p><b>Footprint.</b> 80 bytes with compressed references, whether or not anybody waits; a waiting
 * thread or future is one node.
 *
 * <pre>{@code
 * Mutex<Deque<String>> lines = Mutex.of(new ArrayDeque<>());
 * Condition<Deque<String>> notEmpty = lines.newCondition("notEmpty");
 * try (MutexGuard<Deque<String>> guard = lines.lock()) {
 *   notEmpty.awaitUntil(guard, queue -> !queue.isEmpty());
 *   return guard.get().remove();
 * }
 * }</pre>
 *
 * <p><b>Source.</b> C. A. R. Hoare, <i>Monitors</i>, CACM 1974, with the signal-and-continue of B.
 * Lampson and D. Redell, <i>Experience with Processes and Monitors in Mesa</i>, CACM 1980. Moving a
 * waiter from the condition to the lock is D. Lea's, in AbstractQueuedSynchronizer; differs from it
 * in: a waiter keeps its node for the whole wait; and a wait may be a future or a coroutine, whose
 * cancellation after the signal hands the signal on.
 *
 * @param <T> the type of the value that the mutex guards
 */
public final class Condition<T extends @Nullable Object> {
  /*
   * waiters is guarded by the lock of the mutex's queue, and so is the mark of a waiter.
   *
   *   mark                  stands in              put there by
   *   0                     waiters                its caller, which holds the mutex
   *   SIGNALLED             the mutex's queue      signal, which holds the mutex, or a signal handed on
   *   SIGNALLED_WITH_ALL    the mutex's queue      signalAll
   *   0                     the mutex's queue      a thread whose wait ended without a signal
   *
   *   await     | lock held | append to waiters, unlock the mutex | asleep ... | granted, or nudged: lock
   *   signal                    | first of waiters -> mutex's queue, Q on |
   *
   * The two of await are one step for all who look under the queue's lock.
   *
   * No wake-up is lost: a waiter stands in waiters before the mutex is released, and whoever
   * signals holds the mutex, so it finds there all who have looked at the value before. From the
   * signal on the waiter is one that waits for the lock, and the mutex sees to it.
   *
   * A signal against the end of a wait. A thread that is interrupted or runs out of time does not
   * touch its state; it takes the queue's lock and looks at the mark. With one: it was signalled,
   * and goes on waiting for the lock with its place in the queue. Without: it unlinks itself and
   * joins the queue for the lock with the same node, in the same hold. So for threads the mark
   * decides. A future that is cancelled decides by its state, as everywhere: cancelled, it looks at
   * its mark under the lock.
   *
   *   cancelled with mark     unlinked from        and then
   *   0                       waiters              nothing
   *   SIGNALLED               the mutex's queue    the signal goes to the first of waiters
   *   SIGNALLED_WITH_ALL      the mutex's queue    nothing: all others have been signalled too
   *   either, after the grant                      the same, and the mutex is released
   *
   * A signal that is handed on is the one step without the mutex held. If the mutex is free and
   * nobody is queued for it, it is taken for the waiter, and granted; otherwise the waiter is
   * queued.
   *
   * Linearization points. await: its release of the mutex, and its lock of it; signal: the move.
   *
   * Invariant       a node stands in waiters, or in the mutex's queue, or in neither; never in both.
   * Non-invariant   a node in waiters goes on waiting: a future may have been cancelled, and be about
   *                 to unlink itself. A signal unlinks it in passing and serves the next.
   *
   * Deadlocks. To a detector the thread of a wait at a watched mutex is one that waits for the
   * mutex, registered before it unlocks, and pending once it has a mark. The one that writes the
   * mark holds the mutex and runs, so no cycle is closed by that; it, and who holds the mutex
   * later, sees the mark when it waits. Not so a signal that is handed on: a cycle that it closes
   * is found by who asks for it. A wait that ends without a signal is registered anew, when it
   * joins the queue. Nobody is refused, because who waits at a condition has unlocked already.
   * A future whose party is known is registered after it has unlocked, as any future, by its poll:
   * signalled meanwhile, and its signaller asleep, it finds the cycle itself. A coroutine that was
   * cancelled waits for the lock by a future of its own.
   *
   * waiters.isEmpty() is read by a signal without the queue's lock. It holds the mutex, so it sees
   * all who joined; who leaves meanwhile never makes a list with others in it look empty.
   *
   * Rejected: to wake at the signal, and let each waiter ask for the lock: it finds the lock held,
   * by the one who signals, and sleeps again. To let who signals test the predicates of those who
   * wait: foreign code under the queue's lock. To signal without a guard: allowed, it invites the
   * look outside of the lock that loses signals; a signal within the lock costs no second wake-up
   * here.
   */
  private static final int SIGNALLED = 1;
  private static final int SIGNALLED_WITH_ALL = 2;

  private final Mutex<T> mutex;
  private final @Nullable String name;
  private final WaiterList waiters = new WaiterList();
  private final SpinEstimate spin = new SpinEstimate();

  Condition(Mutex<T> mutex, @Nullable String name) {
    this.mutex = mutex;
    this.name = name;
  }

  // Waiting

  /**
   * Unlocks, waits for a signal, and locks again.
   *
   * @param guard the open guard of the caller; open again afterwards
   * @throws InterruptedException when interrupted before it was signalled; the lock is held again
   * @throws IllegalMonitorStateException when the guard does not hold this condition's mutex
   */
  public void await(MutexGuard<T> guard) throws InterruptedException {
    check(guard);
    checkInterrupt();
    await(guard, true, ThreadWaiter.FOREVER);
  }

  /**
   * As {@link #await(MutexGuard)}, but the wait for the signal is not longer than {@code timeout};
   * zero or less does not unlock.
   *
   * @return whether it was signalled; the lock is held again in either case
   * @throws InterruptedException when interrupted before it was signalled; the lock is held again
   */
  public boolean await(MutexGuard<T> guard, Duration timeout) throws InterruptedException {
    long nanos = Durations.toNanosSaturated(timeout);
    check(guard);
    checkInterrupt();
    return nanos > 0 && await(guard, true, ThreadWaiter.deadlineAfter(nanos));
  }

  /** As {@link #await(MutexGuard)}; an interrupt is kept for later. */
  public void awaitUninterruptibly(MutexGuard<T> guard) {
    check(guard);
    awaitUninterruptibly(guard, ThreadWaiter.FOREVER);
  }

  /**
   * Returns when {@code predicate} holds for the guarded value: at once, or after as many signals
   * as it takes. The predicate runs under the lock; what it throws is thrown here, with the lock
   * held.
   *
   * @throws InterruptedException when interrupted before that; the lock is held again
   */
  public void awaitUntil(MutexGuard<T> guard, Predicate<? super T> predicate)
      throws InterruptedException {
    Objects.requireNonNull(predicate, "predicate");
    check(guard);
    checkInterrupt();
    while (!predicate.test(mutex.value())) {
      await(guard, true, ThreadWaiter.FOREVER);
    }
  }

  /**
   * As {@link #awaitUntil(MutexGuard, Predicate)}, not waiting for signals longer than {@code
   * timeout}.
   *
   * @return whether the predicate holds, as of its last test, which comes after the end of the time
   * @throws InterruptedException when interrupted before that; the lock is held again
   */
  public boolean awaitUntil(MutexGuard<T> guard, Predicate<? super T> predicate, Duration timeout)
      throws InterruptedException {
    Objects.requireNonNull(predicate, "predicate");
    long nanos = Durations.toNanosSaturated(timeout);
    check(guard);
    checkInterrupt();
    if (predicate.test(mutex.value())) {
      return true;
    }
    if (nanos == 0) {
      return false;
    }
    long deadline = ThreadWaiter.deadlineAfter(nanos);
    boolean inTime = true;
    while (inTime) {
      inTime = await(guard, true, deadline);
      if (predicate.test(mutex.value())) {
        return true;
      }
    }
    return false;
  }

  /** As {@link #awaitUntil(MutexGuard, Predicate)}; an interrupt is kept for later. */
  public void awaitUntilUninterruptibly(MutexGuard<T> guard, Predicate<? super T> predicate) {
    Objects.requireNonNull(predicate, "predicate");
    check(guard);
    while (!predicate.test(mutex.value())) {
      awaitUninterruptibly(guard, ThreadWaiter.FOREVER);
    }
  }

  /**
   * The wait as a future. Its first poll closes the guard, unlocks and joins the line; its result
   * is the same guard, open, and who takes it closes it. Cancelled, it holds nothing, the guard
   * stays closed, and a signal that it was given goes on to the next.
   */
  public PollFuture<MutexGuard<T>> awaitAsync(MutexGuard<T> guard) {
    check(guard);
    return new ConditionOperation<>(this, guard, null);
  }

  /**
   * As {@link #awaitAsync(MutexGuard)}, for a party that the deadlock detector of the mutex is to
   * know: it waits for the holder once it is signalled, and is the holder after that. Without one the
   * wait takes no part in what is detected, and nobody is known to hold the mutex then.
   */
  public PollFuture<MutexGuard<T>> awaitAsync(MutexGuard<T> guard, Object party) {
    Objects.requireNonNull(party, "party");
    check(guard);
    return new ConditionOperation<>(this, guard, party);
  }

  // Signalling

  /**
   * Lets the one go on that waits longest, after this caller and those before it have unlocked;
   * nothing when nobody waits.
   *
   * @param guard the open guard of the caller
   * @throws IllegalMonitorStateException when the guard does not hold this condition's mutex
   */
  public void signal(MutexGuard<T> guard) {
    check(guard);
    signalHeld();
  }

  /** Lets all go on who wait now, one after the other. */
  public void signalAll(MutexGuard<T> guard) {
    check(guard);
    signalAllHeld();
  }

  // Diagnostics

  /** The mutex that this is a condition of. */
  public Mutex<T> mutex() {
    return mutex;
  }

  /** How many callers wait for a signal; for monitoring. */
  public int waiting() {
    WaitQueue q = mutex.queueOrNull();
    if (q == null) {
      return 0;
    }
    q.lock();
    try {
      return waiters.count();
    } finally {
      q.unlock();
    }
  }

  /** Who waits for a signal, a thousand of them at most; see {@link #dump(int)}. */
  public WaitDump dump() {
    return dump(1_000);
  }

  /**
   * The state of this condition and the first of those who wait for a signal, in the order of the
   * line; see {@link Mutex#dump(int)}. Who was signalled waits for the mutex, and is in its dump.
   *
   * @param most how many to tell at most; the number of all is told anyway
   * @throws IllegalArgumentException when negative
   */
  public WaitDump dump(int most) {
    Synchronizer.checkMost(most);
    List<Waiter> found = new ArrayList<>();
    int n = 0;
    WaitQueue q = mutex.queueOrNull();
    if (q != null) {
      q.lock();
      try {
        waiters.copyTo(found, most);
        n = waiters.count();
      } finally {
        q.unlock();
      }
    }
    return Synchronizer.dumpOf(toString(), n, found);
  }

  @Override
  public String toString() {
    return objectName() + "[waiting=" + waiting() + ", " + mutex + "]";
  }

  private String objectName() {
    return "Condition"
        + (name == null
            ? "@" + Integer.toHexString(System.identityHashCode(this))
            : "(" + name + ")");
  }

  // Mechanism

  void check(MutexGuard<T> guard) {
    Objects.requireNonNull(guard, "guard");
    if (guard.mutex() != mutex) {
      throw new IllegalMonitorStateException(
          "the guard belongs to "
              + guard.mutex()
              + ", not to the mutex of "
              + this
              + "; use a guard of that mutex");
    }
    if (!guard.isOpen()) {
      throw new IllegalMonitorStateException(
          "the guard is closed, or waits already, and does not hold the mutex of "
              + this
              + "; lock it first");
    }
  }

  private void checkInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before waiting for " + this);
    }
  }

  private boolean await(MutexGuard<T> guard, boolean interruptible, long deadline)
      throws InterruptedException {
    guard.leave();
    Outcome outcome = releaseAndAwait(interruptible, deadline);
    guard.enter();
    return signalled(outcome);
  }

  private void awaitUninterruptibly(MutexGuard<T> guard, long deadline) {
    try {
      await(guard, false, deadline);
    } catch (InterruptedException impossible) { // it was told not to
      throw new AssertionError(impossible);
    }
  }

  /** Whether a wait that ended so was signalled. */
  boolean signalled(Outcome outcome) throws InterruptedException {
    if (outcome == Outcome.INTERRUPTED) {
      throw new InterruptedException("interrupted while waiting for " + this);
    }
    return outcome == Outcome.GRANTED;
  }

  /**
   * Releases the mutex, waits, and locks it again.
   *
   * @return {@code GRANTED} after a signal, {@code TIMED_OUT} or {@code INTERRUPTED} without one
   */
  Outcome releaseAndAwait(boolean interruptible, long deadline) {
    WaitQueue q = mutex.queue();
    ThreadWaiter w = new ThreadWaiter(1, null);
    Object event = Recorder.beginWait();
    Wait relock = noteRelock(w);
    Outcome outcome;
    try {
      outcome = releaseAndLock(q, w, interruptible, deadline, relock);
    } finally {
      end(relock); // before the detector is told that the thread holds what it waited for
      if (event != null) {
        Recorder.endWait(event, w.callerKind(), this::objectName);
      }
    }
    mutex.takenByThread();
    return outcome;
  }

  private Outcome releaseAndLock(
      WaitQueue q, ThreadWaiter w, boolean interruptible, long deadline, @Nullable Wait relock) {
    releaseAndJoin(w);
    Outcome outcome = w.awaitUndecided(this, interruptible, deadline, spin.budget());
    if (!Spin.isVirtual(Thread.currentThread())) {
      spin.learn(w.spinPaid());
    }
    switch (outcome) {
      case GRANTED:
        return outcome;
      case TIMED_OUT:
      case INTERRUPTED:
        return lockUnlessSignalled(q, w, outcome, relock);
      default:
        mutex.awaitTurn(q, w);
        return Outcome.GRANTED;
    }
  }

  private Outcome lockUnlessSignalled(
      WaitQueue q, ThreadWaiter w, Outcome outcome, @Nullable Wait relock) {
    boolean told = false;
    try {
      if (lockAgain(q, w, relock)) {
        return Outcome.GRANTED;
      }
      told = true;
      return outcome;
    } finally {
      if (outcome == Outcome.INTERRUPTED && !told) {
        // It came too late, or the wait ends as refused, by a poisoned mutex: it is for the caller.
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether it was signalled; the lock is held in either case. */
  boolean lockAgain(WaitQueue q, ThreadWaiter w, @Nullable Wait relock) {
    boolean signalled;
    boolean locked = false;
    q.lock();
    try {
      signalled = w.mark() != 0;
      // One that a signal has met when the mutex was poisoned is failed, and stands nowhere.
      if (!signalled && !w.isFailed()) {
        waiters.remove(w);
        locked = mutex.takeOrEnqueue(q, w);
      }
    } finally {
      q.unlock();
    }
    if (!locked) {
      Wait unsignalled = signalled ? null : noteUnsignalled(w, relock);
      try {
        mutex.awaitTurn(q, w);
      } finally {
        end(unsignalled);
      }
    }
    return signalled;
  }

  /** For the detector of a watched mutex: the wait for the lock that follows a signal. */
  private @Nullable Wait noteRelock(ThreadWaiter w) {
    Watch watch = mutex.watch();
    return watch == null ? null : watch.waits(w.caller(), () -> w.isPending() && w.mark() != 0);
  }

  /** Instead of {@code relock}: the wait for the lock of one that was not signalled. */
  private @Nullable Wait noteUnsignalled(ThreadWaiter w, @Nullable Wait relock) {
    Watch watch = mutex.watch();
    if (watch == null) {
      return null;
    }
    end(relock);
    return watch.waitsRegardless(w.caller(), w::isPending);
  }

  /** The note of a future, which is made when it stands in the line and has unlocked. */
  @Nullable WaitNote noteFuture(Waiter w, @Nullable Object party) {
    return WaitNote.ofRelock(
        mutex, w, party, () -> w.isPending() && w.mark() != 0, this::objectName);
  }

  private static void end(@Nullable Wait wait) {
    if (wait != null) {
      wait.close();
    }
  }

  /** The caller holds the mutex. */
  void releaseAndJoin(Waiter w) {
    mutex.releaseAndJoin(waiters, w);
  }

  /** {@link #signal}, for a caller that holds the mutex. */
  void signalHeld() {
    if (!waiters.isEmpty()) {
      handSignalToFirst();
    }
  }

  /** {@link #signalAll}, for a caller that holds the mutex. */
  void signalAllHeld() {
    if (waiters.isEmpty()) {
      return;
    }
    WaitQueue q = mutex.queue();
    q.lock();
    try {
      for (Waiter w; (w = waiters.peek()) != null; ) {
        waiters.remove(w);
        w.mark(SIGNALLED_WITH_ALL);
        boolean taken = mutex.takeOrEnqueue(q, w);
        assert !taken : "the caller holds it";
      }
    } finally {
      q.unlock();
    }
  }

  /** The mutex is held by the caller, or by anybody, or free. */
  private void handSignalToFirst() {
    WaitQueue q = mutex.queue();
    Waiter granted;
    q.lock();
    try {
      granted = moveFirst(q);
    } finally {
      q.unlock();
    }
    if (granted != null) {
      WakeList.wake(granted);
    }
  }

  /** Returns the waiter that was granted the lock, if it was free, or failed, to be woken. */
  private @Nullable Waiter moveFirst(WaitQueue q) {
    boolean taken = false;
    for (Waiter w; (w = waiters.peek()) != null; ) {
      waiters.remove(w);
      Throwable poison = mutex.poisonCause();
      if (poison != null) {
        if (w.fail(poison)) {
          return w;
        }
        continue;
      }
      w.mark(SIGNALLED);
      if (!taken && !mutex.takeOrEnqueue(q, w)) {
        return null;
      }
      taken = true;
      if (w.grant()) {
        return w;
      }
      w.mark(0); // cancelled, without the signal
    }
    if (taken) {
      mutex.untake();
    }
    return null;
  }

  /** For a future that was cancelled before it was granted the lock. */
  void withdraw(Waiter w) {
    WaitQueue q = mutex.queueOrNull();
    if (q == null) {
      return; // it never joined
    }
    int mark;
    q.lock();
    try {
      mark = w.mark();
      if (mark == 0) {
        waiters.remove(w);
      }
    } finally {
      q.unlock();
    }
    if (mark != 0) {
      mutex.withdraw(q, w);
      handOn(mark);
    }
  }

  /** For a future that was cancelled after it was granted the lock. */
  void giveBack(Waiter w) {
    handOn(w.mark());
    mutex.release();
  }

  private void handOn(int mark) {
    if (mark == SIGNALLED) {
      handSignalToFirst();
    }
  }
}
