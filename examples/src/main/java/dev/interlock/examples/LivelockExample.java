package dev.interlock.examples;

import dev.interlock.atomic.Backoff;
import dev.interlock.sync.LockOrder;
import dev.interlock.sync.LockSet;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Two that are too polite: neither waits for the other, both are busy, and nothing is done. */
@Command(
    name = "livelock",
    description = "Try, let go, try again, in step: busy for ever. And the cure.")
public final class LivelockExample extends Example {
  private static final int ROUNDS = 1_000;

  @Option(
      names = "--times",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How often each thread locks both in the last part.")
  private int times;

  /** For the launcher. */
  public LivelockExample() {
    super("D10", "A7");
  }

  @Override
  protected void run() throws Exception {
    requireAtLeast(1, "--times", times);

    int inStep = roundsUntilOneSucceeds(thread -> null);
    out()
        .println(
            "In step, without delay: "
                + (inStep == ROUNDS ? "no success in " + ROUNDS : "a success after " + inStep)
                + " rounds, and "
                + 2 * ROUNDS
                + " locks taken and given back.");
    check(inStep == ROUNDS, "two that let go at the same time get nowhere, and never wait");

    int random = roundsUntilOneSucceeds(thread -> Backoff.randomised(64, thread + 1));
    out().println("With delays of random length: a success after " + random + " rounds.");
    check(random < ROUNDS, "random delays let one of them go first");

    LockOrder order = LockOrder.backingOff();
    Mutex<int[]> left = Mutex.of(new int[1]);
    Mutex<int[]> right = Mutex.of(new int[1]);
    List<Thread> threads = new ArrayList<>();
    for (boolean forth : new boolean[] {true, false}) {
      threads.add(
          Threads.startPlatform(
              forth ? "left-first" : "right-first",
              () -> {
                for (int i = 0; i < times; i++) {
                  try (LockSet both =
                      forth ? order.lockAll(left, right) : order.lockAll(right, left)) {
                    both.guard(left).get()[0]++;
                    both.guard(right).get()[0]++;
                  } catch (InterruptedException e) {
                    return; // nobody does that; the count would show it
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    try (MutexGuard<int[]> guard = left.lock()) {
      check(
          guard.get()[0] == 2 * times, "LockOrder.backingOff() does the same and comes to an end");
    }
  }

  /**
   * Both take the lock that is theirs and then try the other's, in rounds, so that they stay in step. Who
   * has drawn a number of pauses sits out as many rounds.
   */
  private static int roundsUntilOneSucceeds(IntFunction<@Nullable Backoff> backoffs)
      throws InterruptedException {
    List<Mutex<int[]>> locks = List.of(Mutex.of(new int[1]), Mutex.of(new int[1]));
    CyclicBarrier step = new CyclicBarrier(2);
    AtomicInteger success = new AtomicInteger(ROUNDS);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      Mutex<int[]> mine = locks.get(t);
      Mutex<int[]> others = locks.get(1 - t);
      Backoff backoff = backoffs.apply(t);
      threads.add(
          Threads.startPlatform(
              "polite-" + t,
              () -> {
                try {
                  int sitOut = 0;
                  for (int round = 0; round < ROUNDS && success.get() == ROUNDS; round++) {
                    MutexGuard<int[]> first = sitOut-- > 0 ? null : mine.tryLock();
                    step.await();
                    MutexGuard<int[]> second = first == null ? null : others.tryLock();
                    step.await();
                    if (second != null) {
                      success.compareAndSet(ROUNDS, round);
                      second.close();
                    } else if (first != null && backoff != null) {
                      sitOut = backoff.nextPauses();
                    }
                    if (first != null) {
                      first.close();
                    }
                    step.await();
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return success.get();
  }
}
