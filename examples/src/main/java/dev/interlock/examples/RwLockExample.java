package dev.interlock.examples;

import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.WriteGuard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a read-write lock is for: a configuration that everybody reads and that seldom changes, in several
 * entries at once.
 */
@Command(
    name = "rwlock",
    description = "Many readers of a configuration, a few changes: nobody sees half of a change.")
public final class RwLockExample extends Example {
  @Option(
      names = "--readers",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many threads read.")
  private int readers;

  @Option(
      names = "--changes",
      paramLabel = "N",
      defaultValue = "200",
      description = "How often the configuration is changed meanwhile.")
  private int changes;

  /** For the launcher. */
  public RwLockExample() {
    super("D3");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--readers", readers);
    requireAtLeast(1, "--changes", changes);
    Map<String, Integer> initial = new HashMap<>();
    initial.put("port", 8000);
    initial.put("admin-port", 8001); // always the next one
    RwLock<Map<String, Integer>> configuration = RwLock.builder().name("configuration").of(initial);

    AtomicBoolean over = new AtomicBoolean();
    AtomicLong reads = new AtomicLong();
    AtomicLong torn = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int r = 0; r < readers; r++) {
      threads.add(
          Threads.startPlatform("reader-" + r, () -> readUntil(over, configuration, reads, torn)));
    }

    // The writer is let in although somebody always reads: while it waits nobody else comes in.
    for (int i = 0; i < changes; i++) {
      try (WriteGuard<Map<String, Integer>> guard = configuration.write()) {
        guard.get().merge("port", 2, Integer::sum);
        guard.get().merge("admin-port", 2, Integer::sum);
      }
    }
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    out()
        .println(
            String.format(
                Locale.ROOT,
                "%,d reads by %d threads beside %,d changes",
                reads.get(),
                readers,
                changes));
    check(torn.get() == 0, "no reader saw half of a change");

    boolean added = addIfAbsent(configuration, "time-out", 30);
    boolean again = addIfAbsent(configuration, "time-out", 60);
    check(added && !again, "looked up and added in one step, by an upgrade");
    check(
        configuration.withRead(c -> c.getOrDefault("port", 0)) == 8000 + 2 * changes,
        "every change is there");
    check(
        configuration.readers() == 0 && configuration.waiting() == 0,
        "nobody is inside and nobody waits");
  }

  private static void readUntil(
      AtomicBoolean over,
      RwLock<Map<String, Integer>> configuration,
      AtomicLong reads,
      AtomicLong torn) {
    while (!over.get()) {
      try (ReadGuard<Map<String, Integer>> guard = configuration.readUninterruptibly()) {
        int port = guard.get().getOrDefault("port", 0);
        int adminPort = guard.get().getOrDefault("admin-port", 0);
        if (adminPort != port + 1) {
          torn.incrementAndGet();
        }
        reads.incrementAndGet();
      }
    }
  }

  /** Reads, and only when there is something to write becomes the writer, with nobody in between. */
  private static boolean addIfAbsent(
      RwLock<Map<String, Integer>> configuration, String key, int value)
      throws InterruptedException {
    try (ReadGuard<Map<String, Integer>> reading = configuration.read()) {
      if (reading.get().containsKey(key)) {
        return false;
      }
      WriteGuard<Map<String, Integer>> upgraded = reading.tryUpgrade();
      if (upgraded != null) {
        try (upgraded) {
          upgraded.get().put(key, value);
          return true;
        }
      }
    }
    // Others read too: as a writer, and what was read has to be read again.
    return configuration.withWrite(c -> c.putIfAbsent(key, value) == null);
  }
}
