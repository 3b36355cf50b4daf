package dev.interlock.sync;

import dev.interlock.PoisonedException;
import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.SharedWatch;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.Durations;
import dev.interlock.internal.wait.ThreadWaiter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A lock that owns the value it guards and lets in many readers or one writer, for threads, virtual
 * threads, coroutines and futures at the same time. Prefer {@link Mutex} when sections are short
 * and readers few, and {@link java.util.concurrent.locks.ReentrantReadWriteLock}, which lets
 * newcomers barge without bound, when more platform threads than processors write often.
 *
 * <p><b>Progress.</b> {@code tryRead}, {@code tryWrite}, and {@code read} and {@code write} that do
 * not have to wait, are lock-free. Blocking otherwise: a stalled holder delays everybody, but a
 * reader no reader. With a {@linkplain Builder#detector deadlock detector} a reader that meets
 * others and has no slot of its own takes a short lock, to come and to leave, that others of its
 * kind may hold; writers, the first reader and readers in slots are as lock-free as without.
 *
 * <p><b>Memory effects.</b> Actions before a writer leaves happen-before actions after every later
 * successful lock, of whatever form; actions before a reader leaves happen-before actions after the
 * next lock for writing. Failed attempts have no memory effects to rely on. An upgrade and a
 * downgrade are both: the section goes on.
 *
 * <p><b>Ordering and fairness.</b> Phase-fair: phases of readers and sections of writers take
 * turns, and neither side starves. Who waits is who stands in the queue: a platform thread looks
 * for up to 2 microseconds whether the lock becomes free before it joins.
 *
 * <p>Coroutines, futures and threads that are awake get their turn as it comes. A thread that has
 * gone to sleep is asked to look when its turn comes, and until it has woken up newcomers may
 * enter; but it is overtaken at most {@link #bypassBound} times, by newcomers and by others that
 * wait, and then turns are kept strictly until it is inside. With a bound of 0, and with a deadlock
 * detector, they always are:
 *
 * <ul>
 *   <li>While a writer waits, no reader is let in but those that wait at the end of another writer's
 *       section. So the writer that has waited longest waits for the readers that are inside, one
 *       upgraded section at most, and nobody else; one with n writers before it for n sections and
 *       n + 1 phases of readers.
 *   <li>At the end of a writer's section all readers that wait are let in together, before the next
 *       writer. So a reader waits for what is left of one phase, one upgraded section at most, and
 *       one section.
 *   <li>Writers are let in first in, first out. Nobody barges: {@code tryRead} and {@code tryWrite}
 *       fail while they would overtake, and with another bound while they may not.
 *   <li>A section that began by an {@linkplain ReadGuard#upgrade upgrade} belongs to its phase of readers:
 *       it goes before all who wait, and after it the first writer is next.
 * </ul>
 *
 * <p><b>Blocking and errors.</b> {@code read}, {@code write} and their timed forms are
 * interruptible, the forms called {@code …Uninterruptibly} are not. A waiter that is interrupted,
 * times out or is cancelled leaves the queue without effect, and whom it kept waiting is let in at
 * once or asked to look; if it had been given the lock in the same moment, a thread keeps it and
 * reports success, a future or coroutine passes it on. Not reentrant: a holder that locks again may
 * wait for itself, <b>a reader that reads again too</b>, namely when a writer waits. Closing a
 * guard twice is harmless. With {@link Builder#poisoning}, a writer that fails inside {@code
 * withWrite}, or says so by {@link WriteGuard#poison}, poisons the lock: nobody is inside, readers
 * and writers who wait and who come get a {@link PoisonedException}, until somebody takes it over
 * by {@link #recover}. A reader that fails does not.
 *
 * <p><b>Cost.</b> Uncontended: two atomic read-modify-writes for lock and unlock together. Once two
 * readers have met, readers spread over slots and do not write a word together; the next writer,
 * upgrade, or call of {@link #readers} then looks at all slots, two for each processor and 64 at
 * most, and readers spread again when two meet. The view does not spread its readers. Nobody is
 * woken when nobody waits. Letting in n readers is O(n); cancelling a wait is O(1).
 *
 * <p><b>Footprint.</b> 32 bytes with compressed references; the queue is made when somebody waits
 * for the first time, and the slots, of 128 bytes each, when two readers meet for the first time. A
 * guard is 24 bytes and usually stays on the stack ({@code withRead} and {@code withWrite} make
 * none). A lock with another bypass bound than the usual one has its queue from the beginning.
 *
 * <pre>{@code
 * RwLock<Routes> routes = RwLock.of(Routes.none());
 * try (ReadGuard<Routes> guard = routes.read()) {
 *   return guard.get().find(address);
 * }
 * }</pre>
 *
 * <p><b>Source.</b> B. Brandenburg, J. Anderson, <i>Spin-Based Reader-Writer Synchronization for
 * Multiprocessor Real-Time Systems</i>, Real-Time Systems 46, 2010; differs from it in: callers
 * sleep and may give up; readers may upgrade. The slots are from D. Dice, A. Kogan, <i>BRAVO:
 * Biased Locking for Reader-Writer Locks</i>, USENIX ATC 2019; differs from it in: they belong to
 * one lock, the guard knows which one it has, and a writer counts the readers in them where there
 * it waits for them to leave.
 *
 * @param <T> the type of the guarded value
 */
public sealed class RwLock<T extends @Nullable Object> extends PhaseFairLock permits Poison.RwLock {
  /*
   * The protocol is PhaseFairLock; here is what it guards. `value` is written by a writer inside
   * and read by readers inside, so the word orders all accesses. While the lock is poisoned it is a
   * Poison, with the value and the cause in it; no open guard can see that.
   *
   * Whether the lock can be poisoned is asked after a failure only. A field for it would make the
   * object eight bytes larger, and a bit of the word would let each guess fail that is not a read
   * of the word; so a lock that can is of a subclass.
   */
  private T value;

  RwLock(
      @Nullable String name,
      @Nullable DeadlockDetector detector,
      boolean spread,
      int bypassBound,
      T value) {
    super(name, detector, spread, bypassBound);
    this.value = value;
  }

  /** A lock that guards {@code value}. */
  public static <T extends @Nullable Object> RwLock<T> of(T value) {
    return new RwLock<>(null, null, false, DEFAULT_BYPASS_BOUND, value);
  }

  /** A lock that guards no value. */
  public static RwLock<@Nullable Void> create() {
    return new RwLock<>(null, null, false, DEFAULT_BYPASS_BOUND, null);
  }

  /** A builder, for a name, a detector or another bypass bound. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options of a lock. */
  public static final class Builder {
    private @Nullable String name;
    private @Nullable DeadlockDetector detector;
    private boolean manyReaders;
    private boolean poisoning;
    private int bypassBound = DEFAULT_BYPASS_BOUND;

    private Builder() {}

    /** The name that errors, dumps and {@code toString} show. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Who looks for deadlocks. The detector takes threads by themselves, coroutines by their jobs,
     * and futures by the party given to {@link RwLock#readAsync(Object)} and its like. A guard that
     * is closed by another party than it was given to is announced by {@link ReadGuard#handOver} or
     * {@link WriteGuard#handOver}. What each waits for is said in {@link SharedWatch}.
     *
     * <p>Turns are kept strictly then, as with a {@link #bypassBound} of 0. And readers that are
     * counted together, in one word, and do not find the lock empty, are no longer lock-free: each
     * takes the short lock of the watch when it comes and when it leaves. With {@link #manyReaders}
     * few do.
     */
    public Builder detector(DeadlockDetector detector) {
      this.detector = Objects.requireNonNull(detector, "detector");
      return this;
    }

    /**
     * Spreads readers from the beginning, and not only when two have met: for a lock that is known
     * to be read by many threads at the same time.
     */
    public Builder manyReaders() {
      manyReaders = true;
      return this;
    }

    /**
     * How often a thread that sleeps while it waits may be overtaken. A lock with a {@link
     * #detector} always has a bound of 0.
     *
     * @param bound 0 for turns that are always kept
     * @throws IllegalArgumentException when negative
     */
    public Builder bypassBound(int bound) {
      if (bound < 0) {
        throw new IllegalArgumentException(
            "bypassBound is " + bound + "; it must be 0 (turns are kept strictly) or more");
      }
      this.bypassBound = bound;
      return this;
    }

    /**
     * A writer that fails inside {@code withWrite} poisons the lock; one with a guard may do it by
     * {@link WriteGuard#poison}. Costs nothing while nobody fails.
     */
    public Builder poisoning() {
      poisoning = true;
      return this;
    }

    /** A lock that guards {@code value}. */
    public <T extends @Nullable Object> RwLock<T> of(T value) {
      // The detector says whom a caller waits for, which is only settled where turns are kept.
      int bound = detector == null ? bypassBound : 0;
      return poisoning
          ? new Poison.RwLock<>(name, detector, manyReaders, bound, value)
          : new RwLock<>(name, detector, manyReaders, bound, value);
    }
  }

  // Reading

  /**
   * Waits until it may read.
   *
   * @throws InterruptedException when interrupted before it was let in
   */
  public ReadGuard<T> read() throws InterruptedException {
    checkInterrupt("read");
    return new ReadGuard<>(this, takeRead());
  }

  /** As {@link #read}; an interrupt is kept for later. */
  public ReadGuard<T> readUninterruptibly() {
    return new ReadGuard<>(this, takeReadUninterruptibly());
  }

  /**
   * Lets a reader in if no writer is inside and nobody waits whom it may not overtake, otherwise
   * returns null.
   */
  public @Nullable ReadGuard<T> tryRead() {
    int place = tryTakeRead();
    return place == OUTSIDE ? null : new ReadGuard<>(this, place);
  }

  /**
   * As {@link #read}, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return the guard, or null when the time ran out
   * @throws InterruptedException when interrupted before it was let in
   */
  public @Nullable ReadGuard<T> tryRead(Duration timeout) throws InterruptedException {
    long nanos = Durations.toNanosSaturated(timeout);
    checkInterrupt("read");
    int place = tryTakeRead();
    if (place == OUTSIDE && nanos > 0) {
      place = tryTakeRead(ThreadWaiter.deadlineAfter(nanos));
    }
    return place == OUTSIDE ? null : new ReadGuard<>(this, place);
  }

  /** Reading as a future: queued from its first poll on. Cancelling it gives the hold back. */
  public PollFuture<ReadGuard<T>> readAsync() {
    return new EntryOperation<>(this, 1, new GuardedReading(null));
  }

  /**
   * As {@link #readAsync()}, for a party that the deadlock detector is to know; without one it
   * takes no part in what is detected. The party is taken to wait without a limit, unless
   * {@linkplain PollFuture#block(Duration) blocked for some time}; see {@link DeadlockDetector}.
   */
  public PollFuture<ReadGuard<T>> readAsync(Object party) {
    Objects.requireNonNull(party, "party");
    return new EntryOperation<>(this, 1, new GuardedReading(party), party);
  }

  /**
   * Runs {@code body} with the value under the read lock and returns its result.
   *
   * @throws InterruptedException when interrupted before it was let in
   */
  public <R extends @Nullable Object> R withRead(Function<? super T, ? extends R> body)
      throws InterruptedException {
    Objects.requireNonNull(body, "body");
    checkInterrupt("read");
    int place = takeRead();
    try {
      return body.apply(value);
    } finally {
      leaveRead(place);
    }
  }

  // Writing

  /**
   * Waits until it may write.
   *
   * @throws InterruptedException when interrupted before it was let in
   */
  public WriteGuard<T> write() throws InterruptedException {
    checkInterrupt("write");
    takeWrite();
    return new WriteGuard<>(this, false);
  }

  /** As {@link #write}; an interrupt is kept for later. */
  public WriteGuard<T> writeUninterruptibly() {
    takeWriteUninterruptibly();
    return new WriteGuard<>(this, false);
  }

  /**
   * Lets a writer in if nobody is inside and nobody waits whom it may not overtake, otherwise
   * returns null.
   */
  public @Nullable WriteGuard<T> tryWrite() {
    return tryTakeWrite() ? new WriteGuard<>(this, false) : null;
  }

  /**
   * As {@link #write}, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return the guard, or null when the time ran out
   * @throws InterruptedException when interrupted before it was let in
   */
  public @Nullable WriteGuard<T> tryWrite(Duration timeout) throws InterruptedException {
    return tryTakeWrite(Durations.toNanosSaturated(timeout)) ? new WriteGuard<>(this, false) : null;
  }

  /** Writing as a future: queued from its first poll on. Cancelling it passes the lock on. */
  public PollFuture<WriteGuard<T>> writeAsync() {
    return new EntryOperation<>(this, 1, new GuardedWriting(null));
  }

  /** As {@link #readAsync(Object)}, to write. */
  public PollFuture<WriteGuard<T>> writeAsync(Object party) {
    Objects.requireNonNull(party, "party");
    return new EntryOperation<>(this, 1, new GuardedWriting(party), party);
  }

  /**
   * Runs {@code body} with the value under the write lock and returns its result.
   *
   * @throws InterruptedException when interrupted before it was let in
   */
  public <R extends @Nullable Object> R withWrite(Function<? super T, ? extends R> body)
      throws InterruptedException {
    Objects.requireNonNull(body, "body");
    checkInterrupt("write");
    takeWrite();
    R result;
    try {
      result = body.apply(value);
    } catch (Throwable failure) {
      if (isPoisoning()) {
        poison(failure);
      } else {
        leaveWrite(false);
      }
      throw failure;
    }
    leaveWrite(false);
    return result;
  }

  // Recovery

  /**
   * Waits for the lock as {@link #write}, and if it is poisoned, or gets so meanwhile, takes it
   * over: it is no longer poisoned then, and the caller is to repair the value, or to poison it
   * again.
   *
   * @throws InterruptedException when interrupted before it was let in
   */
  public WriteGuard<T> recover() throws InterruptedException {
    while (true) {
      checkInterrupt("write");
      WriteGuard<T> guard = tryRecover();
      if (guard != null) {
        return guard;
      }
      try {
        return write();
      } catch (PoisonedException meanwhile) {
        // Then there is something to take over, or there was.
      }
    }
  }

  /** Takes the lock over, as {@link #recover}, if it is poisoned; otherwise returns null. */
  public @Nullable WriteGuard<T> tryRecover() {
    if (!tryTakeOver()) {
      return null;
    }
    if (value instanceof Poison poison) {
      value = poison.<T>value();
    }
    triedByThread();
    return new WriteGuard<>(this, false);
  }

  /** Whether this lock was made to be poisoned by a writer that fails. */
  public boolean isPoisoning() {
    return false;
  }

  @Override
  public @Nullable Throwable poisonCause() {
    return isPoisoned() && value instanceof Poison poison ? poison.cause : null;
  }

  // Unlocking with a check

  /**
   * Closes {@code guard}, which must be an open guard of this lock.
   *
   * @throws IllegalMonitorStateException when it is not; nothing is changed
   */
  public void unlock(ReadGuard<T> guard) {
    Objects.requireNonNull(guard, "guard");
    checkGuard(guard.lock(), guard.isOpen());
    guard.close();
  }

  /**
   * Closes {@code guard}, which must be an open guard of this lock.
   *
   * @throws IllegalMonitorStateException when it is not; nothing is changed
   */
  public void unlock(WriteGuard<T> guard) {
    Objects.requireNonNull(guard, "guard");
    checkGuard(guard.lock(), guard.isOpen());
    guard.close();
  }

  private void checkGuard(RwLock<?> owner, boolean open) {
    if (owner != this) {
      throw new IllegalMonitorStateException(
          "the guard belongs to "
              + owner
              + ", not to "
              + this
              + "; close it, or unlock the lock that it came from");
    }
    if (!open) {
      throw new IllegalMonitorStateException(
          "the guard was closed before, and no longer holds " + this);
    }
  }

  /**
   * A {@link ReadWriteLock} over this lock, for code that expects one. It does not know owners:
   * whoever calls {@code unlock} unlocks, an error only when nobody holds that lock at all. Not
   * reentrant; {@code newCondition} is not supported.
   */
  public ReadWriteLock asReadWriteLock() {
    return new RwLockView(this);
  }

  // Diagnostics

  @Override
  public String toString() {
    return describeState() + ", waiting=" + waiting() + "]";
  }

  // The guards' side

  /** The writer leaves the lock poisoned. */
  @SuppressWarnings("unchecked") // nobody reads it as a T before tryRecover has put the T back
  void poison(Throwable cause) {
    givenBack();
    value = (T) new Poison(cause, value);
    exitPoisoned(cause);
  }

  @Override
  final PoisonedException poisoned(@Nullable Throwable cause) {
    return Poison.refusal("a writer", objectName(), cause);
  }

  T value() {
    return value;
  }

  void setValue(T newValue) {
    value = newValue;
  }

  /** False when the time ran out. */
  boolean upgrade(Entry<Boolean> upgrading, boolean interruptible, long deadline)
      throws InterruptedException {
    return tryUpgrade() || await(upgrading, 1, interruptible, deadline, false);
  }

  void upgradeUninterruptibly(Entry<Boolean> upgrading) {
    if (!tryUpgrade()) {
      awaitUninterruptibly(upgrading, 1, false);
    }
  }

  // The lock without guards: what PhaseFairLock does, and what the watch is told of it, if there is
  // one
  //
  // A reader of a watched lock has a ticket there, and its place says which, below OUTSIDE. A slot
  // is a cell of the watch with the same number. The cell 0 belongs to a reader that came into an
  // empty lock, or to one that stayed as the writer left, until it leaves: nobody else finds the
  // lock empty before. All other readers that are counted in the word get their tickets from the
  // watch.

  private @Nullable SharedWatch sharedWatch() {
    return (SharedWatch) watch();
  }

  /** The ticket of a reader's place; no ticket at all, below zero, when the lock is not watched. */
  static int ticketOf(int place) {
    return OUTSIDE - 1 - place;
  }

  private static int placeOf(int ticket) {
    return OUTSIDE - 1 - ticket;
  }

  /** Where a reader with this ticket is in the lock. */
  private static int untold(int ticket) {
    return ticket < ReaderSlots.LENGTH ? ticket : WORD;
  }

  /** The place of a reader that has come to {@code place}, and of which the watch knows now. */
  private static int told(SharedWatch w, int place, @Nullable Object party, boolean waited) {
    if (place == OUTSIDE) {
      return OUTSIDE;
    }
    if (place == WORD) {
      return placeOf(w.shared(party, waited));
    }
    w.shared(place, party, waited);
    return placeOf(place);
  }

  /** As {@link #told}, of one that has found the lock empty. */
  private static int toldFirst(SharedWatch w, @Nullable Object party, boolean waited) {
    w.shared(0, party, waited);
    return placeOf(0);
  }

  private int takeRead() throws InterruptedException {
    SharedWatch w = sharedWatch();
    if (w == null) {
      return enterRead(true, ThreadWaiter.FOREVER);
    }
    Thread me = Thread.currentThread();
    return tryEnterFirst()
        ? toldFirst(w, me, true)
        : told(w, enterRead(true, ThreadWaiter.FOREVER), me, true);
  }

  private int takeReadUninterruptibly() {
    SharedWatch w = sharedWatch();
    if (w == null) {
      return enterReadUninterruptibly();
    }
    Thread me = Thread.currentThread();
    return tryEnterFirst() ? toldFirst(w, me, true) : told(w, enterReadUninterruptibly(), me, true);
  }

  private int tryTakeRead() {
    SharedWatch w = sharedWatch();
    if (w == null) {
      return tryEnterReadSettled();
    }
    Thread me = Thread.currentThread();
    return tryEnterFirst() ? toldFirst(w, me, false) : told(w, tryEnterReadSettled(), me, false);
  }

  private int tryTakeRead(long deadline) throws InterruptedException {
    int place = enterRead(true, deadline);
    SharedWatch w = sharedWatch();
    return w == null ? place : told(w, place, Thread.currentThread(), false);
  }

  void leaveRead(int place) {
    int there = place;
    if (place < OUTSIDE) {
      int ticket = ticketOf(place);
      Objects.requireNonNull(sharedWatch(), "watch").released(ticket);
      there = untold(ticket);
    }
    exitRead(there);
  }

  void handOverRead(int place, @Nullable Object party) {
    if (place < OUTSIDE) {
      Objects.requireNonNull(sharedWatch(), "watch").handOver(ticketOf(place), party);
    }
  }

  void takeWrite() throws InterruptedException {
    enterWrite(true, ThreadWaiter.FOREVER);
    takenByThread();
  }

  void takeWriteUninterruptibly() {
    enterWriteUninterruptibly();
    takenByThread();
  }

  boolean tryTakeWrite() {
    return tryEnterWrite() && triedByThread();
  }

  boolean tryTakeWrite(long nanos) throws InterruptedException {
    checkInterrupt("write");
    return tryTakeWrite()
        || (nanos > 0 && enterWrite(true, ThreadWaiter.deadlineAfter(nanos)) && triedByThread());
  }

  void leaveWrite(boolean upgraded) {
    givenBack();
    exitWrite(upgraded, 0);
  }

  void handOverWrite(@Nullable Object party) {
    SharedWatch w = sharedWatch();
    if (w != null) {
      w.handOver(party);
    }
  }

  /** An upgrade has succeeded; without a party, it is the one that reads. */
  void readerIsWriter(int place, @Nullable Object party, boolean waited) {
    int there = place;
    if (place < OUTSIDE) {
      SharedWatch w = Objects.requireNonNull(sharedWatch(), "watch");
      int ticket = ticketOf(place);
      Object writer = party == null ? w.sharer(ticket) : party;
      w.released(ticket);
      if (waited) {
        w.acquired(writer);
      } else {
        w.tried(writer);
      }
      there = untold(ticket);
    }
    leaveSlot(there); // a writer is alone, so this reader was counted in the word
  }

  /** The writer stays as a reader; its place. */
  int writerIsReader(boolean upgraded) {
    SharedWatch w = sharedWatch();
    if (w == null) {
      exitWrite(upgraded, 1);
      return WORD;
    }
    Object party = w.holder();
    w.released();
    exitWrite(upgraded, 1);
    return toldFirst(w, party, false);
  }

  // The lock without guards, for the view: readers are in the word, and their parties stand for
  // them

  void viewRead() throws InterruptedException {
    enterWord(true, ThreadWaiter.FOREVER);
    tellViewRead(true);
  }

  void viewReadUninterruptibly() {
    enterWordUninterruptibly();
    tellViewRead(true);
  }

  boolean tryViewRead() {
    return tryEnterWordSettled() && tellViewRead(false);
  }

  boolean tryViewRead(long nanos) throws InterruptedException {
    checkInterrupt("read");
    return tryViewRead()
        || (nanos > 0 && enterWord(true, ThreadWaiter.deadlineAfter(nanos)) && tellViewRead(false));
  }

  /** Always true. */
  private boolean tellViewRead(boolean waited) {
    SharedWatch w = sharedWatch();
    if (w != null) {
      w.sharedBy(Thread.currentThread(), waited);
    }
    return true;
  }

  void leaveViewRead() {
    SharedWatch w = sharedWatch();
    if (w != null) {
      w.releasedBy(Thread.currentThread());
    }
    exitWord();
  }

  void checkInterrupt(String purpose) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before locking " + this + " to " + purpose);
    }
  }

  private final class GuardedReading extends AbstractReading<ReadGuard<T>> {
    private final @Nullable Object party;
    private boolean waits;

    GuardedReading(@Nullable Object party) {
      this.party = party;
      this.waits = party != null;
    }

    @Override
    void setMayGiveUp() {
      waits = false;
    }

    @Override
    ReadGuard<T> entered() {
      SharedWatch w = sharedWatch();
      return new ReadGuard<>(RwLock.this, w == null ? place : told(w, place, party, waits));
    }
  }

  private final class GuardedWriting extends AbstractWriting<WriteGuard<T>> {
    private final @Nullable Object party;
    private boolean waits;

    GuardedWriting(@Nullable Object party) {
      this.party = party;
      this.waits = party != null;
    }

    @Override
    void setMayGiveUp() {
      waits = false;
    }

    @Override
    WriteGuard<T> entered() {
      if (waits) {
        takenBy(party);
      } else {
        triedBy(party);
      }
      return new WriteGuard<>(RwLock.this, false);
    }
  }
}
