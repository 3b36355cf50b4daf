package dev.interlock.examples;

import dev.interlock.collection.TreiberStack;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A stack of free buffers that several threads share: the one that was used last is taken first. */
@Command(
    name = "stack",
    description =
        "A pool of buffers on a lock-free stack: taken, returned, counted, replaced at once.")
public final class StackExample extends Example {
  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many threads take buffers.")
  private int threads;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "50000",
      description = "How often each of them does.")
  private int rounds;

  /** For the launcher. */
  public StackExample() {
    super("C1");
  }

  /** A buffer that knows whether somebody has it. */
  private static final class Buffer {
    final int number;
    final AtomicInteger holders = new AtomicInteger();

    Buffer(int number) {
      this.number = number;
    }
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--threads", threads);
    requireAtLeast(1, "--rounds", rounds);

    TreiberStack<Buffer> free = new TreiberStack<>();
    AtomicInteger made = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger clashes = new AtomicInteger();
    List<Thread> users = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      users.add(
          Threads.startPlatform(
              "user-" + t,
              () -> {
                for (int i = 0; i < rounds; i++) {
                  Buffer buffer = free.pop();
                  if (buffer == null) {
                    buffer = new Buffer(made.getAndIncrement());
                  } else {
                    taken.incrementAndGet();
                  }
                  if (buffer.holders.incrementAndGet() != 1) {
                    clashes.incrementAndGet();
                  }
                  buffer.holders.decrementAndGet();
                  free.push(buffer);
                }
              }));
    }
    for (Thread user : users) {
      user.join();
    }

    out().printf("%,d buffers were made, and taken again %,d times.%n", made.get(), taken.get());
    check(clashes.get() == 0, "no buffer was ever held by two threads");
    check(made.get() <= threads, "no more buffers were made than there are threads");
    check(made.get() + taken.get() == threads * rounds, "every round had one");

    BitSet seen = new BitSet();
    free.forEach(buffer -> seen.set(buffer.number));
    check(seen.cardinality() == made.get(), "an iteration shows every buffer, each once");

    List<Buffer> larger = List.of(new Buffer(100), new Buffer(101));
    List<Buffer> old = free.popAll();
    free.pushAll(larger);
    check(old.size() == made.get(), "popAll took them all in one step");
    check(free.pop() == larger.get(1), "the last that was pushed is the first that is popped");
  }
}
