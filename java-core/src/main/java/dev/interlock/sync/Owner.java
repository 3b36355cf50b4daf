package dev.interlock.sync;

import dev.interlock.diagnostics.WaitDump;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a {@link ReentrantMutex}: a handle that a task carries with it, whatever threads it
 * runs on. A thread that works through one task makes one, a coroutine makes one and keeps it
 * across suspensions, a request makes one and hands it from stage to stage. One owner may hold any
 * number of mutexes, each any number of times.
 *
 * <p>To a {@link dev.interlock.diagnostics.DeadlockDetector} an owner is a party of its own. What
 * waits for an owner and what waits for the thread or the coroutine that runs as this owner are not
 * in one cycle for it, unless the owner was made {@linkplain #of for that party}, or the
 * coroutine's party is the owner.
 *
 * <p><b>Progress.</b> Wait-free; it has no state.
 *
 * <p><b>Blocking and errors.</b> An owner does one thing at a time: two threads that use it at once
 * are the same owner to every mutex, and would both be let in. Handing it on takes what makes the
 * actions of the one visible to the other: a channel, a join, a suspension.
 *
 * <p><b>Footprint.</b> 16 bytes with compressed references. Equal to itself alone.
 */
public final class Owner {
  /** The name, or the party, which is no string, or null. */
  private final @Nullable Object label;

  private Owner(@Nullable Object label) {
    this.label = label;
  }

  /** An owner without a name. */
  public static Owner create() {
    return new Owner(null);
  }

  /** An owner with a name that errors, dumps and {@code toString} show. */
  public static Owner named(String name) {
    return new Owner(Objects.requireNonNull(name, "name"));
  }

  /**
   * An owner that is this party to deadlock detectors, as long as it lives: a thread that will be
   * the only one to run as this owner, the job of a coroutine, a {@link
   * dev.interlock.diagnostics.Party}. So it takes part in cycles with what the party takes and
   * waits for by itself.
   *
   * @throws IllegalArgumentException when the party is a string, which nothing tells apart by
   *     identity
   */
  public static Owner of(Object party) {
    if (Objects.requireNonNull(party, "party") instanceof String) {
      throw new IllegalArgumentException(
          "the party of an owner is the string " + party + "; pass Party.named, or call named");
    }
    return new Owner(party);
  }

  /** Who this is to a deadlock detector. */
  Object party() {
    return label == null || label instanceof String ? this : label;
  }

  @Override
  public String toString() {
    if (label == null) {
      return "Owner@" + Integer.toHexString(System.identityHashCode(this));
    }
    return "Owner(" + WaitDump.describe(label) + ")";
  }
}
