package dev.interlock;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The root of the errors that the toolkit's own objects report: what they are, not how they were
 * misused. Misuse keeps the exceptions of the platform: {@link NullPointerException}, {@link
 * IllegalArgumentException}, {@link IllegalStateException}, {@link IllegalMonitorStateException}.
 *
 * <p>Each message says which object, in what state, and what to do about it. The family:
 *
 * <table>
 *   <caption>What is thrown, and when</caption>
 *   <tr><th>what</th><th>as</th></tr>
 *   <tr><td>closed</td><td>{@link ClosedException}; of a channel {@link
 *       dev.interlock.channel.ChannelClosedException}</td></tr>
 *   <tr><td>resource unavailable</td><td>{@link UnavailableException}</td></tr>
 *   <tr><td>deadlock</td><td>{@link dev.interlock.diagnostics.DeadlockException}, where a detector was told
 *       to throw it; {@link dev.interlock.sync.UpgradeConflictException}, of two readers that would wait for
 *       each other</td></tr>
 *   <tr><td>poisoned</td><td>{@link PoisonedException}</td></tr>
 *   <tr><td>broken</td><td>{@link dev.interlock.sync.BarrierBrokenException}</td></tr>
 *   <tr><td>not made</td><td>{@link InitialisationException}</td></tr>
 *   <tr><td>timed out</td><td>no exception: a form with a time says by its result, null or false, that the
 *       time ran out, and had no effect. {@link
 *       dev.interlock.future.PollFuture#block(java.time.Duration)}, whose result may be anything, throws
 *       {@link java.util.concurrent.TimeoutException}, as the futures of the platform do</td></tr>
 *   <tr><td>overloaded</td><td>no exception: what is bounded lets its callers wait, or says by its result
 *       that it is full</td></tr>
 * </table>
 *
 * <p>Interruption and cancellation are the platform's: {@link InterruptedException}, {@link
 * java.util.concurrent.CancellationException}.
 */
public abstract class InterlockException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error with a message and, where there is one, the cause. */
  protected InterlockException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
