package dev.interlock.diagnostics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.interlock.sync.UpgradeConflictException;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Threads that take locks at random for about a second, and who disturbs them. */
final class StressRuns {
  static final int THREADS = 4;
  static final long NANOS = TimeUnit.MILLISECONDS.toNanos(800);

  /** A section, by whatever way in; what it returns is whether it came in. */
  interface Section {
    boolean run() throws InterruptedException;
  }

  /** The sections of one thread. */
  interface SectionsOf {
    Section of(SplittableRandom random);
  }

  private StressRuns() {}

  /** Threads that go from section to section; the result of each is whether it ever came in. */
  static List<Running<Boolean>> start(Kind kind, SectionsOf sections) {
    List<Running<Boolean>> runs = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      SplittableRandom random = new SplittableRandom(t);
      runs.add(
          kind.start(
              () -> {
                Section section = sections.of(random);
                long end = System.nanoTime() + NANOS;
                boolean came = false;
                while (System.nanoTime() < end) {
                  try {
                    came |= section.run();
                  } catch (InterruptedException | UpgradeConflictException goOn) {
                    // they are part of the noise
                  }
                }
                return came;
              }));
    }
    return runs;
  }

  /** Interrupts them, and asks the detector, which must find nothing, until all have ended. */
  static void disturb(List<Running<Boolean>> runs, DeadlockDetector detector) {
    SplittableRandom random = new SplittableRandom(99);
    while (!runs.stream().allMatch(Running::isDone)) {
      runs.get(random.nextInt(runs.size())).interrupt();
      assertEquals(List.of(), detector.check());
      Thread.yield();
    }
    runs.forEach(Running::get);
  }
}
