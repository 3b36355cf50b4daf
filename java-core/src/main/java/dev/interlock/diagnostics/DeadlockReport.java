package dev.interlock.diagnostics;

import java.util.List;

/**
 * A cycle of parties, each of which waits for something that the next one holds. The first is the
 * one whose wait closed the cycle; the last waits for something that the first one holds.
 *
 * <p>A report keeps what it names reachable: parties and objects.
 *
 * @param links one for each party
 */
public record DeadlockReport(List<Link> links) {
  /** A report of these links. */
  public DeadlockReport {
    links = List.copyOf(links);
  }

  /**
   * One party of the cycle.
   *
   * @param party the thread, the job of a coroutine, or the {@link Party}
   * @param name the party as reports show it
   * @param holds the object for which the party before this one waits
   * @param holdsAs what this party holds it for
   * @param takenAt where it was taken; empty unless {@linkplain
   *     DeadlockDetector.Builder#captureStacks stacks are captured}
   * @param waitsFor the object for which this party waits
   * @param waitsAs what for
   * @param waitsAt where it waits: always known of a thread; of others if stacks are captured
   */
  public record Link(
      Object party,
      String name,
      Object holds,
      Access holdsAs,
      List<StackTraceElement> takenAt,
      Object waitsFor,
      Access waitsAs,
      List<StackTraceElement> waitsAt) {
    /** A link; the lists are copied. */
    public Link {
      takenAt = List.copyOf(takenAt);
      waitsAt = List.copyOf(waitsAt);
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("deadlock of ").append(links.size());
    text.append(links.size() == 1 ? " party, which waits for itself" : " parties");
    for (Link link : links) {
      text.append("\n  ").append(link.name());
      text.append("\n    holds     ").append(link.holdsAs().of(link.holds()));
      Stacks.append(text, ", taken at", "        ", link.takenAt());
      text.append("\n    waits for ").append(link.waitsAs().of(link.waitsFor()));
      Stacks.append(text, ", at", "        ", link.waitsAt());
    }
    return text.toString();
  }
}
