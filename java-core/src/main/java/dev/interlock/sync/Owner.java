package dev.interlock.sync;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a {@link ReentrantMutex}: a handle that a task carries with it, whatever threads it runs on.
 * A thread that works through one task makes one, a coroutine makes one and keeps it across suspensions,
 * a request makes one and hands it from stage to stage. One owner may hold any number of mutexes, each
 * any number of times.
 *
 * <p><b>Progress.</b> Wait-free; it has no state.
 *
 * <p><b>Blocking and errors.</b> An owner does one thing at a time: two threads that use it at once are
 * the same owner to every mutex, and would both be let in. Handing it on takes what makes the actions of
 * the one visible to the other: a channel, a join, a suspension.
 *
 * <p><b>Footprint.</b> 16 bytes with compressed references. Equal to itself alone.
 */
public final class Owner {
  private final @Nullable String name;

  private Owner(@Nullable String name) {
    this.name = name;
  }

  /** An owner without a name. */
  public static Owner create() {
    return new Owner(null);
  }

  /** An owner with a name that errors, dumps and {@code toString} show. */
  public static Owner named(String name) {
    return new Owner(Objects.requireNonNull(name, "name"));
  }

  @Override
  public String toString() {
    return name == null
        ? "Owner@" + Integer.toHexString(System.identityHashCode(this))
        : "Owner(" + name + ")";
  }
}
