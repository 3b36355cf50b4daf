package dev.interlock.examples;

import dev.interlock.reclaim.EpochDomain;
import dev.interlock.reclaim.StallReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A thread ends and leaves its participant pinned: who it was is reported, and the pin can be ended. */
@Command(
    name = "epochs",
    description = "A forgotten pin keeps all garbage: it is reported, ended, and the garbage goes.")
public final class EpochsExample extends Example {
  private static final int STALL = 50;

  @Option(
      names = "--buffers",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many buffers are retired while the pin is there.")
  private int buffers;

  /** For the launcher. */
  public EpochsExample() {
    super("B2", "B5");
  }

  @Override
  protected void run() throws InterruptedException {
    requireAtLeast(2 * STALL, "--buffers", buffers);
    List<StallReport> reports = Collections.synchronizedList(new ArrayList<>());
    EpochDomain domain =
        EpochDomain.builder()
            .name("buffers")
            .collectEvery(10)
            .stallAtPending(STALL)
            .onStall(reports::add)
            .recordPinSites()
            .build();
    AtomicInteger freed = new AtomicInteger();

    EpochDomain.Participant forgetful = domain.join("forgetful reader");
    List<EpochDomain.Guard> guards = new ArrayList<>();
    Thread reader = Threads.startPlatform("reader", () -> guards.add(forgetful.pin()));
    reader.join(); // it ended without closing its guard

    try (EpochDomain.Participant writer = domain.join("writer")) {
      for (int i = 0; i < buffers; i++) {
        writer.defer(freed::incrementAndGet);
      }
      out().println("while pinned:  " + domain.figures());
      for (StallReport report : reports) {
        out().println("reported:      " + report.participant());
        out().println("               pinned by " + report.thread());
      }
      check(freed.get() == 0, "nothing was freed that the reader might still use");
      check(reports.size() == 1, "the stall was reported, once");
      check(
          reports.stream().allMatch(r -> r.participant().startsWith("forgetful reader")),
          "the report names the participant");

      guards.get(0).close(); // any thread may, for a participant is a handle
      writer.collect();
      writer.collect();
      out().println("after the pin: " + domain.figures());
      check(freed.get() == buffers, "all " + buffers + " buffers were freed, each once");
      check(domain.stalls().isEmpty(), "nobody is in the way any more");
    }
    forgetful.close();
  }
}
