package dev.interlock.diagnostics;

import java.util.List;
import java.util.Objects;
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
 * are wait-free; but when the detector keeps the order of acquisitions, they take its short lock, unless it
 * is the thread that held the object last that takes it, or lets it go, and it holds nothing else.
 *
 * <p><b>Memory effects.</b> None to rely on. A party tells what it holds before it waits, and that
 * is all that the detector needs, see there.
 *
 * <p><b>Blocking and errors.</b> One holder at a time, unless it is a {@link SharedWatch}. A second
 * {@code acquired} replaces the first, and nothing checks who calls {@code released}: a watch must
 * never break the object that it watches.
 *
 * <p><b>Cost.</b> One store for each of them, unless stacks or the order are kept; two more if it was not
 * the same thread that held the object last. With the order one more for each; what else a thread takes
 * while it holds something is compared with all of that, under the detector's lock.
 *
 * <p><b>Footprint.</b> 40 bytes with compressed references; when the order is kept, 32 more, and what it
 * knows of the object; and 104 for each thread. The thread that held the object last stays reachable from
 * here until another party holds it; other parties do not.
 */
public sealed class Watch extends Cell permits SharedWatch {
  private final DeadlockDetector detector;
  private final Object object;
  private final @Nullable String name;

  /** Whether more is noted than the holder. */
  private final boolean inFull;

  /** Of no use to the detector any more, see {@link #distrust}. */
  private volatile boolean distrusted;

  private @Nullable Throwable takenAt;

  /** If the order of acquisitions is kept. */
  private final AcquisitionOrder.@Nullable Node node;

  Watch(DeadlockDetector detector, Object object, @Nullable String name, boolean inFull) {
    this.detector = detector;
    this.object = object;
    this.name = name;
    this.inFull = inFull;
    this.node = detector.placeFor(this);
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
    Object hold = hold();
    return hold == null ? null : partyOf(hold);
  }

  /**
   * {@code party} has taken the object by a call that would have waited as long as need be. Called
   * by the party itself, before it waits for anything else.
   *
   * @param party null when it is not known, or will not be the one who releases
   */
  public void acquired(@Nullable Object party) {
    taken(party, true);
  }

  /**
   * As {@link #acquired}, by a call that would have given up: it can have its part in no deadlock.
   */
  public void tried(@Nullable Object party) {
    taken(party, false);
  }

  /** The object is about to be let go by its holder. Called before it is. */
  public void released() {
    if (inFull) {
      forget();
    }
    end();
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

  // What is noted beside the holder

  final boolean isInFull() {
    return inFull;
  }

  /** Where the caller is, if that is to be kept. */
  final @Nullable Throwable newTrace() {
    return detector.capturesStacks() ? new Throwable("taken") : null;
  }

  /** Of a watch whose detector keeps the order. */
  final AcquisitionOrder.Node placeInOrder() {
    return Objects.requireNonNull(node, "node");
  }

  private void taken(@Nullable Object party, boolean waited) {
    if (!inFull || party == null) {
      begin(party);
      return;
    }
    Object hold = holdOf(party, lastHold());
    begin(hold);
    Throwable at = newTrace();
    if (at != null) {
      takenAt = at;
    }
    noteTaken(hold, waited, false, at);
  }

  private void forget() {
    Object hold = hold();
    if (hold != null) {
      noteLetGo(hold, false);
    }
    if (takenAt != null) {
      takenAt = null;
    }
  }

  /** What is noted for this party as the holder; {@code last} where the last one was noted. */
  final Object holdOf(Object party, @Nullable Object last) {
    return last instanceof Holdings known && known.thread() == party
        ? known
        : detector.holdOf(party);
  }

  /** Tells the order, if it is kept. */
  final void noteTaken(Object hold, boolean waited, boolean shared, @Nullable Throwable at) {
    AcquisitionOrder.Node n = node;
    if (n != null && !(hold instanceof Holdings h && h.take(n, Holdings.asHeld(shared)))) {
      detector.noteAcquired(hold, this, waited, shared, at);
    }
  }

  /** Tells the order, if it is kept. */
  final void noteLetGo(Object hold, boolean shared) {
    AcquisitionOrder.Node n = node;
    if (n != null && !(hold instanceof Holdings h && h.letGo(n, Holdings.asHeld(shared)))) {
      detector.noteReleased(hold, this, shared);
    }
  }

  /** The kind of the object and its name or number. */
  @Override
  public String toString() {
    String kind = object.getClass().getSimpleName();
    return name == null
        ? kind + "@" + Integer.toHexString(System.identityHashCode(object))
        : kind + "(" + name + ")";
  }
}
