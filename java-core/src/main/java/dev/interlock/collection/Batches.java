package dev.interlock.collection;

import java.util.Objects;

/** What batch operations ask of their arguments. */
final class Batches {
  private Batches() {}

  static void check(Object callback, String name, int limit) {
    Objects.requireNonNull(callback, name);
    if (limit < 0) {
      throw new IllegalArgumentException("limit is " + limit + "; it must be 0 or more");
    }
  }
}
