package dev.interlock.examples;

import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.SeqLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A configuration that is read all the time and changed now and then: three numbers that belong together. Under
 * a read-write lock it is any object, and a reader keeps writers out; in a sequence lock it is longs alone, and
 * a reader writes nothing, but reads again when a change came between.
 */
@Command(
    name = "configuration",
    description = "A read-mostly configuration, under a read-write lock and in a sequence lock.")
public final class ConfigurationExample extends Example {
  @Option(
      names = "--readers",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many threads read.")
  private int readers;

  @Option(
      names = "--changes",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How often the configuration is changed.")
  private int changes;

  /** For the launcher. */
  public ConfigurationExample() {
    super("D3", "D9");
  }

  /** How many requests are let through in a second, how many more at once, and the sum of both. */
  private record Limits(long steady, long burst, long most) {
    Limits {
      if (steady + burst != most) {
        throw new IllegalArgumentException(steady + " + " + burst + " is not " + most);
      }
    }
  }

  /** One way to keep the configuration. */
  private interface Kept {
    /** Reads it; whether the numbers fit together. */
    boolean readWhole();

    /** Changes it for the {@code i}-th time. */
    void change(long i) throws InterruptedException;

    /** The steady limit. */
    long steady() throws InterruptedException;
  }

  private static final class UnderRwLock implements Kept {
    private final RwLock<Limits> limits = RwLock.builder().name("limits").of(new Limits(0, 0, 0));

    @Override
    public boolean readWhole() {
      try (ReadGuard<Limits> guard = limits.readUninterruptibly()) {
        Limits now = guard.get();
        return now.steady() + now.burst() == now.most();
      }
    }

    @Override
    public void change(long i) throws InterruptedException {
      try (var guard = limits.write()) {
        guard.set(new Limits(i, 2 * i, 3 * i));
      }
    }

    @Override
    public long steady() throws InterruptedException {
      return limits.withRead(Limits::steady);
    }

    @Override
    public String toString() {
      return limits.toString();
    }
  }

  private static final class InSeqLock implements Kept {
    private final SeqLock limits = SeqLock.ofLongs(3);

    @Override
    public boolean readWhole() {
      return limits.readLong(now -> now.get(0) + now.get(1) - now.get(2)) == 0;
    }

    @Override
    public void change(long i) {
      if (i % 2 == 0) {
        limits.write(i, 2 * i, 3 * i);
      } else {
        limits.update(
            now -> {
              now.set(0, i);
              now.set(2, i + now.get(1));
            });
      }
    }

    @Override
    public long steady() {
      return limits.readLong(now -> now.get(0));
    }

    @Override
    public String toString() {
      return limits.toString();
    }
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--readers", readers);
    requireAtLeast(1, "--changes", changes);
    InSeqLock inSeqLock = new InSeqLock();
    for (Kept kept : List.of(new UnderRwLock(), inSeqLock)) {
      readAndChange(kept);
    }
    check(inSeqLock.limits.writes() == changes, "the sequence lock counted every change");
  }

  private void readAndChange(Kept kept) throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong reads = new AtomicLong();
    AtomicLong torn = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < readers; t++) {
      threads.add(
          Threads.startPlatform(
              "reader-" + t,
              () -> {
                long mine = 0;
                long half = 0;
                do {
                  mine++;
                  half += kept.readWhole() ? 0 : 1;
                } while (!stop.get());
                reads.addAndGet(mine);
                torn.addAndGet(half);
              }));
    }
    for (int i = 1; i <= changes; i++) {
      kept.change(i);
    }
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    out()
        .println(
            String.format(
                Locale.ROOT,
                "%s: %,d changes, %,d reads by %d threads.",
                kept,
                changes,
                reads.get(),
                readers));
    check(torn.get() == 0, "no reader saw half a change");
    check(kept.steady() == changes, "the configuration is that of the last change");
  }
}
