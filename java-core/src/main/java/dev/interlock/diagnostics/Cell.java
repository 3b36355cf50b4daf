package dev.interlock.diagnostics;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Who holds an object, and whether still: one hold at a time, noted by whoever may use the cell.
 *
 * <p><b>Progress.</b> Wait-free.
 *
 * <p><b>Memory effects.</b> None to rely on, but that no hold from before is taken for one of now.
 *
 * <p><b>Cost.</b> One store for a hold and one for its end; another two if it is not the hold of the same
 * thread as the last one.
 *
 * <p><b>Footprint.</b> 24 bytes with compressed references; a {@link Spaced} one 152.
 */
class Cell {
  /*
   * Two fields, so that a thread that takes the object again and again stores no reference. In an
   * object that has survived some collections, such a store costs a fence with most collectors: a third
   * of an uncontended lock.
   *
   *   hold      held     the object is held by
   *   ----      ----     ---------------------
   *   h         true     the party of h
   *   h         false    nobody; by the party of h, a thread, before
   *   null      either   nobody, or nobody knows by whom
   *
   * hold is stored before held, and loaded after it: who sees that h set held sees h, or one that came
   * later, as the hold, and none from before. The party of one from before might be waiting by now, and
   * the detector would believe that it still holds the object.
   *
   * A hold is the party itself; or its Holdings, of a thread, where the order of acquisitions is kept;
   * or either of them with the place where it was taken.
   */
  record Traced(Object hold, Throwable at) {}

  // Stored plainly, but where the order of the two matters: see above and the protocol of the
  // detector.
  private @Nullable Object hold;

  /** Whether the hold is kept when it is over; asked without a look at what it is. */
  private boolean stays;

  @SuppressWarnings("UnusedVariable") // read through HELD
  private boolean held;

  Cell() {}

  /** One that shares no cache line, and no pair of lines, with another. */
  @SuppressWarnings({"unused", "MultipleNullnessAnnotations"}) // padding is never read
  static final class Spaced extends Cell {
    private byte p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p0a, p0b, p0c, p0d, p0e, p0f;
    private byte p10, p11, p12, p13, p14, p15, p16, p17, p18, p19, p1a, p1b, p1c, p1d, p1e, p1f;
    private byte p20, p21, p22, p23, p24, p25, p26, p27, p28, p29, p2a, p2b, p2c, p2d, p2e, p2f;
    private byte p30, p31, p32, p33, p34, p35, p36, p37, p38, p39, p3a, p3b, p3c, p3d, p3e, p3f;
    private byte p40, p41, p42, p43, p44, p45, p46, p47, p48, p49, p4a, p4b, p4c, p4d, p4e, p4f;
    private byte p50, p51, p52, p53, p54, p55, p56, p57, p58, p59, p5a, p5b, p5c, p5d, p5e, p5f;
    private byte p60, p61, p62, p63, p64, p65, p66, p67, p68, p69, p6a, p6b, p6c, p6d, p6e, p6f;
    private byte p70, p71, p72, p73, p74, p75, p76, p77, p78, p79, p7a, p7b, p7c, p7d, p7e, p7f;

    Spaced() {}
  }

  /** The hold that goes on, or null. */
  final @Nullable Object hold() {
    return heldAcquire() ? hold : null;
  }

  /** The hold that goes on or has ended last; for whoever may use the cell. */
  final @Nullable Object lastHold() {
    return hold;
  }

  /** Begins a hold. */
  final void begin(@Nullable Object next) {
    if (hold != next) {
      hold = next;
      stays = next instanceof Thread || next instanceof Holdings;
    }
    setHeldRelease();
  }

  /** The hold is over. That of a thread is kept, for when it comes again. */
  final void end() {
    held = false;
    if (!stays) {
      hold = null;
    }
  }

  /** Whose hold it is. */
  static Object partyOf(Object hold) {
    Object whose = hold instanceof Traced traced ? traced.hold : hold;
    return whose instanceof Holdings holdings ? holdings.thread() : whose;
  }

  // Accessors

  private boolean heldAcquire() {
    // Ordering: Acquire. Pairs with setHeldRelease(): no hold from before. Evidence:
    // WatchPublication.
    return (boolean) HELD.getAcquire(this);
  }

  private void setHeldRelease() {
    // Ordering: Release. Pairs with heldAcquire(); publishes the hold. Evidence: WatchPublication.
    HELD.setRelease(this, true);
  }

  // VarHandle mechanics
  private static final VarHandle HELD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "held", VarHandle.class, Cell.class, boolean.class);
}
