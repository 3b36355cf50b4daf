package dev.interlock.examples;

import dev.interlock.atomic.Backoff;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What staying away for a moment is worth, and when to stop and sleep. */
@Command(
    name = "backoff",
    description = "Spin, then yield, then park; and what back-off saves in a race.")
public final class BackoffExample extends Example {
  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many threads race.")
  private int threads;

  @Option(
      names = "--increments",
      paramLabel = "N",
      defaultValue = "100000",
      description = "How often each of them has to win.")
  private int increments;

  /** For the launcher. */
  public BackoffExample() {
    super("A7");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--threads", threads);
    requireAtLeast(1, "--increments", increments);

    Backoff waiting = Backoff.exponential();
    int looks = 0;
    while (waiting.pause()) {
      looks++;
    }
    out().println("Waiting for what does not come: " + looks + " pauses, and then " + waiting);
    check(waiting.shouldPark() && !waiting.pause(), "in the end it says to park, and goes on so");

    Tables table =
        new Tables().text("after a lost race", 30).number("lost races").number("ns for a success");
    boolean exact = true;
    exact &= race(table, "begin again at once", () -> null);
    exact &= race(table, "exponential back-off", Backoff::exponential);
    exact &= race(table, "randomised back-off", Backoff::randomised);
    out().println(table);
    check(exact, "whoever waited how long, no update was lost");

    int deterministic = roundsToPart(Backoff.exponential(1024), Backoff.exponential(1024));
    int random = roundsToPart(Backoff.randomised(1024, 1), Backoff.randomised(1024, 2));
    out()
        .println(
            "Two that collide whenever they come at the same time, and then stay away equally");
    out()
        .println(
            "long, collide for ever ("
                + deterministic
                + " rounds and no end); with random numbers "
                + random
                + " rounds.");
    check(deterministic == ROUNDS && random < ROUNDS, "random numbers end a livelock");
  }

  private static final int ROUNDS = 1_000;

  /**
   * Two polite parties, in time steps instead of threads: both try in the same step, both withdraw, both
   * stay away. How often until they come in different steps.
   */
  private static int roundsToPart(Backoff one, Backoff other) {
    for (int round = 0; round < ROUNDS; round++) {
      if (one.nextPauses() != other.nextPauses()) {
        return round + 1;
      }
    }
    return ROUNDS;
  }

  private boolean race(Tables table, String name, Supplier<@Nullable Backoff> backoffs)
      throws InterruptedException {
    AtomicLong value = new AtomicLong();
    AtomicLong lost = new AtomicLong();
    AtomicInteger ready = new AtomicInteger();
    List<Thread> racers = new ArrayList<>();
    long began = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      racers.add(
          Threads.startPlatform(
              "racer-" + t,
              () -> {
                ready.incrementAndGet();
                long mine = 0;
                for (int i = 0; i < increments; i++) {
                  Backoff backoff = null;
                  for (; ; ) {
                    long v = value.get();
                    if (value.compareAndSet(v, v + 1)) {
                      break;
                    }
                    mine++;
                    if (backoff == null) {
                      backoff = backoffs.get();
                    }
                    if (backoff != null) {
                      backoff.spin();
                    }
                  }
                }
                lost.addAndGet(mine);
              }));
    }
    for (Thread racer : racers) {
      racer.join();
    }
    long all = (long) threads * increments;
    table.row(
        name,
        String.format(Locale.ROOT, "%,d", lost.get()),
        String.format(Locale.ROOT, "%.1f", (double) (System.nanoTime() - began) / all));
    return value.get() == all;
  }
}
