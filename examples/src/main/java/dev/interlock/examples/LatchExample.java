package dev.interlock.examples;

import dev.interlock.future.PollFuture;
import dev.interlock.sync.CountDownLatch;
import dev.interlock.sync.WaitGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Two ways to wait for the end of things. A latch, when the number is known: nobody starts before all are
 * ready. A wait group, when work makes more work: a tree is walked by tasks that start tasks, and the walk
 * has ended when nobody is left. Somebody waits as a thread, somebody as a future that becomes a stage.
 */
@Command(
    name = "latch",
    description =
        "Starts workers at once by a latch; a wait group tells when work that grows is done.")
public final class LatchExample extends Example {
  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many threads work.")
  private int workers;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "9",
      description = "How deep the tree is; each node has two children.")
  private int depth;

  /** For the launcher. */
  public LatchExample() {
    super("D6");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--workers", workers);
    requireBetween(0, 16, "--depth", depth);
    startTogether();
    walk();
  }

  private void startTogether() throws InterruptedException {
    CountDownLatch ready = CountDownLatch.named("ready", workers);
    CountDownLatch start = CountDownLatch.named("start", 1);
    AtomicInteger early = new AtomicInteger();
    ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      int me = i;
      threads.add(
          Threads.startPlatform(
              "worker-" + i,
              () -> {
                ready.countDown();
                start.awaitUninterruptibly();
                if (!ready.isOpen()) {
                  early.incrementAndGet();
                }
                order.add(me);
              }));
    }
    ready.await();
    boolean nobody = order.isEmpty();
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    out().println("They started in the order " + order + ".");
    check(nobody, "nobody started before the latch opened");
    check(early.get() == 0 && order.size() == workers, "and then all of them, when all were ready");
  }

  private void walk() throws InterruptedException {
    WaitGroup group = WaitGroup.named("tasks");
    AtomicInteger nodes = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try {
      visit(pool, group, nodes, depth);
      PollFuture<@Nullable Void> end = group.awaitAsync();
      CompletableFuture<Integer> counted =
          end.toCompletionStage().thenApply(nothing -> nodes.get()).toCompletableFuture();
      group.await();
      int expected = (1 << (depth + 1)) - 1;
      out().println("The tasks visited " + nodes.get() + " nodes.");
      check(nodes.get() == expected, "the thread that waited saw all " + expected + " of them");
      check(counted.join() == expected, "and so did the stage");
      check(group.count() == 0 && group.waiting() == 0, "nobody is left in the group");
    } finally {
      pool.shutdown();
    }
  }

  /** Joins the group before the task starts, so that the group is never empty too early. */
  private static void visit(ExecutorService pool, WaitGroup group, AtomicInteger nodes, int depth) {
    group.add();
    pool.execute(
        () -> {
          try {
            nodes.incrementAndGet();
            if (depth > 0) {
              visit(pool, group, nodes, depth - 1);
              visit(pool, group, nodes, depth - 1);
            }
          } finally {
            group.done();
          }
        });
  }
}
