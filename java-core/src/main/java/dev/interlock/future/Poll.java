package dev.interlock.future;

import org.jspecify.annotations.Nullable;

/**
 * What one {@link PollFuture#poll} found: a {@link Ready} value, or {@link Pending}.
 *
 * <p><b>Progress.</b> Wait-free. <b>Memory effects.</b> None of its own; immutable, so it may be handed from
 * thread to thread by any means.
 *
 * <p><b>Blocking and errors.</b> Nothing waits. A failure of a future is thrown by the poll and never stands
 * in a result. {@link #get} of a pending one is an {@link IllegalStateException} that says what to do.
 *
 * <p><b>Footprint.</b> Pending is one object for all; a ready result is 16 bytes, and usually stays on the
 * stack.
 *
 * @param <T> the type of the value
 */
public sealed interface Poll<T extends @Nullable Object> {
  /** A result that holds {@code value}. */
  static <T extends @Nullable Object> Poll<T> ready(T value) {
    return new Ready<>(value);
  }

  /** Not yet; the waker of the context will be called. */
  @SuppressWarnings("unchecked") // holds no value, so it fits every type
  static <T extends @Nullable Object> Poll<T> pending() {
    return (Poll<T>) Pending.INSTANCE;
  }

  /** Whether a value is there. */
  boolean isReady();

  /**
   * The value.
   *
   * @throws IllegalStateException when there is none yet
   */
  T get();

  /** The future is complete, with {@code value}. */
  record Ready<T extends @Nullable Object>(T value) implements Poll<T> {
    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public T get() {
      return value;
    }
  }

  /** The future is not complete. */
  final class Pending<T extends @Nullable Object> implements Poll<T> {
    private static final Pending<?> INSTANCE = new Pending<>();

    private Pending() {}

    @Override
    public boolean isReady() {
      return false;
    }

    @Override
    public T get() {
      throw new IllegalStateException(
          "the future is pending: poll it again after its waker was called");
    }

    @Override
    public String toString() {
      return "Pending";
    }
  }
}
