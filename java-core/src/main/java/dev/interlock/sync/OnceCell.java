package dev.interlock.sync;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.Durations;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A place for one value, made once by one of those who ask for it; threads, virtual threads, coroutines and
 * futures wait in one queue meanwhile. When the way to make it is known from the beginning, {@link Lazy}
 * needs no function at each call.
 *
 * <pre>{@code
 * private final OnceCell<Config> config = OnceCell.create();
 *
 * Config config() throws InterruptedException {
 *   return config.getOrInit(Config::load);
 * }
 * }</pre>
 *
 * <p><b>Progress.</b> {@code tryGet}, and every form of {@code get} and {@code getOrInit} once there is a
 * value, are wait-free: one volatile read. {@code set} is lock-free until somebody waits, and takes the
 * short lock of the queue from then on. All others are blocking: they wait for the initialiser, and {@code
 * get} waits for somebody to set the value or to begin.
 *
 * <p><b>Memory effects.</b> Actions before the value is set, those of the initialiser included,
 * happen-before actions after any operation that returned it. Actions of an initialiser that failed or gave
 * up happen-before those of the next. {@code tryGet} that found nothing: none.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. One initialiser runs at a time, and none after one has
 * succeeded. When it fails (under {@link OnFailure#RETRY}) or gives up, the first of the queue that came
 * with an initialiser gets the role; nobody overtakes it. All who wait are let go by the one step that sets
 * the value, and woken in the order in which they came.
 *
 * <p><b>Blocking and errors.</b> {@code getOrInit} and {@code get} are interruptible while they wait, {@code
 * ...Uninterruptibly} are not. A cell that has its value does not look at interrupts. A waiter that is
 * interrupted, times out or is cancelled leaves the queue without effect; one that was given the role in the
 * same moment passes it on if it is a future or coroutine, and makes the value if it is a thread.
 *
 * <ul>
 *   <li>An initialiser that throws: its caller gets what was thrown; what others get is said by {@link
 *       OnFailure}. {@link InterruptedException} and {@link java.util.concurrent.CancellationException}
 *       are no failures, nor is a {@link dev.interlock.diagnostics.DeadlockException}: the caller was
 *       told to stop, and the role goes to the next. One that returns null has failed with a {@link
 *       NullPointerException}.
 *   <li>An initialiser that asks its own cell, on its own thread, would wait for itself: that is an {@link
 *       IllegalStateException} which names the cell, over whatever cells between the two. The rule is the
 *       thread, so it is also refused to a future that is polled there on behalf of somebody else. In a
 *       coroutine the rule is its context, and the threads that it runs on. The same for who holds a {@link
 *       OnceClaim}, where the cell knows who that is: see there.
 *   <li>Two cells whose initialisers ask each other, on two threads or in two coroutines, wait for ever, as
 *       two locks do that are taken in opposite orders. With a {@link Builder#detector} that is reported or,
 *       if the detector was told so, refused in the one that closes the cycle.
 *   <li>Neither refused nor seen, and a hang: an initialiser that waits, by {@code join}, a channel, or
 *       another object that is not watched, for somebody else who asks the cell; and who holds a claim that
 *       the cell knows nobody for.
 *   <li>{@code set} never waits; it is refused when there is a value, or a remembered failure, or an
 *       initialiser at work, whose value somebody would have to close.
 * </ul>
 *
 * <p><b>Cost.</b> A hit is one volatile read and a comparison with null. The first call: two atomic
 * read-modify-writes, two small objects. Cancelling a wait is O(1); a role that is passed on looks past
 * those who wait in {@code get}.
 *
 * <p><b>Footprint.</b> 32 bytes with compressed references; the queue is made when somebody waits for the
 * first time.
 *
 * <p><b>Source.</b> Double-checked locking as in Bacon and others, <i>The "Double-Checked Locking is Broken"
 * Declaration</i>, 2000, and the contract of tokio's <i>OnceCell</i>; differs from it in who may wait, in
 * the choice of what a failure does, and in that recursion is an error.
 *
 * @param <T> the type of the value, which is never null
 */
public final class OnceCell<T> extends Once<T> {
  private OnceCell(
      @Nullable String name,
      @Nullable DeadlockDetector detector,
      OnFailure onFailure,
      @Nullable T value) {
    super(name, detector, onFailure, value);
  }

  /** An empty cell whose initialiser is tried again when it fails. */
  public static <T> OnceCell<T> create() {
    return new OnceCell<>(null, null, OnFailure.RETRY, null);
  }

  /** An empty cell. */
  public static <T> OnceCell<T> create(OnFailure onFailure) {
    return new OnceCell<>(null, null, onFailure, null);
  }

  /** An empty cell with a name that errors, dumps and {@code toString} show. */
  public static <T> OnceCell<T> named(String name, OnFailure onFailure) {
    return new OnceCell<>(Objects.requireNonNull(name, "name"), null, onFailure, null);
  }

  /** A cell that has its value. */
  public static <T> OnceCell<T> of(T value) {
    return new OnceCell<>(null, null, OnFailure.RETRY, Objects.requireNonNull(value, "value"));
  }

  /** A builder, for a detector and what else there is. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options of a cell. */
  public static final class Builder {
    private @Nullable String name;
    private @Nullable DeadlockDetector detector;
    private OnFailure onFailure = OnFailure.RETRY;

    private Builder() {}

    /** The name that errors, dumps and {@code toString} show. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** What becomes of the cell when its initialiser throws. */
    public Builder onFailure(OnFailure onFailure) {
      this.onFailure = Objects.requireNonNull(onFailure, "onFailure");
      return this;
    }

    /**
     * Who looks for deadlocks: cells whose initialisers need each other, or a lock that somebody holds who
     * needs the cell. To it the cell is held by who is to make its value. The detector takes threads by
     * themselves, coroutines by their jobs, and futures by the party that was given with them; a claim that
     * goes to another party is announced by {@link OnceClaim#handOver}.
     */
    public Builder detector(DeadlockDetector detector) {
      this.detector = Objects.requireNonNull(detector, "detector");
      return this;
    }

    /** An empty cell. */
    public <T> OnceCell<T> build() {
      return new OnceCell<>(name, detector, onFailure, null);
    }
  }

  /**
   * The value; if there is none, {@code initialiser} makes it, or whoever is at it already.
   *
   * @throws InterruptedException when interrupted before it had the value; then it is without effect, and if
   *     {@code initialiser} ran, the next caller takes over
   * @throws dev.interlock.InitialisationException when a failure is remembered
   * @throws IllegalStateException when called by its own initialiser
   */
  public T getOrInit(Initialiser<? extends T> initialiser) throws InterruptedException {
    Objects.requireNonNull(initialiser, "initialiser");
    T v = tryGet();
    return v != null ? v : make(initialiser);
  }

  /** As {@link #getOrInit}; an interrupt is kept for later. */
  public T getOrInitUninterruptibly(Supplier<? extends T> initialiser) {
    Objects.requireNonNull(initialiser, "initialiser");
    T v = tryGet();
    return v != null ? v : makeUninterruptibly(initialiser::get);
  }

  /**
   * As {@link #getOrInit} as a future: queued from its first poll on. The poll that finds that the role is
   * its own runs {@code initialiser}. For one that itself has to wait take {@link #claimAsync}.
   */
  public PollFuture<T> getOrInitAsync(Supplier<? extends T> initialiser) {
    Objects.requireNonNull(initialiser, "initialiser");
    return new OnceOperation<>(this, CLAIM, new Makes(initialiser::get, null));
  }

  /**
   * As {@link #getOrInitAsync(Supplier)}, for a cell that is watched.
   *
   * @param party who waits; the thread that runs {@code initialiser} is a party by itself
   */
  public PollFuture<T> getOrInitAsync(Supplier<? extends T> initialiser, Object party) {
    Objects.requireNonNull(initialiser, "initialiser");
    return new OnceOperation<>(
        this, CLAIM, new Makes(initialiser::get, Objects.requireNonNull(party, "party")));
  }

  /** The value or the role of the initialiser, as a future: queued from its first poll on. */
  public PollFuture<OnceClaim<T>> claimAsync() {
    return new OnceOperation<>(this, CLAIM, new Claims(null));
  }

  /**
   * As {@link #claimAsync()}, for a cell that is watched.
   *
   * @param party who waits, and will have the role
   */
  public PollFuture<OnceClaim<T>> claimAsync(Object party) {
    return new OnceOperation<>(this, CLAIM, new Claims(Objects.requireNonNull(party, "party")));
  }

  /**
   * The value; waits until somebody has set it.
   *
   * @throws InterruptedException when interrupted before there was one
   * @throws dev.interlock.InitialisationException when a failure is remembered
   * @throws IllegalStateException when called by the initialiser
   */
  public T get() throws InterruptedException {
    T v = tryGet();
    return v != null ? v : read();
  }

  /**
   * As {@link #get()}, not longer than {@code timeout}; zero or less does not wait.
   *
   * @return null when the time ran out
   */
  public @Nullable T get(Duration timeout) throws InterruptedException {
    long nanos = Durations.toNanosSaturated(timeout);
    T v = tryGet();
    return v != null ? v : read(nanos);
  }

  /** As {@link #get()}; an interrupt is kept for later. */
  public T getUninterruptibly() {
    T v = tryGet();
    return v != null ? v : readUninterruptibly();
  }

  /** As {@link #get()} as a future: queued from its first poll on. */
  public PollFuture<T> getAsync() {
    return new OnceOperation<>(this, READ, new Reads<T>(null));
  }

  /**
   * As {@link #getAsync()}, for a cell that is watched.
   *
   * @param party who waits
   */
  public PollFuture<T> getAsync(Object party) {
    return new OnceOperation<>(this, READ, new Reads<T>(Objects.requireNonNull(party, "party")));
  }

  /**
   * Sets the value if the cell is empty and nobody is about to make it; never waits.
   *
   * @return whether it did; if not, nothing has changed
   */
  public boolean set(T value) {
    return setIfEmpty(Objects.requireNonNull(value, "value"));
  }
}
