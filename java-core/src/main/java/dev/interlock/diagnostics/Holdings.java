package dev.interlock.diagnostics;

import dev.interlock.internal.layout.LeadingPad;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a thread holds, platform or virtual, for the order of acquisitions. The thread itself notes
 * without a lock what it takes while it holds nothing else, and lets go of it so; everything else
 * needs the detector's lock. Of other parties, see {@link AcquisitionOrder}.
 *
 * <p><b>Progress.</b> {@link #take} and {@link #letGo} are wait-free.
 *
 * <p><b>Memory effects.</b> None to rely on.
 *
 * <p><b>Cost.</b> One store to take and one to let go; one reference more for the first, if it is not
 * what the thread took last in this way.
 *
 * <p><b>Footprint.</b> 104 bytes with compressed references, and a list once the thread has held two
 * things at once. Reachable from what the thread holds or was the last to hold, and weakly from {@link
 * HoldingsOfThreads}. What it held last does not stay reachable from here, only what the order knows of
 * it.
 */
final class Holdings extends LeadingPad {
  /*
   *   field    what                                           written by
   *   -----    ----                                           ----------
   *   bottom   what was taken while nothing else was held     the thread alone
   *   how      whether that is still held, and how            the thread alone, after bottom
   *   more     all else that is held                          anybody, under the detector's lock
   *   gone     bottom, when somebody else has let go of it    anybody, under the detector's lock
   *   ask      more or gone has something in it               as these two; the thread reads it anywhere
   *
   *   call      by the thread, ask is not set        otherwise, under the detector's lock
   *   ----      -----------------------------        ------------------------------------
   *   take      how is NOT_HELD:                     adds the edges, and joins more; if nothing is
   *             bottom, how                          held, and by the thread: bottom, how
   *   let go    it is bottom: how = NOT_HELD         leaves more; else, if it is bottom,
   *                                                  by the thread: how = NOT_HELD
   *                                                  by others: gone
   *
   * Whenever the thread has the lock, it first settles what is gone: how = NOT_HELD, gone = null. For
   * all others, bottom is held if how says so and it is not gone.
   *
   * Invariants. What is in bottom was taken before all that is in more, unless others have taken that
   * in the name of the thread. gone is bottom, or void: bottom does not change before the thread has
   * settled it.
   *
   * Who else calls. A guard that goes to another thread, is taken or closed in the name of this one, by
   * a future or by whoever uses a Watch. Such a call and those of the thread are usually ordered, by
   * what hands the guard over, and then everything is as if all of them took the lock: the thread sees
   * ask; the others, bottom and how. If nothing orders them, they may not see each other: an edge
   * between the two may be missing. What the thread had let go before, in the order of happens-before,
   * is not seen as held: how is stored after bottom, and loaded before it. A thread that lets go of
   * something while somebody else does too may be seen to let go of it twice, and to hold it no more
   * though it has taken it again. Nothing of this breaks a list.
   *
   * bottom is not the watch but its place in the order, which refers to it weakly, and stays when it is
   * let go. A stored reference costs a fence in an old object, see Cell. Would a watch stay reachable
   * that way, dropped objects could make a chain without an end: each by the thread that was the last
   * to hold it, and that by the last one that it held.
   *
   * Rejected: a stack of what is held that the thread has to itself, so that only what is nested takes
   * the lock: others would have to leave notes for each call, which a thread that is a party by name
   * and never calls itself does not work off. A fence between the store of how and the load of ask, so
   * that of two calls at once one sees the other: half of the cost of an uncontended lock.
   */
  static final int NOT_HELD = 0;
  static final int ALONE = 1;
  static final int SHARED = 2;

  /** What a party holds, alone or together with others. */
  record Held(Watch watch, boolean shared) {}

  private final Thread thread;

  /** The thread reads it before each step that it takes without the lock. */
  @SuppressWarnings("unused") // through ASK
  private volatile boolean ask;

  private int how;
  private AcquisitionOrder.@Nullable Node bottom;

  // Guarded by the detector's lock.
  private List<Held> more = List.of();
  private @Nullable Held gone;

  Holdings(Thread thread) {
    this.thread = thread;
  }

  Thread thread() {
    return thread;
  }

  // Without the lock; the calling thread may be any

  /** Notes it if that needs no lock. */
  boolean take(AcquisitionOrder.Node node, int asHeld) {
    if (Thread.currentThread() != thread || how != NOT_HELD || askOpaque()) {
      return false;
    }
    setBottom(node, asHeld);
    return true;
  }

  /** Notes that it is let go, if that needs no lock. */
  boolean letGo(AcquisitionOrder.Node node, int asHeld) {
    if (Thread.currentThread() != thread || how != asHeld || bottom != node || askOpaque()) {
      return false;
    }
    how = NOT_HELD;
    return true;
  }

  private void setBottom(AcquisitionOrder.Node node, int asHeld) {
    if (bottom != node) {
      bottom = node;
    }
    setHowRelease(asHeld);
  }

  // Under the detector's lock

  /** All that is held, in the order in which it was taken. */
  List<Held> all() {
    settle();
    Held first = bottomHeld();
    if (first == null) {
      return more;
    }
    List<Held> all = new ArrayList<>(more.size() + 1);
    all.add(first);
    all.addAll(more);
    return all;
  }

  boolean isEmpty() {
    return more.isEmpty() && bottomHeld() == null;
  }

  void add(Watch watch, boolean shared) {
    settle();
    if (isCaller() && how == NOT_HELD && more.isEmpty()) {
      setBottom(watch.placeInOrder(), asHeld(shared));
    } else {
      if (more.isEmpty()) {
        more = new ArrayList<>(2);
      }
      more.add(new Held(watch, shared));
    }
    setAsk();
  }

  /** Without effect if it is not held. */
  void remove(Watch watch, boolean shared) {
    settle();
    Held held = new Held(watch, shared);
    int last = more.lastIndexOf(held);
    if (last >= 0) {
      more.remove(last);
    } else if (held.equals(bottomHeld())) {
      if (isCaller()) {
        how = NOT_HELD;
      } else {
        gone = held;
      }
    }
    setAsk();
  }

  private void settle() {
    if (gone != null && isCaller()) {
      if (bottomHeld() == null) {
        how = NOT_HELD;
      }
      gone = null;
    }
  }

  private @Nullable Held bottomHeld() {
    int h = howAcquire();
    AcquisitionOrder.Node node = bottom;
    Watch watch = h == NOT_HELD || node == null ? null : node.get();
    if (watch == null) { // or nothing reaches it any more
      return null;
    }
    Held held = new Held(watch, h == SHARED);
    return held.equals(gone) ? null : held;
  }

  private void setAsk() {
    boolean next = gone != null || !more.isEmpty();
    if (askOpaque() != next) {
      setAskOpaque(next);
    }
  }

  private boolean isCaller() {
    return Thread.currentThread() == thread;
  }

  static int asHeld(boolean shared) {
    return shared ? SHARED : ALONE;
  }

  // Accessors

  private int howAcquire() {
    // Ordering: Acquire. Pairs with setHowRelease(), for others than the thread: no bottom that it
    // had let go before. Evidence: HoldingsPublication.
    return (int) HOW.getAcquire(this);
  }

  private void setHowRelease(int asHeld) {
    // Ordering: Release. Pairs with howAcquire(); publishes bottom. Evidence: HoldingsPublication.
    HOW.setRelease(this, asHeld);
  }

  private boolean askOpaque() {
    // Ordering: Opaque. Whoever has to see it is ordered after the store by what handed the guard
    // over, see above; others may see it late. What it stands for is read under the lock.
    return (boolean) ASK.getOpaque(this);
  }

  private void setAskOpaque(boolean next) {
    // Ordering: Opaque. As askOpaque().
    ASK.setOpaque(this, next);
  }

  // VarHandle mechanics
  private static final VarHandle ASK =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "ask", VarHandle.class, Holdings.class, boolean.class);
  private static final VarHandle HOW =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "how", VarHandle.class, Holdings.class, int.class);
}
