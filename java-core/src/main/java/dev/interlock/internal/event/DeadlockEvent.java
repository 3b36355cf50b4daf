package dev.interlock.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A deadlock was found. */
@Name("dev.interlock.Deadlock")
@Label("Deadlock")
@Category({"Interlock", "Synchronizers"})
@Description("Parties wait for each other, found by a deadlock detector")
final class DeadlockEvent extends Event {
  @Label("Parties")
  int parties;

  @Label("Report")
  @Nullable String report;

  @Label("Thrown")
  @Description(
      "Whether the waiter that closed the cycle got an exception, so that the others go on")
  boolean thrown;
}
