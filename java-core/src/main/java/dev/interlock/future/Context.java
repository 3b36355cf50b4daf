package dev.interlock.future;

import java.util.Objects;

/**
 * What a poll is given by whoever drives the future: today, the waker to register. Immutable: one context
 * serves all polls of a driver, on any thread.
 *
 * @param waker called when polling again may lead further
 */
public record Context(Waker waker) {
  /** A context with this waker, which must not be null. */
  public Context {
    Objects.requireNonNull(waker, "waker");
  }
}
