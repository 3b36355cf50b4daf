package dev.interlock.collection;

import java.util.Objects;

/** What batch operations ask of their arguments, and how the failure of an argument leaves them. */
final class Batches {
  private Batches() {}

  static void check(Object callback, String name, int limit) {
    Objects.requireNonNull(callback, name);
    if (limit < 0) {
      throw new IllegalArgumentException("limit is " + limit + "; it must be 0 or more");
    }
  }

  /** Code in other languages throws checked exceptions undeclared; they pass as they came. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // erased: no cast takes place
  static <X extends Throwable> X asDeclared(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
