package dev.interlock.examples;

import dev.interlock.collection.Injector;
import dev.interlock.collection.WorkStealingDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A small pool: each worker has a deque, tasks come by an injector, and who has none steals. */
@Command(
    name = "stealing",
    description =
        "Sums up an array in ever smaller tasks, which idle workers steal from busy ones.")
public final class StealingExample extends Example {
  /** A range this small is summed up, not split. */
  private static final int LEAF = 1024;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many threads work.")
  private int workers;

  @Option(
      names = "--numbers",
      paramLabel = "N",
      defaultValue = "4000000",
      description = "How many numbers there are.")
  private int numbers;

  /** For the launcher. */
  public StealingExample() {
    super("C7");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--workers", workers);
    requireAtLeast(1, "--numbers", numbers);
    int[] array = new int[numbers];
    long expected = 0;
    for (int i = 0; i < numbers; i++) {
      array[i] = i * 31 % 1009;
      expected += array[i];
    }

    Injector<Range> injector = Injector.create();
    injector.offer(new Range(0, numbers));
    AtomicLong left = new AtomicLong(numbers);
    List<Worker> all = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      all.add(new Worker(i, array, injector, left, all));
    }
    List<Thread> threads = new ArrayList<>();
    for (Worker worker : all) {
      threads.add(Threads.startPlatform("worker-" + worker.number, worker::run));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    Tables table =
        new Tables()
            .text("worker", 8)
            .number("own tasks")
            .number("from the injector")
            .number("stolen")
            .number("numbers");
    long sum = 0;
    long summed = 0;
    for (Worker w : all) {
      table.row(
          String.valueOf(w.number),
          grouped(w.own),
          grouped(w.injected),
          grouped(w.stolen),
          grouped(w.summed));
      sum += w.sum;
      summed += w.summed;
    }
    out().println(table);
    check(sum == expected, "the sum is right: " + grouped(sum));
    check(summed == numbers, "every number was added once");
    check(
        injector.isEmpty() && all.stream().allMatch(w -> w.tasks.isEmpty()),
        "no task is left anywhere");
  }

  private static String grouped(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** A task: numbers to sum up. */
  private record Range(int from, int to) {}

  /** A thread's share; its figures are its own until it has ended. */
  private static final class Worker {
    final int number;
    final WorkStealingDeque<Range> tasks = WorkStealingDeque.checked();
    private final int[] array;
    private final Injector<Range> injector;
    private final AtomicLong left;
    private final List<Worker> all;
    long own;
    long injected;
    long stolen;
    long sum;
    long summed;

    Worker(int number, int[] array, Injector<Range> injector, AtomicLong left, List<Worker> all) {
      this.number = number;
      this.array = array;
      this.injector = injector;
      this.left = left;
      this.all = all;
    }

    @SuppressWarnings("ThreadPriorityCheck") // there may be more workers than processors
    void run() {
      while (left.get() > 0) {
        Range task = next();
        if (task == null) {
          Thread.yield();
        } else {
          perform(task);
        }
      }
    }

    /** Its own newest task, which is small and still in the cache; else the oldest of others. */
    private @Nullable Range next() {
      Range task = tasks.pop();
      if (task != null) {
        own++;
        return task;
      }
      task = injector.stealBatchAndTake(tasks);
      if (task != null) {
        injected++;
        return task;
      }
      for (int i = 1; i < all.size() && task == null; i++) {
        task = all.get((number + i) % all.size()).tasks.steal();
      }
      if (task != null) {
        stolen++;
      }
      return task;
    }

    private void perform(Range task) {
      int from = task.from();
      int to = task.to();
      while (to - from > LEAF) { // the far half is for others, if they want it
        int middle = from + ((to - from) >>> 1);
        tasks.push(new Range(middle, to));
        to = middle;
      }
      for (int i = from; i < to; i++) {
        sum += array[i];
      }
      summed += to - from;
      left.addAndGet(from - to);
    }
  }
}
