package dev.interlock.examples;

import dev.interlock.reclaim.OffHeapQueue;
import dev.interlock.reclaim.OffHeapSlab;
import dev.interlock.reclaim.OffHeapStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Treiber's stack on slots in direct memory, with and without reclamation: the one that gives a popped
 * slot back at once is caught by the generation in the handle.
 */
@Command(
    name = "off-heap",
    description = "A stack off the heap, with and without reclamation; the wrong one is caught.")
public final class OffHeapExample extends Example {
  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many threads push and pop.")
  private int threads;

  @Option(
      names = "--operations",
      paramLabel = "N",
      defaultValue = "100000",
      description = "How many pairs of operations each of them does.")
  private int operations;

  /** For the launcher. */
  public OffHeapExample() {
    super("B4", "B5");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--threads", threads);
    requireAtLeast(1, "--operations", operations);
    wrongByHand();
    right();
    queue();
  }

  /** The interleaving that breaks it, step by step. */
  private void wrongByHand() {
    OffHeapSlab slab = OffHeapSlab.poisoning("wrong", 8, 2);
    HastyStack stack = new HastyStack(slab);
    stack.push(1);
    stack.push(2);
    long slow = stack.head.get(); // a slow thread has read the head, and is about to read its link
    stack.pop(); // meanwhile another one pops that slot, and gives it back
    stack.push(3); // and it is in use again: the same slot, another element
    String caught = "";
    try {
      slab.get(slow, HastyStack.LINK);
    } catch (IllegalStateException stale) {
      caught = String.valueOf(stale.getMessage());
    }
    out().println("without reclamation:");
    out().println("  " + caught.replace(", but", ",\n  but").replace("; ", ";\n  "));
    check(caught.contains("by a handle of generation"), "the use after free was caught");
  }

  private void right() throws InterruptedException {
    OffHeapSlab slab = OffHeapSlab.poisoning("right", 100_000, 1);
    OffHeapStack stack = OffHeapStack.on(slab);
    AtomicLong sum = new AtomicLong();
    run(
        i -> {
          stack.push(i);
          sum.addAndGet(i - stack.popOr(0));
        });
    while (!stack.isEmpty()) {
      sum.addAndGet(-stack.pop());
    }
    stack.domain().scan();
    out().println("with hazard pointers:");
    out().println("  " + stack.domain().figures());
    check(sum.get() == 0, "what was pushed was popped, once");
    check(
        stack.domain().figures().peak() <= stack.domain().garbageBound(),
        "the garbage stayed within " + stack.domain().garbageBound() + " slots");
    check(slab.live() == 0, "every slot is back");
  }

  private void queue() throws InterruptedException {
    OffHeapSlab slab = OffHeapSlab.poisoning("queue", 100_000, 1);
    OffHeapQueue queue = OffHeapQueue.on(slab);
    AtomicLong sum = new AtomicLong();
    long began = System.nanoTime();
    run(
        i -> {
          queue.add(i);
          sum.addAndGet(i - queue.pollOr(0));
        });
    double nanos = (double) (System.nanoTime() - began) / threads / operations;
    while (!queue.isEmpty()) {
      sum.addAndGet(-queue.remove());
    }
    queue.domain().scan();
    out().println(String.format(Locale.ROOT, "a queue: %.0f ns for offer and poll", nanos));
    check(sum.get() == 0, "what was offered was polled, once");
    check(slab.live() == 1, "every slot is back but the one that the queue keeps");
  }

  private void run(LongConsumer step) throws InterruptedException {
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      all.add(
          Threads.startPlatform(
              "worker-" + t,
              () -> {
                for (int i = 1; i <= operations; i++) {
                  step.accept(i);
                }
              }));
    }
    for (Thread thread : all) {
      thread.join();
    }
  }

  /** Treiber's stack without reclamation: fine for one thread. */
  private static final class HastyStack {
    static final int LINK = 1;

    private final OffHeapSlab slab;
    private final AtomicLong head = new AtomicLong(OffHeapSlab.NONE);

    HastyStack(OffHeapSlab slab) {
      this.slab = slab;
    }

    void push(long value) {
      long slot = slab.acquire();
      slab.set(slot, 0, value);
      long h;
      do {
        h = head.get();
        slab.setVolatile(slot, LINK, h);
      } while (!head.compareAndSet(h, slot));
    }

    long pop() {
      for (; ; ) {
        long h = head.get();
        long next = slab.getVolatile(h, LINK);
        if (head.compareAndSet(h, next)) {
          long value = slab.get(h, 0);
          slab.release(h); // at once, whoever else has read the same head
          return value;
        }
      }
    }
  }
}
