package dev.interlock.examples;

import dev.interlock.collection.MichaelScottQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Orders of several lines in one queue: an order goes in as a whole, and a line can be cancelled. */
@Command(
    name = "linked-queue",
    description =
        "Whole orders appended in one step, taken line by line, some lines cancelled in between.")
public final class LinkedQueueExample extends Example {
  private static final int LINES = 3;

  @Option(
      names = "--orders",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How many orders each of two customers sends.")
  private int orders;

  /** For the launcher. */
  public LinkedQueueExample() {
    super("C2");
  }

  /** One line of an order. */
  private record Line(int customer, int order, int number) {}

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, 1_000_000, "--orders", orders);
    MichaelScottQueue<Line> queue = new MichaelScottQueue<>();
    AtomicBoolean open = new AtomicBoolean(true);
    AtomicInteger cancelled = new AtomicInteger();

    List<Thread> customers = new ArrayList<>();
    for (int c = 0; c < 2; c++) {
      int customer = c;
      customers.add(
          Threads.startPlatform(
              "customer-" + c,
              () -> {
                for (int order = 0; order < orders; order++) {
                  List<Line> lines = new ArrayList<>();
                  for (int number = 0; number < LINES; number++) {
                    lines.add(new Line(customer, order, number));
                  }
                  queue.addAll(lines);
                  // Every hundredth time the customer changes his mind about the last line.
                  if (order % 100 == 0 && queue.remove(lines.get(LINES - 1))) {
                    cancelled.incrementAndGet();
                  }
                }
              }));
    }

    List<Line> served = new ArrayList<>();
    Thread clerk =
        Threads.startPlatform(
            "clerk",
            () -> {
              while (open.get() || !queue.isEmpty()) {
                if (queue.drain(served::add, 64) == 0) {
                  Thread.onSpinWait();
                }
              }
            });
    for (Thread customer : customers) {
      customer.join();
    }
    open.set(false);
    clerk.join();

    int mixed = 0;
    int overtaken = 0;
    int[] last = {-1, -1};
    for (int i = 1; i < served.size(); i++) {
      Line before = served.get(i - 1);
      Line line = served.get(i);
      if (line.number() > 0
          && (before.customer() != line.customer()
              || before.order() != line.order()
              || before.number() != line.number() - 1)) {
        mixed++;
      }
      overtaken += line.order() < last[line.customer()] ? 1 : 0;
      last[line.customer()] = line.order();
    }
    out()
        .printf(
            "%,d lines were served, %,d cancelled before their turn.%n",
            served.size(), cancelled.get());
    check(mixed == 0, "no line of another order came between those of one");
    check(overtaken == 0, "no order overtook an earlier one of the same customer");
    check(
        served.size() + cancelled.get() == 2 * orders * LINES,
        "every line was either served or cancelled, none both");
  }
}
