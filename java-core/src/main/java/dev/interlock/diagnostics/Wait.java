package dev.interlock.diagnostics;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One wait of one party, from {@link Watch#waits} to {@link #close}. The party closes it when it
 * has stopped waiting, for whatever reason; closing it twice is harmless.
 */
public final class Wait implements AutoCloseable {
  private final Watch watch;
  private final Object party;
  private final Access access;

  /** The hold that the party has already and does not wait for, or -1; see {@link SharedWatch}. */
  private final int ticket;

  private final BooleanSupplier pending;
  private final @Nullable Thread runner;
  private final @Nullable Throwable at;

  /** The party cannot give up; written before the wait is registered. */
  boolean regardless;

  // Guarded by the detector's lock.
  /** Another wait of the same party. */
  @Nullable Wait next;

  boolean registered;

  /** This wait is going to be refused: it ends by that, or is over already. */
  boolean toBeRefused;

  /**
   * The cycle that this wait closes, if it is to be refused; written before {@code waits} returns.
   */
  private @Nullable DeadlockReport refusedFor;

  Wait(
      Watch watch,
      Object party,
      Access access,
      int ticket,
      BooleanSupplier pending,
      @Nullable Thread runner,
      @Nullable Throwable at) {
    this.watch = watch;
    this.party = party;
    this.access = access;
    this.ticket = ticket;
    this.pending = pending;
    this.runner = runner;
    this.at = at;
  }

  /**
   * Whether this wait closes a cycle and is to be given up: the detector {@linkplain
   * DeadlockDetector.Builder#throwInCloser was told so}. The caller withdraws from the queue and
   * then throws {@link #refusal}; if it finds that it was let in meanwhile, it goes on and nothing
   * is reported.
   */
  public boolean isRefused() {
    return refusedFor != null;
  }

  /**
   * Reports the cycle, ends this wait, and gives the exception to throw.
   *
   * @throws IllegalStateException when this wait is not refused
   */
  public DeadlockException refusal() {
    DeadlockReport report = refusedFor;
    if (report == null) {
      throw new IllegalStateException(
          "the wait for " + watch + " closes no cycle that is to be refused; wait on");
    }
    close();
    watch.detector().announce(report, true);
    return new DeadlockException(report);
  }

  /** The wait is over. */
  @Override
  public void close() {
    watch.detector().end(this);
  }

  void refuse(DeadlockReport report) {
    refusedFor = report;
  }

  Watch watch() {
    return watch;
  }

  Object party() {
    return party;
  }

  Access access() {
    return access;
  }

  int ticket() {
    return ticket;
  }

  /** The thread that waits, if it is one. */
  @Nullable Thread runner() {
    return runner;
  }

  /** Where the party began to wait, if that was kept. */
  @Nullable Throwable at() {
    return at;
  }

  boolean isPending() {
    return !toBeRefused && pending.getAsBoolean();
  }

  @Override
  public String toString() {
    return DeadlockDetector.describe(party) + " waits for " + access.of(watch);
  }
}
