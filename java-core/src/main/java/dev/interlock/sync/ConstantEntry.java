package dev.interlock.sync;

import org.jspecify.annotations.Nullable;

/**
 * A way of waiting in which everybody who is let in has the same: {@code true} for a thread, which may run
 * out of time instead, and nothing for a future.
 *
 * @param <R> what a caller has who was let in
 */
abstract class ConstantEntry<R extends @Nullable Object> extends Entry<R> {
  private final R outcome;

  ConstantEntry(R outcome) {
    this.outcome = outcome;
  }

  @Override
  final R entered() {
    return outcome;
  }

  @Override
  final boolean endsWithGrant() {
    return true;
  }

  @Override
  final R granted(@Nullable Object item) {
    return outcome;
  }
}
