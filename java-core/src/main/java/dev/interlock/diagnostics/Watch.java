package dev.interlock.diagnostics;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one object tells its {@link DeadlockDetector}: who holds it, and who waits for it. The locks
 * of this toolkit that were made with a detector do that by themselves; a foreign lock can be made
 * visible by its users, who call these methods around their own calls:
 *
 * <pre>{@code
 * Watch watch = detector.watch(row, "row 17");
 * Object me = Thread.currentThread();
 * try (Wait wait = watch.waits(me, () -> true)) {
 *   database.lock(row);
 * }
 * watch.acquired(me);
 * ...
 * watch.released();
 * database.unlock(row);
 * }</pre>
 *
 * <p><b>Progress.</b> {@link #acquired}, {@link #tried}, {@link #released} and {@link #handOver}
 * are wait-free, but take the detector's short lock when it keeps the order of acquisitions.
 *
 * <p><b>Memory effects.</b> None to rely on. A party tells what it holds before it waits, and that
 * is all that the detector needs, see there.
 *
 * <p><b>Blocking and errors.</b> One holder at a time, unless it is a {@link SharedWatch}. A second
 * {@code acquired} replaces the first, and nothing checks who calls {@code released}: a watch must
 * never break the object that it watches.
 *
 * <p><b>Cost.</b> One store for each of them, unless stacks or the order are kept; two if it was not
 * the same thread that held the object last.
 *
 * <p><b>Footprint.</b> 40 bytes with compressed references. The thread that held the object last stays
 * reachable from here until another party holds it; other parties do not.
 */
public sealed class Watch permits SharedWatch {
  /*
   * Who holds the object is told by two fields, so that a thread that takes it again and again stores
   * no reference. In an object that has survived some collections, such a store costs a fence with most
   * collectors: a third of an uncontended lock.
   *
   *   holder    held     the object is held by
   *   ------    ----     ---------------------
   *   p         true     p
   *   p         false    nobody; by p, a thread, before
   *   null      either   nobody, or nobody knows by whom
   *
   * holder is stored before held, and loaded after it: who sees that p set held sees p, or one that
   * came later, as the holder, and nobody from before. One from before might be waiting by now, and the
   * detector would believe that it still holds the object.
   */
  private final DeadlockDetector detector;
  private final Object object;
  private final @Nullable String name;

  /** Whether more is noted than the holder. */
  private final boolean inFull;

  /** Of no use to the detector any more, see {@link #distrust}. */
  private volatile boolean distrusted;

  // Stored plainly, but where the order of the two matters: see above and the protocol of the
  // detector.
  private @Nullable Object holder;

  @SuppressWarnings("UnusedVariable") // read through HELD
  private boolean held;

  private @Nullable Throwable takenAt;

  /** What was taken while this was held; made and guarded by {@link AcquisitionOrder}. */
  AcquisitionOrder.@Nullable Successors successors;

  Watch(DeadlockDetector detector, Object object, @Nullable String name, boolean inFull) {
    this.detector = detector;
    this.object = object;
    this.name = name;
    this.inFull = inFull;
  }

  /** The detector that is told. */
  public DeadlockDetector detector() {
    return detector;
  }

  /** The object that is watched. */
  public Object object() {
    return object;
  }

  /** The name for reports that it was given, or null. */
  public @Nullable String name() {
    return name;
  }

  /**
   * Who holds the object, or null when nobody does or it is not known who. For monitoring: unless
   * the holder waits, the answer may be old.
   */
  public @Nullable Object holder() {
    return heldAcquire() ? holder : null;
  }

  /**
   * {@code party} has taken the object by a call that would have waited as long as need be. Called
   * by the party itself, before it waits for anything else.
   *
   * @param party null when it is not known, or will not be the one who releases
   */
  public void acquired(@Nullable Object party) {
    hold(party);
    if (inFull && party != null) {
      noteInFull(party, true);
    }
  }

  /**
   * As {@link #acquired}, by a call that would have given up: it can have its part in no deadlock.
   */
  public void tried(@Nullable Object party) {
    hold(party);
    if (inFull && party != null) {
      noteInFull(party, false);
    }
  }

  /** The object is about to be let go by its holder. Called before it is. */
  public void released() {
    if (inFull) {
      forget();
    }
    held = false;
    if (!(holder instanceof Thread)) {
      holder = null;
    }
  }

  /**
   * The hold goes over to another party, which will release it. Called before the giver waits for
   * anything, or while the new holder does not run.
   *
   * @param party null when it is not known
   */
  public void handOver(@Nullable Object party) {
    if (inFull) {
      forget();
    }
    tried(party);
  }

  /**
   * The object is let go by others than those who took it: it is used as a signal, not as a lock,
   * and who holds it means nothing. Not to be undone.
   */
  public void distrust() {
    distrusted = true;
  }

  /**
   * {@code party} begins to wait until it is given the object, however long that takes; a wait that
   * gives up in time is in no deadlock and must not be told. If this closes a cycle, it is reported
   * before the call returns. Called once the wait can be seen by whoever releases the object.
   *
   * @param pending whether the wait goes on; false for good once it was granted or given up. Asked
   *     under the short lock of the detector, by any thread: it must only look
   */
  public Wait waits(Object party, BooleanSupplier pending) {
    return begin(party, alone(), -1, pending);
  }

  /**
   * As {@link #waits(Object, BooleanSupplier)}, of a party that {@code runner} waits for; reports
   * say where.
   */
  public Wait waits(Object party, Thread runner, BooleanSupplier pending) {
    return detector.begin(new Wait(this, party, alone(), -1, pending, runner, null));
  }

  /**
   * As {@link #waits(Object, BooleanSupplier)}, of a party that cannot give up: a cycle that it
   * closes is reported, and it is never {@linkplain Wait#isRefused refused}.
   */
  public Wait waitsRegardless(Object party, BooleanSupplier pending) {
    Thread runner = party instanceof Thread thread ? thread : null;
    Wait wait = new Wait(this, party, alone(), -1, pending, runner, detector.stackForWait(party));
    wait.regardless = true;
    return detector.begin(wait);
  }

  final Wait begin(Object party, Access access, int ticket, BooleanSupplier pending) {
    Throwable at = detector.stackForWait(party);
    Thread runner = party instanceof Thread thread ? thread : null;
    return detector.begin(new Wait(this, party, access, ticket, pending, runner, at));
  }

  // The detector's lock is held by its callers

  /** For whom {@code wait} waits, as far as it is known. */
  final List<Hold> blockers(Wait wait) {
    return distrusted ? List.of() : blockersOf(wait);
  }

  List<Hold> blockersOf(Wait wait) {
    Object h = holder();
    return h == null ? List.of() : List.of(new Hold(h, alone(), takenAt, null));
  }

  /** What the one {@link #holder} holds the object for. */
  Access alone() {
    return Access.ALONE;
  }

  /** A wait of this watch begins, and is looked at next. */
  void registered(Wait wait) {}

  /** A wait of this watch is over. */
  void unregistered(Wait wait) {}

  private void hold(@Nullable Object party) {
    if (holder != party) {
      holder = party;
    }
    setHeldRelease();
  }

  // What is noted beside the holder

  final boolean isInFull() {
    return inFull;
  }

  /** Where the caller is, if that is to be kept. */
  final @Nullable Throwable newTrace() {
    return detector.capturesStacks() ? new Throwable("taken") : null;
  }

  private void noteInFull(Object party, boolean waited) {
    takenAt = newTrace();
    detector.noteAcquired(party, this, waited, false, takenAt);
  }

  private void forget() {
    Object party = holder();
    if (party != null) {
      detector.noteReleased(party, this, false);
    }
    takenAt = null;
  }

  /** The kind of the object and its name or number. */
  @Override
  public String toString() {
    String kind = object.getClass().getSimpleName();
    return name == null
        ? kind + "@" + Integer.toHexString(System.identityHashCode(object))
        : kind + "(" + name + ")";
  }

  // Accessors

  private boolean heldAcquire() {
    // Ordering: Acquire. Pairs with setHeldRelease(): no holder from before. Evidence:
    // WatchPublication.
    return (boolean) HELD.getAcquire(this);
  }

  private void setHeldRelease() {
    // Ordering: Release. Pairs with heldAcquire(); publishes the holder. Evidence:
    // WatchPublication.
    HELD.setRelease(this, true);
  }

  // VarHandle mechanics
  private static final VarHandle HELD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "held", VarHandle.class, Watch.class, boolean.class);
}
