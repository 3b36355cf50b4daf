package dev.interlock.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A caller stood in the queue of an object. */
@Name("dev.interlock.ContendedWait")
@Label("Contended Wait")
@Category({"Interlock", "Synchronizers"})
@Description("A thread, a coroutine or a future stood in the queue of a synchronizer")
@Threshold("10 ms")
final class ContendedWaitEvent extends Event {
  @Label("Object")
  @Nullable String object;

  @Label("Waiter")
  @Description("The kind of caller that waited")
  @Nullable String waiter;
}
