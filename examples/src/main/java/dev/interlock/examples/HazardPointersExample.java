package dev.interlock.examples;

import dev.interlock.reclaim.HazardPointers;
import dev.interlock.reclaim.OffHeapSlab;
import dev.interlock.reclaim.ReclamationFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A price in direct memory that is replaced all the time: readers say what they are about to read, and
 * the writer's garbage stays below a bound that is known beforehand.
 */
@Command(
    name = "hazard-pointers",
    description = "Readers protect what they read off the heap; garbage stays within its bound.")
public final class HazardPointersExample extends Example {
  @Option(
      names = "--readers",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many threads read.")
  private int readers;

  @Option(
      names = "--writes",
      paramLabel = "N",
      defaultValue = "100000",
      description = "How often the price is replaced.")
  private int writes;

  /** For the launcher. */
  public HazardPointersExample() {
    super("B1", "B5");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--readers", readers);
    requireAtLeast(1, "--writes", writes);
    HazardPointers domain = HazardPointers.named("prices", 1, 8);
    // One slot in use, and as much garbage as there can ever be.
    int participants = readers + 1;
    int slots = 1 + 2 * participants * Math.max(8, 2 * 2 * participants) + 1;
    OffHeapSlab slab = OffHeapSlab.poisoning("prices", slots, 2);
    AtomicLong current = new AtomicLong(price(slab, 0));
    AtomicLong reads = new AtomicLong();
    AtomicInteger torn = new AtomicInteger();
    AtomicInteger left = new AtomicInteger(1);

    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      threads.add(
          Threads.startPlatform(
              "reader-" + i,
              () -> {
                try (HazardPointers.Participant me = domain.join()) {
                  do {
                    long slot = me.protect(0, current::get);
                    if (slab.get(slot, 0) != -slab.get(slot, 1)) {
                      torn.incrementAndGet();
                    }
                    me.clear(0);
                    reads.incrementAndGet();
                  } while (left.get() != 0);
                } catch (IllegalStateException useAfterFree) {
                  torn.incrementAndGet();
                }
              }));
    }
    try (HazardPointers.Participant me = domain.join()) {
      for (int i = 1; i <= writes; i++) {
        me.retire(current.getAndSet(price(slab, i)), slab.releaser());
      }
    } finally {
      left.set(0);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    domain.scan();

    ReclamationFigures figures = domain.figures();
    out()
        .println(
            new Tables()
                .text("figure", 24)
                .number("value")
                .row("reads", reads.get())
                .row("retired", figures.retired())
                .row("reclaimed", figures.reclaimed())
                .row("pending", figures.pending())
                .row("peak garbage", figures.peak())
                .row("bound on it", domain.garbageBound()));
    check(torn.get() == 0, "no reader met a slot that was given back");
    check(figures.peak() <= domain.garbageBound(), "the garbage never exceeded its bound");
    check(figures.pending() == 0 && slab.live() == 1, "nothing is left but the last price");
  }

  private static long price(OffHeapSlab slab, long cents) {
    long slot = slab.acquire();
    slab.set(slot, 0, cents);
    slab.set(slot, 1, -cents);
    return slot;
  }
}
