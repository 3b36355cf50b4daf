package dev.interlock.channel;

import dev.interlock.internal.wait.QueueLock;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One end of a buffered channel: the lock of the senders, or of the receivers, and what changes under
 * it. Each is an object of its own, padded in front, so that the two ends do not share a cache line.
 */
final class ChannelSide extends QueueLock {
  /**
   * How many places this side has passed: filled by senders (the tail), emptied by receivers (the
   * head). Written under this side's lock, read by the other side without it.
   */
  @SuppressWarnings("unused") // through PASSED
  private volatile long passed;

  /** The other side's count as last seen from here; never ahead of it. Needs this lock. */
  long otherSeen;

  /**
   * Whether somebody on the other side waits, so that an operation of this side has to take both locks.
   * Written under both locks, read under either.
   */
  boolean othersWait;

  /** Whether the channel was closed. Written under both locks, read under either. */
  boolean closed;

  /** This side's count; needs this lock. */
  long passed() {
    // Ordering: Plain. Read under the lock under which it is written.
    return (long) PASSED.get(this);
  }

  /** This side's count, read from the other side. */
  long passedAcquire() {
    // Ordering: Acquire. Pairs with passRelease; makes the places before the count visible: filled,
    // when a receiver reads the tail, emptied, when a sender reads the head. Evidence:
    // ChannelPublication.
    return (long) PASSED.getAcquire(this);
  }

  /** Hands the places before {@code count} to the other side; needs this lock. */
  void passRelease(long count) {
    // Ordering: Release. Pairs with passedAcquire, which see.
    PASSED.setRelease(this, count);
  }

  /** This side's count as a spinning thread sees it, without the lock: a hint. */
  long passedOpaque() {
    // Ordering: Opaque. Only a hint: whoever acts on it takes the lock and looks again.
    return (long) PASSED.getOpaque(this);
  }

  // VarHandle mechanics
  private static final VarHandle PASSED =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "passed", VarHandle.class, ChannelSide.class, long.class);
}
