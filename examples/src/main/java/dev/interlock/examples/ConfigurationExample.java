package dev.interlock.examples;

import dev.interlock.sync.SeqLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A position that one thread moves and many read: three numbers that belong together. */
@Command(
    name = "seqlock",
    description = "A read-mostly record: readers write nothing and never see half a change.")
public final class SeqLockExample extends Example {
  @Option(
      names = "--readers",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many threads read.")
  private int readers;

  @Option(
      names = "--moves",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How often the position is changed.")
  private int moves;

  /** For the launcher. */
  public SeqLockExample() {
    super("D9");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--readers", readers);
    requireAtLeast(1, "--moves", moves);
    // x, y, and their sum: whoever reads them of two different moves finds that the sum is wrong.
    SeqLock position = SeqLock.ofLongs(3);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong reads = new AtomicLong();
    AtomicLong torn = new AtomicLong();
    AtomicLong interrupted = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < readers; t++) {
      threads.add(
          Threads.startPlatform(
              "reader-" + t,
              () -> {
                long[] into = new long[3];
                long mine = 0;
                do {
                  position.read(into);
                  mine++;
                  if (into[0] + into[1] != into[2]) {
                    torn.incrementAndGet();
                  }
                  if (!position.tryRead(into)) {
                    interrupted
                        .incrementAndGet(); // a writer came between; what was read is dropped
                  }
                } while (!stop.get());
                reads.addAndGet(mine);
              }));
    }
    for (int i = 1; i <= moves; i++) {
      if (i % 2 == 0) {
        position.write(i, 2L * i, 3L * i);
      } else {
        position.update(
            p -> {
              p.set(0, p.get(0) + 1);
              p.set(2, p.get(2) + 1);
            });
      }
    }
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    long x = position.readLong(p -> p.get(0));
    out()
        .println(
            String.format(
                Locale.ROOT,
                "%,d moves, %,d reads by %d threads; %,d single attempts met a writer.",
                moves,
                reads.get(),
                readers,
                interrupted.get()));
    out().println(position);
    check(torn.get() == 0, "no reader saw half a move");
    check(position.writes() == moves, "every move was made");
    check(x == moves, "the position is that of the last move");
  }
}
