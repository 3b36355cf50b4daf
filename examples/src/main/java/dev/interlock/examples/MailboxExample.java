package dev.interlock.examples;

import dev.interlock.collection.MpscQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * An actor in thirty lines: a mailbox, and a flag that says whether it is scheduled. Nobody ever waits for
 * the mailbox, and the actor runs on no more than one worker at a time.
 */
@Command(
    name = "mailbox",
    description = "An actor on a multi-producer, single-consumer queue: no message is left behind.")
public final class MailboxExample extends Example {
  @Option(
      names = "--senders",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many threads send.")
  private int senders;

  @Option(
      names = "--messages",
      paramLabel = "N",
      defaultValue = "100000",
      description = "How many messages each of them sends.")
  private int messages;

  /** For the launcher. */
  public MailboxExample() {
    super("C6");
  }

  /** Counts what it is told; plain fields, for one worker runs it at a time. */
  private static final class Counter implements Runnable {
    private static final int FAIR_SHARE = 256;

    private final MpscQueue<Integer> mailbox = new MpscQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ExecutorService workers;
    private long sum;
    private int received;
    private int runs;

    Counter(ExecutorService workers) {
      this.workers = workers;
    }

    void tell(int message) {
      mailbox.offer(message);
      schedule();
    }

    private void schedule() {
      if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
        workers.execute(this);
      }
    }

    @Override
    public void run() {
      runs++;
      mailbox.drain(
          message -> {
            sum += message;
            received++;
          },
          FAIR_SHARE);
      scheduled.set(false);
      // A message that came in before the flag went down scheduled nobody: look once more.
      if (!mailbox.isEmpty()) {
        schedule();
      }
    }
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--senders", senders);
    requireBetween(1, 1_000_000, "--messages", messages);
    ExecutorService workers = Executors.newFixedThreadPool(2);
    Counter actor = new Counter(workers);
    List<Thread> threads = new ArrayList<>();
    for (int s = 0; s < senders; s++) {
      threads.add(
          Threads.startPlatform(
              "sender-" + s,
              () -> {
                for (int i = 1; i <= messages; i++) {
                  actor.tell(i);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Conditions.until("the actor rests", () -> actor.mailbox.isEmpty() && !actor.scheduled.get());
    workers.shutdown();
    check(workers.awaitTermination(10, TimeUnit.SECONDS), "the workers have ended");
    long expected = (long) senders * messages * (messages + 1) / 2;
    out()
        .printf(
            Locale.ROOT,
            "%,d messages in %,d runs of the actor, %.1f each%n",
            actor.received,
            actor.runs,
            (double) actor.received / actor.runs);
    check(actor.received == senders * messages, "every message was received");
    check(actor.sum == expected, "the sum is right, without a lock or a volatile field");
  }
}
