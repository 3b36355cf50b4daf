package dev.interlock.examples;

import dev.interlock.InitialisationException;
import dev.interlock.sync.Lazy;
import dev.interlock.sync.OnFailure;
import dev.interlock.sync.OnceCell;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A cache of one: what is expensive is made by the first who asks, and everybody else waits for that. */
@Command(
    name = "once",
    description = "A cache of one on OnceCell: many ask, one loads; failures, recursion.")
public final class OnceExample extends Example {
  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "8",
      description = "How many threads ask at once.")
  private int threads;

  @Option(
      names = "--failures",
      paramLabel = "N",
      defaultValue = "2",
      description = "How often loading fails before it succeeds.")
  private int failures;

  /** For the launcher. */
  public OnceExample() {
    super("A12");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--threads", threads);
    requireBetween(0, MAX_THREADS, "--failures", failures);
    loadOnce();
    remember();
    recursion();
  }

  private void loadOnce() throws InterruptedException {
    OnceCell<Catalogue> cache = OnceCell.named("catalogue", OnFailure.RETRY);
    AtomicInteger loads = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    Set<Catalogue> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> askers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      askers.add(
          Threads.startPlatform(
              "asker-" + t,
              () -> {
                try {
                  start.await();
                  boolean has = false;
                  while (!has) {
                    try {
                      seen.add(cache.getOrInit(() -> load(loads.incrementAndGet())));
                      has = true;
                    } catch (IllegalStateException failed) {
                      refused.incrementAndGet();
                    }
                  }
                } catch (InterruptedException e) {
                  return; // nobody does that; the count would show it
                }
              }));
    }
    start.countDown();
    for (Thread asker : askers) {
      asker.join();
    }
    out()
        .println(
            threads + " threads asked at once, loading was tried " + loads + " times: " + cache);
    check(loads.get() == failures + 1, "it was loaded once, after " + failures + " failures");
    check(refused.get() == failures, "each failure was seen by the one whose attempt it was");
    check(seen.size() == 1, "all threads have the very same object");
  }

  private Catalogue load(int attempt) {
    if (attempt <= failures) {
      throw new IllegalStateException("attempt " + attempt + " failed");
    }
    return new Catalogue(attempt);
  }

  private void remember() throws InterruptedException {
    OnceCell<Catalogue> strict = OnceCell.named("strict", OnFailure.REMEMBER);
    String first = messageOf(() -> strict.getOrInit(() -> load(0)));
    String second = messageOf(() -> strict.getOrInit(() -> load(failures + 1)));
    out().println("Remembered, first:  " + first);
    out().println("Remembered, second: " + shortened(second));
    check(
        strict.failure() != null && !strict.isSet(),
        "a remembered failure is for good: the second initialiser was not run");
  }

  private void recursion() throws InterruptedException {
    List<Lazy<Integer>> self = new ArrayList<>();
    self.add(Lazy.named("answer", () -> self.get(0).get() + 1, OnFailure.RETRY));
    String message = messageOf(() -> self.get(0).getInterruptibly());
    out().println("Recursive: " + shortened(message));
    check(
        message.contains("recursive initialisation of Lazy(answer)"),
        "an initialiser that asks for its own value is told so, and does not hang");
  }

  private interface Attempt {
    Object run() throws InterruptedException;
  }

  private static String messageOf(Attempt attempt) throws InterruptedException {
    try {
      return "no failure: " + attempt.run();
    } catch (IllegalStateException | InitialisationException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String shortened(String text) {
    return text.length() <= 75 ? text : text.substring(0, 72) + "...";
  }

  /** Something that is expensive to make. */
  private static final class Catalogue {
    private final int attempt;

    Catalogue(int attempt) {
      this.attempt = attempt;
    }

    @Override
    public String toString() {
      return "catalogue of attempt " + attempt;
    }
  }
}
