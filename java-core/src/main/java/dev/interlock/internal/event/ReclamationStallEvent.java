package dev.interlock.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A participant stays pinned. */
@Name("dev.interlock.ReclamationStall")
@Label("Reclamation Stall")
@Category({"Interlock", "Reclamation"})
@Description("A participant of a domain of epochs stays pinned and keeps the garbage of all")
final class ReclamationStallEvent extends Event {
  @Label("Domain")
  @Nullable String domain;

  @Label("Participant")
  @Nullable String participant;

  @Label("Pending")
  @Description("How many retired things wait")
  long pending;

  @Label("Report")
  @Nullable String report;
}
