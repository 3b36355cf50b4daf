package dev.interlock.sync;

import java.util.Objects;
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
 * is the owner of the role: it may be used by another thread than the one that got it, by one at a time. So
 * the cell cannot know that a holder waits for itself: who holds a claim and waits for another one of the
 * same cell hangs.
 *
 * @param <T> the type of the value
 */
public final class OnceClaim<T> implements AutoCloseable {
  private final Once<T> cell;
  private @Nullable T value;
  private boolean open;

  /**
   * The thread that runs the initialiser, if a function of this claim's holder runs on one.
   *
   * <p>It is compared with the current thread alone, and a thread sees what it wrote itself: no order is
   * needed. What another thread reads here, old or new, is not that other thread.
   */
  private @Nullable Thread thread;

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

  /** Gives the role to the next caller, if this claim still holds it; otherwise has no effect. */
  @Override
  public void close() {
    if (open) {
      open = false;
      cell.release();
    }
  }

  /** The cell that it belongs to; its text is part of messages. */
  Once<T> cell() {
    return cell;
  }

  void runOn(Thread initialising) {
    thread = initialising;
  }

  boolean runsOn(Thread asking) {
    return thread == asking;
  }

  private void end(String what) {
    if (!open) {
      throw new IllegalStateException(
          what + " by a claim that does not hold the role of the initialiser of " + cell);
    }
    open = false;
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
