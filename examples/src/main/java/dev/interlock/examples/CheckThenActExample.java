package dev.interlock.examples;

import dev.interlock.atomic.BoundedCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A race condition without a data race: each access is atomic, and the two together are not. */
@Command(
    name = "check-then-act",
    description = "A race condition without a data race: more tickets sold than there are.")
public final class CheckThenActExample extends Example {
  @Option(
      names = "--tickets",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many tickets there are in each round.")
  private int tickets;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "500",
      description = "How often they are sold.")
  private int rounds;

  /** For the launcher. */
  public CheckThenActExample() {
    super("A2", "X23");
  }

  @Override
  protected void run() throws Exception {
    requireAtLeast(1, "--tickets", tickets);
    requireAtLeast(1, "--rounds", rounds);

    // The interleaving first, by hand: both look, then both act.
    AtomicLong sold = new AtomicLong(tickets - 1);
    boolean roomForOne = sold.get() < tickets;
    boolean roomForOther = sold.get() < tickets;
    if (roomForOne) {
      sold.incrementAndGet();
    }
    if (roomForOther) {
      sold.incrementAndGet();
    }
    out()
        .println(
            "Both look: there is one left. Both take it: " + sold + " of " + tickets + " sold.");
    check(sold.get() == tickets + 1, "two atomic steps are not one");

    long oversold = 0;
    long oversoldBounded = 0;
    for (int round = 0; round < rounds; round++) {
      AtomicLong racy = new AtomicLong();
      oversold +=
          Math.max(
              0,
              sell(
                      () -> {
                        if (racy.get() < tickets) {
                          racy.incrementAndGet();
                          return true;
                        }
                        return false;
                      })
                  - tickets);
      BoundedCounter bounded = new BoundedCounter(0, tickets);
      oversoldBounded += Math.abs(sell(bounded::tryIncrement) - tickets);
    }
    Tables table = new Tables().text("how it is sold", 44).number("rounds").number("too many");
    table.row("if (sold.get() < n) sold.incrementAndGet()", "" + rounds, "" + oversold);
    table.row("BoundedCounter.tryIncrement()", "" + rounds, "" + oversoldBounded);
    out().println(table);
    if (oversold == 0) {
      out().println("No ticket was sold twice this time: the race is rare, and it is there.");
    }
    check(oversoldBounded == 0, "one atomic step sells each ticket once");
  }

  /** How many tickets two sellers sell. */
  private long sell(BooleanSupplier take) throws InterruptedException {
    CyclicBarrier start = new CyclicBarrier(2);
    AtomicLong taken = new AtomicLong();
    List<Thread> sellers = new ArrayList<>();
    for (int s = 0; s < 2; s++) {
      sellers.add(
          Threads.startPlatform(
              "seller-" + s,
              () -> {
                try {
                  start.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                  return; // nobody does that; the count would show it
                }
                while (take.getAsBoolean()) {
                  taken.incrementAndGet();
                }
              }));
    }
    for (Thread seller : sellers) {
      seller.join();
    }
    return taken.get();
  }
}
