package dev.interlock.internal.wait;

/**
 * How long spinning pays on one object, learned from its waits. Read and written without
 * synchronization: a lost update only makes the estimate a little older.
 *
 * <p>A wait that spinning ended sets the budget to the most; one that had to sleep after all halves it.
 * Two threads that put each other to sleep would stay with that for ever, because each wake-up takes
 * longer than a small budget; so every sixteenth of such waits spins the full length and gives them the
 * chance to fall into step. Of the first sixteen in a row the first, second, fourth and eighth do too: one
 * of two threads that begin, or that the system took off its processor for once, has slept without a lesson.
 */
public final class SpinEstimate {
  private static final int PROBE_EVERY = 16;

  private int nanos = Spin.MAX / 4;
  private int slept;

  /** A first guess. */
  public SpinEstimate() {}

  /** How long the next wait may spin, in nanoseconds. */
  public int budget() {
    int n = slept;
    boolean probe = n % PROBE_EVERY == 0 || (n < PROBE_EVERY && (n & (n - 1)) == 0);
    return probe && n != 0 ? Spin.MAX : nanos;
  }

  /** Learns from a wait that spinning ended, or did not. */
  public void learn(boolean paid) {
    if (paid) {
      // Usually so already, and those who spin on both sides read the line.
      if (slept != 0 || nanos != Spin.MAX) {
        slept = 0;
        nanos = Spin.MAX;
      }
    } else {
      slept++;
      nanos = Math.max(Spin.MIN, nanos >> 1);
    }
  }
}
