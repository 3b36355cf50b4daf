package dev.interlock.diagnostics;

import java.util.Objects;

/**
 * A handle for somebody who holds and waits and is neither a thread nor a coroutine: a task that
 * polls futures, a session, an actor. One that waits for two things at once is stuck only when both
 * are.
 *
 * <p>Threads and the jobs of coroutines are parties themselves and need no handle. Parties are told
 * apart by identity.
 */
public final class Party {
  private final String name;

  private Party(String name) {
    this.name = name;
  }

  /** A new party; the name is what reports show, and need not be unique. */
  public static Party named(String name) {
    return new Party(Objects.requireNonNull(name, "name"));
  }

  @Override
  public String toString() {
    return name;
  }
}
