package dev.interlock.sync;

import dev.interlock.diagnostics.Watch;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a caller has who asked a {@link OnceCell} for its value or for the role of its initialiser: one of
 * the two. For initialisers that are no function, such as a state machine that is polled or a coroutine;
 * where a function will do, prefer {@link OnceCell#getOrInit}.
 *
 * <pre>{@code
 * try (OnceClaim<Config> claim = cell.claimAsync().block()) {
 *   return claim.isInitialiser() ? claim.set(load()) : claim.get();
 * }
 * }</pre>
 *
 * <p>The role ends with {@link #set}, {@link #fail} or {@link #close}; until then all others wait. The claim
 * is the owner of the role: it may be used by another thread than the one that got it, by one at a time, and
 * {@link #handOver} says so. Until it does the claim belongs to the party that was named when it was asked
 * for or, without one, to the thread that {@link dev.interlock.future.PollFuture#block blocked} for it. If
 * that one asks the same cell for its value it would wait for itself, and is refused with an {@link
 * IllegalStateException}. Of a claim that was polled for and no party is known nothing can be told: who holds it and
 * waits for the same cell hangs.
 *
 * @param <T> the type of the value
 */
public final class OnceClaim<T> implements AutoCloseable {
  private final Once<T> cell;
  private @Nullable T value;
  private boolean open;

  /**
   * Who has the role, or null when that is not known. As the next, it is compared with who asks alone, and a
   * party sees what it wrote itself: no order is needed. What another one reads here, old or new, is not
   * that other one.
   */
  private @Nullable Object holder;

  /** The thread that runs the initialiser, if a function of this claim's holder runs on one. */
  private @Nullable Thread thread;

  /** As {@link #thread}, of an initialiser that runs on several: a coroutine and its children. */
  private @Nullable Set<Thread> threads;

  /** With the value, or, if that is null, with the role. */
  OnceClaim(Once<T> cell, @Nullable T value) {
    this.cell = cell;
    this.value = value;
    this.open = value == null;
  }

  /** Whether this claim holds the role: its holder has to make the value, or to let the role go. */
  public boolean isInitialiser() {
    return open;
  }

  /**
   * The value: the one that was there, or the one that this claim has set.
   *
   * @throws IllegalStateException when this claim holds the role, or let it go without a value
   */
  public T get() {
    T v = value;
    if (v == null) {
      throw new IllegalStateException(
          open
              ? "this claim is the initialiser of " + cell + "; set its value, fail, or close"
              : "this claim let the role go without a value; ask " + cell + " again");
    }
    return v;
  }

  /**
   * Ends the role with the value, for all who wait and all who come later.
   *
   * @return the value
   * @throws IllegalStateException when this claim does not hold the role
   */
  public T set(T value) {
    Objects.requireNonNull(value, "value");
    end("set");
    this.value = value;
    cell.complete(value);
    return value;
  }

  /**
   * Ends the role with a failure. Under {@link OnFailure#RETRY} that is {@link #close}; under {@link
   * OnFailure#REMEMBER} it is the end of the cell.
   *
   * @throws IllegalStateException when this claim does not hold the role
   */
  public void fail(Throwable failure) {
    Objects.requireNonNull(failure, "failure");
    end("fail");
    cell.failed(failure);
  }

  /**
   * The role goes over to another party, which will end it. Called before the giver waits for anything, or
   * while the new holder does not run; without effect when this claim does not hold the role.
   *
   * @param party a thread, the job of a coroutine, or a handle; null when it is not known
   */
  public void handOver(@Nullable Object party) {
    if (open) {
      holder = party;
      Watch watch = cell.watch();
      if (watch != null) {
        watch.handOver(party);
      }
    }
  }

  /** Gives the role to the next caller, if this claim still holds it; otherwise has no effect. */
  @Override
  public void close() {
    if (open) {
      open = false;
      cell.givenBack();
      cell.release();
    }
  }

  /** The cell that it belongs to; its text is part of messages. */
  Once<T> cell() {
    return cell;
  }

  /** Who asked for this has it now. */
  void takenBy(@Nullable Object party, boolean mightHaveGivenUp) {
    if (open) {
      holder = party;
      if (mightHaveGivenUp) {
        cell.triedBy(party);
      } else {
        cell.takenBy(party);
      }
    }
  }

  boolean isHeldBy(@Nullable Object asking) {
    return asking != null && holder == asking;
  }

  void runOn(Thread initialising) {
    thread = initialising;
  }

  boolean runsOn(Thread asking) {
    Set<Thread> many = threads;
    return thread == asking || (many != null && many.contains(asking));
  }

  /** The initialiser is one that runs on several threads, each between the next two. */
  void runOnMany() {
    threads = ConcurrentHashMap.newKeySet();
  }

  /** The initialiser goes on on the calling thread; false when it runs there already. */
  boolean enter() {
    return Objects.requireNonNull(threads).add(Thread.currentThread());
  }

  /** The initialiser leaves the calling thread. */
  void leave() {
    Objects.requireNonNull(threads).remove(Thread.currentThread());
  }

  private void end(String what) {
    if (!open) {
      throw new IllegalStateException(
          what + " by a claim that does not hold the role of the initialiser of " + cell);
    }
    open = false;
    cell.givenBack();
  }

  @Override
  public String toString() {
    return "OnceClaim["
        + (open ? "initialiser" : value != null ? "set" : "closed")
        + ", "
        + cell
        + "]";
  }
}
