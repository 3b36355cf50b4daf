package dev.interlock.lincheck.broken;

import java.util.concurrent.atomic.AtomicReference;

/**
 * A reference that is compared without its tag: each change makes a version, but what is asked is only
 * whether the reference is the expected one again (ABA).
 */
public final class UntaggedReference<T> {
  /** A version. */
  public record Tagged<T>(T reference, long tag) {}

  private final AtomicReference<Tagged<T>> current;

  public UntaggedReference(T initial) {
    current = new AtomicReference<>(new Tagged<>(initial, 0));
  }

  public Tagged<T> read() {
    return current.get();
  }

  public boolean compareAndSet(Tagged<T> expected, T newReference) {
    Tagged<T> seen = current.get();
    return seen.reference() == expected.reference()
        && current.compareAndSet(seen, new Tagged<>(newReference, seen.tag() + 1));
  }

  public Tagged<T> getAndSet(T newReference) {
    for (; ; ) {
      Tagged<T> seen = current.get();
      if (current.compareAndSet(seen, new Tagged<>(newReference, seen.tag() + 1))) {
        return seen;
      }
    }
  }
}
