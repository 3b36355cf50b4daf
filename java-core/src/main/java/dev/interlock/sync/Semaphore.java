package dev.interlock.sync;

import dev.interlock.ClosedException;
import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.Watch;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.op.DirectPermits;
import dev.interlock.internal.pause.Pause;
import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.ThreadWaiter;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WakeList;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A counting semaphore for threads, virtual threads, coroutines and futures at the same time, strictly
 * first in, first out. Prefer {@link Mutex} to guard data: a semaphore has no owner.
 *
 * <p><b>Progress.</b> While nobody waits {@code tryAcquire}, {@code release}, and {@code acquire} of permits
 * that are free, are lock-free: one compare-and-set. While somebody waits each of them takes the short lock of
 * the queue, {@code tryAcquire} too, which has to see that who waits still does. Blocking otherwise.
 *
 * <p><b>Memory effects.</b> Actions before a {@code release} happen-before actions after an acquire that
 * takes a permit it returned, of whatever form. Failed attempts: none.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. Permits go to the caller that has waited longest, and
 * nobody overtakes: while the head of the queue waits for more permits than are free, those are kept
 * for it, and {@code tryAcquire} fails even if it asks for fewer. So large requests do not starve.
 *
 * <p><b>Blocking and errors.</b> {@code acquire} and its timed form are interruptible. A wait that is
 * interrupted, times out or is cancelled leaves the queue without effect; if it met its grant, a thread
 * keeps the permits and reports success, a future or coroutine returns them. {@link #close} fails all
 * waiters and all later acquires with {@link ClosedException}. Releasing more than was acquired adds
 * permits, as in {@link java.util.concurrent.Semaphore}, and {@link #reducePermits} takes some out of use, if
 * need be before they are free; more than {@link #MAX_PERMITS} free, or so many below zero, is an {@link
 * IllegalStateException} that changes nothing.
 *
 * <p><b>Cost.</b> One atomic read-modify-write for an uncontended acquire, one for a release. A release
 * wakes exactly those whom its permits satisfy. Who loses a race against another call pauses for some
 * microseconds, an acquire before it looks again, a release when its permits are free: callers who stay out
 * of each other's way for a while are several times as fast together. Cancelling a wait is O(1).
 *
 * <p><b>Footprint.</b> 32 bytes with compressed references; the queue is made when somebody waits for
 * the first time.
 *
 * <p><b>Source.</b> That the head of the queue keeps free permits until it has enough is tokio's
 * <i>batch_semaphore</i>.
 */
public final class Semaphore extends Synchronizer {
  /*
   * state:  [ C closed | Q queued | 30 bits, signed: free permits; below zero when permits that
   *           somebody holds have been taken out of use ]
   *
   *   C Q   meaning                              acquire n          release n, reduce by -n
   *   - -   -------                              ---------          -----------------------
   *   0 0   nobody waits                         CAS -n, or enqueue CAS +n
   *   0 1   the head waits for more than the     enqueue            queue lock: +n, then grant from
   *         free permits; they are kept for it                      the head as long as they suffice
   *   1 0   closed                               ClosedException    CAS +n (nobody will take them)
   *
   * With Q set the word changes under the queue's lock only; without Q by CAS, by anybody. Q goes on
   * with the first waiter and off with the last, under the lock. A waiter that has cancelled itself and
   * not unlinked yet does not count: whoever takes the lock to grant, or to say that there is nothing to be
   * had, settles first, that is, unlinks it and grants those behind it whom the free permits satisfy. So no
   * such decision depends on how far a cancelled waiter has come. Who comes to wait may find itself behind
   * it, and is let in when it settles.
   *
   * Granting and closing tell the waiters first and change the word after them, so whoever meets Q and
   * wants to know more than that somebody is queued looks under the lock.
   */
  private static final int CLOSED = 1 << 31;
  private static final int QUEUED = 1 << 30;

  private static final int FREE = QUEUED - 1;

  /** The largest number of free permits. */
  public static final int MAX_PERMITS = FREE >> 1;

  private volatile int state;

  /** The cause given at closing; written before the state says closed. */
  private volatile @Nullable Throwable closeCause;

  private Semaphore(@Nullable String name, @Nullable DeadlockDetector detector, int permits) {
    super(name, detector);
    if (permits < 0 || permits > MAX_PERMITS) {
      throw new IllegalArgumentException(
          "permits is " + permits + "; it must lie between 0 and " + MAX_PERMITS);
    }
    this.state = permits;
  }

  /**
   * A semaphore with {@code permits} free permits.
   *
   * @throws IllegalArgumentException when negative or more than {@link #MAX_PERMITS}
   */
  public static Semaphore of(int permits) {
    return new Semaphore(null, null, permits);
  }

  /** As {@link #of(int)}, with a name that errors, dumps and {@code toString} show. */
  public static Semaphore named(String name, int permits) {
    return new Semaphore(Objects.requireNonNull(name, "name"), null, permits);
  }

  /**
   * A semaphore with one permit, free, that is used as a lock, and whose deadlocks {@code detector} finds: who
   * takes the permit is the one who will return it. A semaphore has no owner, so there is nothing to
   * watch in one that is not used like that. When a thread returns the permit of another thread after
   * all, or one that nobody has, the detector stops believing in this semaphore, for good.
   *
   * <p>Threads are known by themselves, coroutines by their jobs, futures by the party given to {@link
   * #acquireAsync(int, Object)}. A party other than the one who took the permit may return it if {@link
   * Watch#handOver} has said so.
   */
  public static Semaphore lock(String name, DeadlockDetector detector) {
    return new Semaphore(
        Objects.requireNonNull(name, "name"), Objects.requireNonNull(detector, "detector"), 1);
  }

  // Acquiring

  /** As {@link #acquire(int)} with one permit. */
  public void acquire() throws InterruptedException {
    acquire(1);
  }

  /**
   * Waits for {@code permits} permits and takes them.
   *
   * @throws InterruptedException when interrupted before it was given them
   * @throws ClosedException when the semaphore is closed, or is closed while this call waits
   * @throws IllegalArgumentException when {@code permits} is less than 1 or more than {@link
   *     #MAX_PERMITS}
   */
  public void acquire(int permits) throws InterruptedException {
    checkPermits(permits);
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before acquiring from " + this);
    }
    if (!tryAcquireUnqueued(permits)) {
      acquireContended(permits, true, ThreadWaiter.FOREVER);
    }
    takenByThread();
  }

  /** As {@link #acquireUninterruptibly(int)} with one permit. */
  public void acquireUninterruptibly() {
    acquireUninterruptibly(1);
  }

  /** As {@link #acquire(int)}; an interrupt is kept for later. */
  public void acquireUninterruptibly(int permits) {
    checkPermits(permits);
    if (!tryAcquireUnqueued(permits)) {
      try {
        acquireContended(permits, false, ThreadWaiter.FOREVER);
      } catch (InterruptedException impossible) { // it was told not to
        throw new AssertionError(impossible);
      }
    }
    takenByThread();
  }

  /** As {@link #tryAcquire(int)} with one permit. */
  public boolean tryAcquire() {
    return tryAcquire(1);
  }

  /**
   * Takes {@code permits} permits if nobody waits and as many are free; never waits for a permit.
   *
   * @throws ClosedException when the semaphore is closed
   */
  public boolean tryAcquire(int permits) {
    checkPermits(permits);
    return tryTake(permits) && triedByThread();
  }

  private boolean tryTake(int permits) {
    for (int s = state; ; ) {
      if ((s & (CLOSED | QUEUED)) != 0) {
        if (s < 0) {
          throw closed();
        }
        // Perhaps all of them have cancelled and are only waiting for the lock to leave.
        s = settled();
        if ((s & QUEUED) != 0) {
          return false;
        }
      } else if (free(s) < permits) {
        return false;
      } else if (casState(s, s - permits)) {
        return true;
      } else {
        Pause.stayAway();
        s = state;
      }
    }
  }

  /** As {@link #tryAcquire(int, Duration)} with one permit. */
  public boolean tryAcquire(Duration timeout) throws InterruptedException {
    return tryAcquire(1, timeout);
  }

  /**
   * Waits for {@code permits} permits, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return whether it has taken them
   * @throws InterruptedException when interrupted before it was given them
   * @throws ClosedException when the semaphore is closed, or is closed while this call waits
   */
  public boolean tryAcquire(int permits, Duration timeout) throws InterruptedException {
    checkPermits(permits);
    long nanos = Durations.toNanosSaturated(timeout);
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before acquiring from " + this);
    }
    return (tryTake(permits)
            || (nanos > 0 && acquireContended(permits, true, ThreadWaiter.deadlineAfter(nanos))))
        && triedByThread();
  }

  /** As {@link #acquireAsync(int)} with one permit. */
  public PollFuture<@Nullable Void> acquireAsync() {
    return acquireAsync(1);
  }

  /**
   * Takes all permits that are free, if nobody waits; never waits. A number that is below zero stays.
   *
   * @return how many
   * @throws ClosedException when the semaphore is closed
   */
  public int drainPermits() {
    for (int s = state; ; ) {
      if ((s & (CLOSED | QUEUED)) != 0) {
        if (s < 0) {
          throw closed();
        }
        s = settled();
        if ((s & QUEUED) != 0) {
          return 0;
        }
      } else if (free(s) <= 0) {
        return 0;
      } else {
        int seen = exchangeState(s, 0);
        if (seen == s) {
          return s;
        }
        s = seen;
      }
    }
  }

  /** The acquisition as a future: queued from its first poll on. Cancelling it returns the permits. */
  public PollFuture<@Nullable Void> acquireAsync(int permits) {
    checkPermits(permits);
    return new AcquireOperation(this, permits, null);
  }

  /**
   * As {@link #acquireAsync(int)}, for a party that the deadlock detector is to know; without one it takes
   * no part in what is detected. The party is taken to wait without a limit, unless {@linkplain
   * PollFuture#block(Duration) blocked for some time}; see {@link DeadlockDetector}.
   */
  public PollFuture<@Nullable Void> acquireAsync(int permits, Object party) {
    checkPermits(permits);
    return new AcquireOperation(this, permits, Objects.requireNonNull(party, "party"));
  }

  /** As {@link #withPermits} with one permit. */
  public <R extends @Nullable Object> R withPermit(Supplier<? extends R> body)
      throws InterruptedException {
    return withPermits(1, body);
  }

  /**
   * Runs {@code body} with {@code permits} permits and returns its result. They are returned however
   * it ends.
   *
   * @throws InterruptedException when interrupted before it was given them
   * @throws ClosedException when the semaphore is closed, or is closed while this call waits
   */
  public <R extends @Nullable Object> R withPermits(int permits, Supplier<? extends R> body)
      throws InterruptedException {
    Objects.requireNonNull(body, "body");
    acquire(permits);
    try {
      return body.get();
    } finally {
      release(permits);
    }
  }

  // Releasing

  /** As {@link #release(int)} with one permit. */
  public void release() {
    release(1);
  }

  /**
   * Returns {@code permits} permits and lets in those at the head of the queue whom the free permits
   * now satisfy.
   *
   * @throws IllegalStateException when more than {@link #MAX_PERMITS} would be free
   * @throws IllegalArgumentException when {@code permits} is less than 1
   */
  public void release(int permits) {
    checkPermits(permits);
    Watch watch = watch();
    if (watch == null) {
      change(permits);
    } else {
      releaseWatched(watch, permits);
    }
  }

  /**
   * Puts {@code permits} more permits into use: a {@link #release(int)} of permits that were never acquired.
   *
   * @throws IllegalStateException when more than {@link #MAX_PERMITS} would be free
   * @throws IllegalArgumentException when {@code permits} is less than 1
   */
  public void addPermits(int permits) {
    checkPermits(permits);
    change(permits);
    noteNoLock();
  }

  /**
   * Takes {@code permits} permits out of use, now: free ones if there are as many, otherwise {@link
   * #availablePermits} goes below zero and the next ones that are released are not given to anybody. Those
   * who hold permits keep them; whoever waits has to wait for more to be released.
   *
   * @throws IllegalStateException when the number would go below minus {@link #MAX_PERMITS}
   * @throws IllegalArgumentException when {@code permits} is less than 1
   */
  public void reducePermits(int permits) {
    checkPermits(permits);
    change(-permits);
    noteNoLock();
  }

  private void change(int by) {
    boolean lost = false;
    for (int s = state; ; ) {
      if ((s & QUEUED) != 0) {
        if (changeQueued(by)) {
          return;
        }
        s = state;
      } else {
        int seen = exchangeState(s, (s & CLOSED) | sum(free(s), by));
        if (seen == s) {
          if (lost) {
            Pause.stayAway();
          }
          return;
        }
        lost = true;
        s = seen;
      }
    }
  }

  /** As {@link #close(Throwable)} without a cause. */
  public boolean close() {
    return close(null);
  }

  /**
   * Closes the semaphore: all waiters and all later acquires fail with {@link ClosedException}. Permits
   * that are held stay held; releasing them has no further effect. Not to be undone.
   *
   * @param cause carried by the exceptions, may be null
   * @return whether this call closed it; false when it was closed before
   */
  public boolean close(@Nullable Throwable cause) {
    WaitQueue q = queue();
    WakeList wakes = new WakeList();
    q.lock();
    try {
      if (state < 0) {
        return false;
      }
      closeCause = cause;
      settle(q, wakes);
      q.waiters().failAll(closed(), wakes);
      for (int s = state; !casState(s, CLOSED | (s & FREE)); ) {
        s = state;
      }
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
    return true;
  }

  // Diagnostics

  /**
   * How many permits are free: not held by anybody. While somebody waits for several, some may be free
   * and yet kept for that waiter. Below zero: so many have to be released before one is free, see {@link
   * #reducePermits}. None once closed.
   */
  public int availablePermits() {
    int s = settledState();
    return s < 0 ? 0 : free(s);
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return settledState() < 0;
  }

  @Override
  public String toString() {
    int s = state;
    return objectName()
        + "["
        + (s < 0 ? "closed" : "free=" + free(s))
        + (byHolder().isEmpty() ? "" : ", held" + byHolder())
        + ", waiting="
        + waiting()
        + "]";
  }

  private ClosedException closed() {
    return new ClosedException(
        objectName() + " is closed: no permit will be given any more; stop using it", closeCause);
  }

  private static void checkPermits(int permits) {
    if (permits < 1 || permits > MAX_PERMITS) {
      throw new IllegalArgumentException(
          "permits is " + permits + "; it must lie between 1 and " + MAX_PERMITS);
    }
  }

  /** The number of free permits in {@code s}. */
  private static int free(int s) {
    return s << 2 >> 2;
  }

  /** The bits for {@code by} more than {@code free}. */
  private int sum(int free, int by) {
    int sum = free + by; // of two numbers of 30 bits
    if (sum > MAX_PERMITS || sum < -MAX_PERMITS) {
      // No toString() here: it counts the waiters under the lock that the caller may hold.
      throw new IllegalStateException(
          by > 0
              ? "releasing "
                  + by
                  + " permits to "
                  + objectName()
                  + ", where "
                  + free
                  + " are free, would make more than "
                  + MAX_PERMITS
                  + " free; release only what was acquired"
              : "reducing "
                  + objectName()
                  + ", where "
                  + free
                  + " are free, by "
                  + -by
                  + " would make less than -"
                  + MAX_PERMITS
                  + "; take out of use only what is in use");
    }
    return sum & FREE;
  }

  /**
   * What is returned by others than those who took it is a signal, and says nothing about who holds it. A holder
   * tells before its permit is free, because the next one may tell right after, and tells again when the release
   * is refused: that changes nothing.
   */
  private void releaseWatched(Watch watch, int permits) {
    Object holder = watch.holder();
    // Not the word itself: while others are granted permits, it is still that of before.
    if (holder instanceof Thread ? holder != Thread.currentThread() : availablePermits() != 0) {
      change(permits);
      watch.distrust();
      watch.released();
      return;
    }
    watch.released();
    try {
      change(permits);
    } catch (IllegalStateException refused) {
      watch.tried(holder);
      throw refused;
    }
  }

  /** With more or fewer permits than one it is no lock. */
  private void noteNoLock() {
    Watch watch = watch();
    if (watch != null) {
      watch.distrust();
    }
  }

  // Waiting

  /** False also when closed: the queue's lock tells the two apart. */
  private boolean tryAcquireUnqueued(int permits) {
    for (int s = state; s >= 0 && (s & QUEUED) == 0 && free(s) >= permits; s = state) {
      if (casState(s, s - permits)) {
        return true;
      }
      Pause.stayAway();
    }
    return false;
  }

  private boolean acquireContended(int permits, boolean interruptible, long deadline)
      throws InterruptedException {
    WaitQueue q = queue();
    ThreadWaiter w = new ThreadWaiter(permits, null);
    if (acquireOrEnqueue(q, w)) {
      return true;
    }
    WaitNote note = WaitNote.ofThread(this, w, interruptible, deadline);
    try {
      if (note != null && note.refuses(w)) {
        withdraw(q, w);
        throw note.refusal();
      }
      switch (awaitQueued(q, w, interruptible, deadline)) {
        case GRANTED:
          return true;
        case FAILED:
          throw closed();
        case TIMED_OUT:
          withdraw(q, w);
          return false;
        case INTERRUPTED:
          withdraw(q, w);
          throw new InterruptedException("interrupted while waiting for " + this);
        default:
          throw new AssertionError(w);
      }
    } finally {
      WaitNote.end(note);
    }
  }

  // Transitions under the queue's lock

  /**
   * True: the permits were free and are taken. False: queued. Who finds others queued does not settle: should
   * one of them have cancelled, it settles itself in a moment, and lets in whom it kept waiting.
   */
  private boolean acquireOrEnqueue(WaitQueue q, Waiter w) {
    q.lock();
    try {
      for (; ; ) {
        int s = state;
        if (s < 0) {
          throw closed();
        }
        if ((s & QUEUED) != 0) {
          q.waiters().add(w);
          return false;
        }
        if (free(s) >= w.need()) {
          if (casState(s, s - w.need())) {
            return true;
          }
        } else if (casState(s, s | QUEUED)) {
          q.waiters().add(w);
          return false;
        }
      }
    } finally {
      q.unlock();
    }
  }

  /** False when nobody is queued any more, so that the change goes the short way. */
  private boolean changeQueued(int by) {
    WaitQueue q = queue();
    WakeList wakes = new WakeList();
    q.lock();
    try {
      int s = state;
      if ((s & QUEUED) == 0) {
        return false;
      }
      settle(q, wakes, s, free(sum(free(s), by)));
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
    return true;
  }

  /** Unlinks a cancelled waiter; the permits that were kept for it may suffice for the next. */
  private void withdraw(WaitQueue q, Waiter w) {
    WakeList wakes = new WakeList();
    q.lock();
    try {
      if (!q.waiters().remove(w)) {
        return;
      }
      settle(q, wakes);
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
  }

  /** The word between two changes: with Q set it may be amid one, whose waiters know of it already. */
  private int settledState() {
    int s = state;
    return (s & QUEUED) == 0 ? s : settled();
  }

  /** The word as it is under the lock, once nobody waits who has cancelled or could be let in. */
  private int settled() {
    WaitQueue q = queue();
    WakeList wakes = new WakeList();
    int s;
    q.lock();
    try {
      settle(q, wakes);
      s = state;
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
    return s;
  }

  private void settle(WaitQueue q, WakeList wakes) {
    int s = state;
    if ((s & QUEUED) != 0) {
      settle(q, wakes, s, free(s));
    }
  }

  /**
   * Grants from the head as long as the permits suffice that are free now, and takes Q off after the last. Most
   * often what was released is granted, and the word, {@code s}, stays as it is: then it is not written, and
   * callers who find out that they have to wait do not lose its cache line.
   */
  private void settle(WaitQueue q, WakeList wakes, int s, int permits) {
    int free = permits;
    Waiter head;
    while ((head = q.head()) != null && head.need() <= free) {
      if (head.grant()) {
        free -= head.need();
        wakes.add(unlinked(q, head));
      }
      // else cancelled between the two lines; head() unlinks it
    }
    int settled = head == null ? free & FREE : QUEUED | (free & FREE);
    if (settled != s) {
      state = settled;
    }
  }

  private static Waiter unlinked(WaitQueue q, Waiter w) {
    q.waiters().remove(w);
    return w;
  }

  private boolean casState(int expected, int next) {
    return STATE.compareAndSet(this, expected, next);
  }

  /**
   * As {@link #casState}, and tells what was there, {@code expected} if it went well. Who looked again instead would
   * lose the word to the other side between the two.
   */
  private int exchangeState(int expected, int next) {
    return (int) STATE.compareAndExchange(this, expected, next);
  }

  /** Waiting for permits as a future. */
  private static final class AcquireOperation extends NotedOperation<@Nullable Void>
      implements DirectPermits {
    private final Semaphore semaphore;

    AcquireOperation(Semaphore semaphore, int permits, @Nullable Object party) {
      super(permits, party);
      this.semaphore = semaphore;
    }

    @Override
    Synchronizer object() {
      return semaphore;
    }

    @Override
    protected void succeeded() {
      tellTaken();
    }

    @Override
    protected boolean attempt() {
      return semaphore.tryAcquireUnqueued(need())
          || semaphore.acquireOrEnqueue(semaphore.queue(), this);
    }

    @Override
    public boolean acquireNow(Object permitsOf, int permits) {
      checkPermits(permits);
      return ((Semaphore) permitsOf).tryAcquireUnqueued(permits);
    }

    @Override
    public boolean endsWithGrant() {
      return isUnnoted();
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
    public void giveBackResult() {
      semaphore.release(need());
    }

    @Override
    protected void withdraw() {
      semaphore.withdraw(semaphore.queue(), this);
    }

    @Override
    protected String describe() {
      return "acquire of " + need() + " from " + semaphore.objectName();
    }
  }

  // VarHandle mechanics
  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "state", VarHandle.class, Semaphore.class, int.class);
}
