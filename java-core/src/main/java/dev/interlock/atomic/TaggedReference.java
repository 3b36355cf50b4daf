package dev.interlock.atomic;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A reference with a version: a compare-and-set that expects an old version fails, even if the reference
 * is the expected one again (the ABA problem). Needed where objects are used again, as in pools; where
 * each object is put in at most once, {@link java.util.concurrent.atomic.AtomicReference} is safe and
 * allocates nothing. For slots with numbers, {@link TaggedIndex} allocates nothing either.
 *
 * <p><b>Progress.</b> Wait-free; {@link #getAndSet} is lock-free.
 *
 * <p><b>Memory effects.</b> Actions before a change happen-before actions after a {@link #read} or {@link
 * #get} that sees it. A failed {@code compareAndSet} has the effects of a volatile read.
 *
 * <p><b>Ordering and fairness.</b> Linearizable. Versions are numbered 0, 1, 2, and so on, without a gap;
 * setting the same reference again is a new version.
 *
 * <p><b>Blocking and errors.</b> Never waits. A null where a version is expected is a {@link
 * NullPointerException}; a version of another {@code TaggedReference} is never the current one. The 64
 * bits of the tag do not come round within the life of a machine.
 *
 * <p><b>Cost.</b> One read; for a change, one compare-and-set besides.
 *
 * <p><b>Footprint.</b> 16 bytes, and 24 for the version; a successful change allocates a version. Reading
 * allocates nothing, nor does failing, unless the version changes between a call's look and its
 * compare-and-set.
 *
 * <p><b>Source.</b> IBM System/370 Principles of Operation, 1983, appendix on compare-and-swap, where the
 * count stands beside the address. Differs from {@link
 * java.util.concurrent.atomic.AtomicStampedReference} in: the tag counts by itself, so nobody can forget
 * to, and reference and tag are read together as one object.
 */
@ProgressGuarantee(Progress.WAIT_FREE)
public final class TaggedReference<T extends @Nullable Object> {
  /*
   *   current --> | reference | tag |     immutable, and never put back once replaced
   *
   * Every change installs a new object by compare-and-set on `current`, its linearization point. Since an
   * object that somebody holds is not collected, it cannot come back under the same address, and
   * identity of the version object is equality of versions. The number serves those who keep the number
   * and not the object.
   *
   * compareAndSet(reference, tag, ..) reads `current`, compares, and then tries once: if that fails, the
   * version has changed, tags never return, and false is the truth.
   */
  @SuppressWarnings("NullAway.Init") // by the constructor
  private volatile Tagged<T> current;

  /** Version 0 is {@code initial}. */
  public TaggedReference(T initial) {
    current = new Tagged<>(initial, 0);
  }

  /** The current reference. */
  public T get() {
    return current.reference;
  }

  /** The current reference with its tag, in one step. */
  public Tagged<T> read() {
    return current;
  }

  /**
   * Replaces the reference if the current version still is {@code expected}, as {@link #read} gave it.
   *
   * @return whether it did
   */
  public boolean compareAndSet(Tagged<T> expected, T newReference) {
    long tag = Objects.requireNonNull(expected, "expected").tag + 1;
    // The look before it saves a failure the new version; a version that is gone does not come
    // back.
    return current == expected
        && CURRENT.compareAndSet(this, expected, new Tagged<T>(newReference, tag));
  }

  /**
   * Replaces the reference if the current version has this reference, compared by identity, and this tag.
   *
   * @return whether it did
   */
  public boolean compareAndSet(T expectedReference, long expectedTag, T newReference) {
    Tagged<T> seen = current;
    return seen.tag == expectedTag
        && seen.reference == expectedReference
        && compareAndSet(seen, newReference);
  }

  /** Replaces the reference whatever it is, and returns the version before. */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public Tagged<T> getAndSet(T newReference) {
    for (; ; ) {
      Tagged<T> seen = current;
      if (compareAndSet(seen, newReference)) {
        return seen;
      }
    }
  }

  @Override
  public String toString() {
    return "TaggedReference[" + current + "]";
  }

  /** One version: a reference and its number. Immutable. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public static final class Tagged<T extends @Nullable Object> {
    private final T reference;
    private final long tag;

    private Tagged(T reference, long tag) {
      this.reference = reference;
      this.tag = tag;
    }

    /** The reference. */
    public T reference() {
      return reference;
    }

    /** The number of the version; the first is 0. */
    public long tag() {
      return tag;
    }

    @Override
    public String toString() {
      return reference + " #" + tag;
    }
  }

  // VarHandle mechanics
  private static final VarHandle CURRENT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "current", VarHandle.class, TaggedReference.class, Tagged.class);
}
