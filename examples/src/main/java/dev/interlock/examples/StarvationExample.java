package dev.interlock.examples;

import dev.interlock.sync.ClhLock;
import dev.interlock.sync.McsLock;
import dev.interlock.sync.SpinGuard;
import dev.interlock.sync.SpinLock;
import dev.interlock.sync.SpinningLock;
import dev.interlock.sync.TicketLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What fairness is: how often others are served while one waits, under each of the locks that spin. */
@Command(
    name = "starvation",
    description = "One polite thread against greedy ones, under a spin lock and under fair ones.")
public final class StarvationExample extends Example {
  @Option(
      names = "--greedy",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many threads lock again as soon as they have unlocked.")
  private int greedy;

  @Option(
      names = "--entries",
      paramLabel = "N",
      defaultValue = "200",
      description = "How often the polite thread wants to get in.")
  private int entries;

  /** For the launcher. */
  public StarvationExample() {
    super("D1");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--greedy", greedy);
    requireAtLeast(1, "--entries", entries);
    Tables table =
        new Tables()
            .text("lock", 12)
            .number("entries")
            .number("greedy entries")
            .number("most overtakes")
            .number("overtakes in all");
    List<Figures> all = new ArrayList<>();
    for (SpinningLock lock :
        List.of(SpinLock.create(), TicketLock.create(), McsLock.create(), ClhLock.create())) {
      Figures figures = measure(lock);
      figures.addTo(table, lock);
      all.add(figures);
    }
    out().println(table);
    out().println("An overtake: a greedy thread got in that came after the polite one had come.");
    out()
        .println("The look at the count and the arrival are two steps, and a greedy thread may be");
    out().println("served between them; that is why a fair lock may show a few.");
    check(
        all.stream().allMatch(f -> f.entries == entries),
        "under every lock the polite thread came in each time");
    check(
        all.stream().allMatch(f -> f.services == f.greedyEntries),
        "nobody was inside together with another: what was counted within is what each counted");
    check(
        all.stream().allMatch(f -> f.most <= f.overtakes && f.overtakes <= f.services),
        "no more overtakes than entries of greedy threads");
    check(!overtaken(TicketLock.create()), "whoever stands in line first is served first");
  }

  /**
   * What was counted under one lock.
   *
   * @param entries how often the polite thread came in, counted within
   * @param services how often greedy threads did, counted within
   * @param greedyEntries the same, counted by each of them for itself
   * @param most the most that came in between an arrival and its service
   * @param overtakes all of those
   */
  private record Figures(int entries, int services, long greedyEntries, int most, long overtakes) {
    void addTo(Tables table, SpinningLock lock) {
      table.row(
          lock.getClass().getSimpleName(),
          String.format(Locale.ROOT, "%,d", entries),
          String.format(Locale.ROOT, "%,d", greedyEntries),
          String.format(Locale.ROOT, "%,d", most),
          String.format(Locale.ROOT, "%,d", overtakes));
    }
  }

  private Figures measure(SpinningLock lock) throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    int[] services = new int[1]; // guarded by the lock
    int[] entered = new int[1]; // guarded by the lock
    AtomicLong greedyEntries = new AtomicLong();
    AtomicInteger shown = new AtomicInteger();
    Thread[] others = new Thread[greedy];
    for (int t = 0; t < greedy; t++) {
      others[t] =
          Threads.startPlatform(
              "greedy-" + t,
              () -> {
                long mine = 0;
                while (!stop.get()) {
                  try (SpinGuard held = lock.lock()) {
                    shown.setOpaque(++services[0]);
                  }
                  mine++;
                }
                greedyEntries.addAndGet(mine);
              });
    }
    int most = 0;
    long all = 0;
    for (int i = 0; i < entries; i++) {
      int before = shown.getOpaque();
      try (SpinGuard held = lock.lock()) {
        entered[0]++;
        int overtakes = services[0] - before;
        most = Math.max(most, overtakes);
        all += overtakes;
      }
    }
    stop.set(true);
    for (Thread other : others) {
      other.join();
    }
    return new Figures(entered[0], services[0], greedyEntries.get(), most, all);
  }

  /** Two who stand in line, in an order that is known: whether the second came in first. */
  private static boolean overtaken(TicketLock lock) throws InterruptedException {
    AtomicInteger order = new AtomicInteger();
    int[] places = new int[2];
    Thread[] waiting = new Thread[2];
    try (SpinGuard held = lock.lock()) {
      for (int t = 0; t < 2; t++) {
        int mine = t;
        waiting[t] =
            Threads.startPlatform(
                "waiter-" + t,
                () -> {
                  try (SpinGuard entered = lock.lock()) {
                    places[mine] = order.incrementAndGet();
                  }
                });
        while (lock.waiting() <= t) {
          Thread.onSpinWait();
        }
      }
    }
    for (Thread waiter : waiting) {
      waiter.join();
    }
    return places[0] != 1 || places[1] != 2;
  }
}
