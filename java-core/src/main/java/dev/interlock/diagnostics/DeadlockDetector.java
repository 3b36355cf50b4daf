package dev.interlock.diagnostics;

import dev.interlock.internal.event.Recorder;
import dev.interlock.internal.wait.QueueLock;
import dev.interlock.internal.wait.Spin;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds parties that wait for each other: platform threads, virtual threads, coroutines and tasks
 * that poll futures, in the same cycle if need be. It sees the objects that were given it when they
 * were made, and others through a {@link Watch}. An object that was given none pays nothing.
 *
 * <pre>{@code
 * DeadlockDetector detector = DeadlockDetector.create();
 * Mutex<Account> account = Mutex.builder().name("account 1").detector(detector).of(new Account());
 * }</pre>
 *
 * <p>A deadlock is found by the wait that closes it, in the moment in which it does, exactly: what
 * is reported is one, and each that is closed by a wait without a time limit is. By default it is
 * logged; {@link Builder#onDeadlock} tells somebody else, and {@link Builder#throwInCloser} ends
 * it.
 *
 * <p><b>Progress.</b> Taking and releasing watched objects without contention is wait-free. A wait
 * that begins or ends takes a short lock of the detector.
 *
 * <p><b>Memory effects.</b> None to rely on.
 *
 * <p><b>Ordering and fairness.</b> None.
 *
 * <p><b>Blocking and errors.</b> A listener runs in the party that closed the cycle, before it goes
 * to sleep, with no lock held; what it throws goes to the thread's handler of uncaught exceptions,
 * as does what a name throws. Not seen: waits with a time limit and waits of unknown parties
 * (neither is in a deadlock that lasts, as far as can be known), and whoever waits by other means
 * than a watched object: a parent for its children, a thread for another.
 *
 * <p>A future waits, for the party that it was made for, from the poll that finds it pending until
 * it is granted, or cancelled. That somebody will cancel it in time is known of {@link
 * dev.interlock.future.PollFuture#block(java.time.Duration)} alone, and only of the future that it
 * is called of, not of those within. Who gives up by other means, the {@code orTimeout} of a stage
 * or a clock of its own, polls the future without a party, and then tells who holds by {@link
 * Watch#handOver}. A party that polls several futures is taken to wait for any of them; when it
 * gives one up and waits on for the others, a deadlock that is left is found by {@link #check}. It
 * is not looked for as the wait ends: who gives one up runs, and as a rule gives up the others next,
 * and between the two it would be reported for a deadlock that it is just leaving.
 *
 * <p><b>Cost.</b> Two stores for a lock and an unlock without contention. A wait: one entry
 * in a table, one walk along those who wait for each other. With {@link Builder#captureStacks} a
 * stack for each acquisition; with {@link Builder#lockOrder} two stores more, or the detector's lock, see
 * there.
 *
 * <p><b>Footprint.</b> One entry for each wait that goes on; a {@link Watch} for each object; with
 * {@code lockOrder} about 150 bytes for each thread that takes something, as long as it is the last that
 * held one of the objects, and an edge for each two that were taken one within the other.
 *
 * <p><b>Source.</b> The reduction of a wait-for graph in which a party may wait for one of several
 * is that of R. C. Holt, <i>Some Deadlock Properties of Computer Systems</i>, ACM Computing Surveys
 * 4(3), 1972. Differs from parking_lot's detector in: owners are handles, not threads; nothing is
 * polled, no state of the locks is taken apart; what is found can be undone.
 */
public final class DeadlockDetector {
  /*
   * The graph
   *
   *   party --waits for--> watch --held by--> party
   *   registered below,    fields of
   *   under the lock       the watch
   *
   * Why the lock is not needed for both. An edge "held by p" matters only while p itself waits. p stores
   * and clears what it holds, and later registers its wait, in this order and under the lock;
   * whoever walks the graph took the same lock afterwards if it sees the wait of p. So of every
   * party that waits it sees what that party holds, neither more nor less. Of a party that does not
   * wait it may see anything, and does not care: a path ends there. This is why a party must be
   * told about by itself, and why a guard that goes to somebody else needs handOver().
   *
   * Why no cycle is missed. Each party of a cycle registers its wait after it is in the queue of
   * what it waits for. The last of them to register sees the waits of all others. It may close
   * several cycles, and find one that is being undone; then it looks on, for another.
   *
   * Why none is invented. The walk looks at waits that are pending, all under the lock, and then a
   * second time at all those of the parties of the cycle. Pending is not regained once lost:
   * between the two looks all edges of the cycle were there at once. A wait that was granted, timed
   * out, was interrupted or cancelled has lost it before its party runs again, and so before that
   * party could undo an edge. One that is going to be refused has lost it too: of two cycles that
   * it is in, both end. The one exception, a thread that waits for a signal and gets pending with
   * it, is harmless: it does so once, see Condition. A holder that was handed the object and has
   * not run yet is not in the watch, so a path ends there too; it looks for itself when it waits.
   *
   * One object may have many holders, all of whom a wait waits for: it is stuck when one of them
   * is. What a read-write lock's edges are is said in SharedWatch; the short lock in there is taken
   * under this one.
   *
   * Several waits of one party (a task that polls two futures) are alternatives: it is stuck only
   * when all of them are. So the parties that are stuck are the largest set of which each has a
   * wait, and each wait of which has a holder in the set: take those reached, and strike out who
   * does not fit until nothing changes. A wait is reported if it lies on a cycle within that set.
   *
   * Locks. The detector's lock and the lock of a queue are never held together: waits are
   * registered after the queue's lock was left, and the walk reads one volatile word of each
   * waiter. Nothing foreign runs under the lock but the question whether a wait is pending, and,
   * where the order is kept, the toString() of a party.
   *
   * Rejected: a thread that looks now and then (hidden, late, and wrong in between unless it stops
   * the world); walking under the locks of all queues (they would need an order of their own);
   * recording the holder by the compare-and-set that takes the lock (a handle does not fit into the
   * state).
   */
  private static final class Lock extends QueueLock {}

  private final Lock lock = new Lock();

  /** The first wait of each party that waits. Guarded by the lock. */
  private final IdentityHashMap<Object, Wait> waits = new IdentityHashMap<>();

  /** Guarded by the lock. */
  private final @Nullable AcquisitionOrder order;

  private final boolean stacks;
  private final boolean throwing;
  private final Consumer<? super DeadlockReport> onDeadlock;
  private final Consumer<? super LockOrderReport> onViolation;
  private final @Nullable Function<Object, @Nullable String> naming;

  private DeadlockDetector(Builder b) {
    this.stacks = b.stacks;
    this.throwing = b.throwing;
    this.order = b.order ? new AcquisitionOrder() : null;
    this.onDeadlock = b.onDeadlock;
    this.onViolation = b.onViolation;
    this.naming = b.naming;
  }

  /** A detector that logs what it finds. */
  public static DeadlockDetector create() {
    return builder().build();
  }

  /** A builder, for everything else. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options of a detector. */
  public static final class Builder {
    private boolean stacks;
    private boolean throwing;
    private boolean order;
    private Consumer<? super DeadlockReport> onDeadlock = DeadlockDetector::log;
    private Consumer<? super LockOrderReport> onViolation = DeadlockDetector::log;
    private @Nullable Function<Object, @Nullable String> naming;

    private Builder() {}

    /**
     * Captures a stack each time something is taken, and each time something other than a thread
     * waits, so that reports tell where. Costs microseconds each time. Where a thread waits is
     * always told.
     */
    public Builder captureStacks() {
      stacks = true;
      return this;
    }

    /**
     * Refuses the wait that closes a cycle, by a {@link DeadlockException} in the caller or future
     * that would wait; so the others can go on. Even calls that are not interruptible throw it.
     */
    public Builder throwInCloser() {
      throwing = true;
      return this;
    }

    /**
     * Keeps in which order objects are taken, and reports orders that contradict each other,
     * whether or not anybody had to wait. A thread takes the detector's lock for what it takes
     * while it holds something else, and when another held the object last; other parties do for
     * everything: for tests, and for trial runs.
     */
    public Builder lockOrder() {
      order = true;
      return this;
    }

    /** Who is told of deadlocks, instead of the log. */
    public Builder onDeadlock(Consumer<? super DeadlockReport> listener) {
      onDeadlock = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /** Who is told of orders that contradict each other, instead of the log. */
    public Builder onLockOrderViolation(Consumer<? super LockOrderReport> listener) {
      onViolation = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * How parties are called in reports.
     *
     * @param names gives null for a party that it has no name for; then the usual one is taken
     */
    public Builder naming(Function<Object, @Nullable String> names) {
      naming = Objects.requireNonNull(names, "names");
      return this;
    }

    /** The detector. */
    public DeadlockDetector build() {
      return new DeadlockDetector(this);
    }
  }

  /**
   * Makes an object visible; it has to tell through the watch who holds it and who waits.
   *
   * @param object what reports refer to
   * @param name what they call it, or null
   */
  public Watch watch(Object object, @Nullable String name) {
    return new Watch(this, Objects.requireNonNull(object, "object"), name, inFull());
  }

  /**
   * Makes an object visible that many may hold together.
   *
   * @param object what reports refer to
   * @param name what they call it, or null
   * @param cells how many cells the object gives out, see {@link SharedWatch#shared(int, Object,
   *     boolean)}
   */
  public SharedWatch watchShared(Object object, @Nullable String name, int cells) {
    return new SharedWatch(this, Objects.requireNonNull(object, "object"), name, inFull(), cells);
  }

  private boolean inFull() {
    return stacks || order != null;
  }

  /**
   * Looks for all cycles that exist now. Each was reported when it was closed; this is for asking
   * again, by a person or on a schedule. The listener is not called. Takes the detector's lock for
   * as long as it takes to walk over all that wait.
   *
   * @return one report for each cycle; of cycles that share a party, one
   */
  public List<DeadlockReport> check() {
    List<List<Edge>> cycles = new ArrayList<>();
    lock.lock();
    try {
      Set<Object> told = identitySet();
      for (Object party : stuck(waits.keySet())) {
        List<Edge> cycle = told.contains(party) ? null : cycleThrough(party);
        if (cycle != null && cycle.stream().noneMatch(e -> told.contains(e.waiting.party()))) {
          cycle.forEach(e -> told.add(e.waiting.party()));
          cycles.add(cycle);
        }
      }
    } finally {
      lock.unlock();
    }
    List<DeadlockReport> reports = new ArrayList<>();
    cycles.forEach(c -> reports.add(report(c)));
    return reports;
  }

  /**
   * How many waits for watched objects go on; for monitoring. A thread that waits on behalf of an
   * owner, and the owner, are two parties and one wait.
   */
  public int waiting() {
    int n = 0;
    lock.lock();
    try {
      for (Wait first : waits.values()) {
        for (Wait w = first; w != null; w = w.next) {
          n += isWaitOfRunner(w) ? 0 : 1;
        }
      }
    } finally {
      lock.unlock();
    }
    return n;
  }

  @Override
  public String toString() {
    return "DeadlockDetector[waiting=" + waiting() + "]";
  }

  // The side of the watches

  boolean capturesStacks() {
    return stacks;
  }

  /** Where a thread waits is seen when it is asked for. */
  @Nullable Throwable stackForWait(Object party) {
    return stacks && !(party instanceof Thread) ? new Throwable("waits") : null;
  }

  /** Registers a wait; reports the cycle that it closes, or marks it as refused. */
  Wait begin(Wait wait) {
    List<Edge> cycle = null;
    lock.lock();
    try {
      wait.next = waits.put(wait.party(), wait);
      wait.registered = true;
      wait.watch().registered(wait);
      if (mayClose(wait)) {
        cycle = cycleThrough(wait.party());
        // At once: to make the report takes long, and another cycle over this wait ends with it.
        wait.toBeRefused = throwing && !wait.regardless && cycle != null;
      }
    } finally {
      lock.unlock();
    }
    if (cycle != null) {
      DeadlockReport report = report(cycle);
      if (throwing && !wait.regardless) {
        wait.refuse(report);
      } else {
        announce(report, false);
      }
    }
    return wait;
  }

  void end(Wait wait) {
    lock.lock();
    try {
      if (!wait.registered) {
        return;
      }
      wait.registered = false;
      wait.watch().unregistered(wait);
      unlink(wait);
    } finally {
      lock.unlock();
    }
  }

  void announce(DeadlockReport report, boolean thrown) {
    Recorder.deadlock(report.links().size(), thrown, report::toString);
    tell(onDeadlock, report);
  }

  /** The place of this watch in the order, if that is kept. */
  AcquisitionOrder.@Nullable Node placeFor(Watch watch) {
    return order == null ? null : new AcquisitionOrder.Node(watch);
  }

  /** What is noted for this party as the holder. */
  Object holdOf(Object party) {
    if (order == null || !(party instanceof Thread thread)) {
      return party;
    }
    lock.lock();
    try {
      return order.holdingsOf(thread);
    } finally {
      lock.unlock();
    }
  }

  void noteAcquired(
      Object hold, Watch watch, boolean waited, boolean shared, @Nullable Throwable at) {
    if (order == null) {
      return;
    }
    List<LockOrderReport.Step> violation;
    lock.lock();
    try {
      violation = order.acquired(hold, watch, waited, shared, at);
    } finally {
      lock.unlock();
    }
    if (violation != null) {
      tell(onViolation, new LockOrderReport(violation));
    }
  }

  void noteReleased(Object hold, Watch watch, boolean shared) {
    if (order == null) {
      return;
    }
    lock.lock();
    try {
      order.released(hold, watch, shared);
    } finally {
      lock.unlock();
    }
  }

  /** How many parties hold something, where the order is kept; for tests. */
  int holding() {
    if (order == null) {
      return 0;
    }
    lock.lock();
    try {
      return order.parties();
    } finally {
      lock.unlock();
    }
  }

  /** Of how many threads is kept what they hold; for tests. */
  int threadsKnown() {
    if (order == null) {
      return 0;
    }
    lock.lock();
    try {
      return order.threads();
    } finally {
      lock.unlock();
    }
  }

  // The graph; all of it needs the lock

  /** An edge of a cycle: a wait, and the hold that ends it. */
  private record Edge(Wait waiting, Hold hold) {}

  /**
   * Whether this is the wait of a thread, registered for it too, under the name of the party that
   * it runs as.
   */
  private boolean isWaitOfRunner(Wait wait) {
    Thread runner = wait.runner();
    if (runner == null || runner == wait.party()) {
      return false;
    }
    Wait w = waits.get(runner);
    while (w != null && w.watch() != wait.watch()) {
      w = w.next;
    }
    return w != null;
  }

  private void unlink(Wait wait) {
    Wait first = waits.get(wait.party());
    if (first == wait) {
      if (wait.next == null) {
        waits.remove(wait.party());
      } else {
        waits.put(wait.party(), wait.next);
      }
    } else {
      for (Wait w = first; w != null; w = w.next) {
        if (w.next == wait) {
          w.next = wait.next;
          break;
        }
      }
    }
    wait.next = null;
  }

  /** The usual answer is no: the holder does not wait. */
  private boolean mayClose(Wait wait) {
    for (Hold hold : wait.watch().blockers(wait)) {
      if (waits.containsKey(hold.party())) {
        return true;
      }
    }
    return false;
  }

  /** Of these parties and all whom they reach, the ones that will wait for ever. */
  private Set<Object> stuck(Collection<Object> from) {
    Set<Object> set = identitySet();
    set.addAll(from);
    ArrayDeque<Object> next = new ArrayDeque<>(set);
    for (Object party; (party = next.poll()) != null; ) {
      for (Wait w = waits.get(party); w != null; w = w.next) {
        for (Hold hold : w.watch().blockers(w)) {
          if (waits.containsKey(hold.party()) && set.add(hold.party())) {
            next.add(hold.party());
          }
        }
      }
    }
    while (set.removeIf(party -> !isStuck(party, set))) {}
    return set;
  }

  private boolean isStuck(Object party, Set<Object> stuck) {
    Wait w = waits.get(party);
    if (w == null) {
      return false;
    }
    for (; w != null; w = w.next) {
      if (!w.isPending() || !waitsForOneOf(stuck, w)) {
        return false;
      }
    }
    return true;
  }

  private static boolean waitsForOneOf(Set<Object> parties, Wait w) {
    for (Hold hold : w.watch().blockers(w)) {
      if (parties.contains(hold.party())) {
        return true;
      }
    }
    return false;
  }

  /**
   * A cycle from a party back to it, which is still there when it was found. One that is not may
   * have hidden a longer one, so then all is looked at anew: without the wait that is over, and so
   * not for ever.
   */
  private @Nullable List<Edge> cycleThrough(Object start) {
    for (; ; ) {
      Set<Object> stuck = stuck(List.of(start));
      Collection<Edge> cycle = stuck.contains(start) ? shortestCycle(start, stuck) : null;
      if (cycle == null) {
        return null;
      }
      if (isStillThere(cycle)) {
        return List.copyOf(cycle);
      }
    }
  }

  private @Nullable Collection<Edge> shortestCycle(Object start, Set<Object> stuck) {
    IdentityHashMap<Object, Edge> cameBy = new IdentityHashMap<>();
    ArrayDeque<Object> next = new ArrayDeque<>();
    next.add(start);
    for (Object party; (party = next.poll()) != null; ) {
      for (Wait w = waits.get(party); w != null; w = w.next) {
        for (Hold hold : w.watch().blockers(w)) {
          Edge edge = new Edge(w, hold);
          if (hold.party() == start) {
            return pathTo(edge, start, cameBy);
          }
          if (stuck.contains(hold.party()) && cameBy.putIfAbsent(hold.party(), edge) == null) {
            next.add(hold.party());
          }
        }
      }
    }
    return null;
  }

  private static ArrayDeque<Edge> pathTo(
      Edge last, Object start, IdentityHashMap<Object, Edge> cameBy) {
    ArrayDeque<Edge> path = new ArrayDeque<>();
    for (Edge e = last; ; e = Objects.requireNonNull(cameBy.get(e.waiting.party()))) {
      path.addFirst(e);
      if (e.waiting.party() == start) {
        return path;
      }
    }
  }

  /** The second look: at all waits of the parties of the cycle, and at what its edges depend on. */
  private boolean isStillThere(Collection<Edge> cycle) {
    for (Edge e : cycle) {
      if (!e.hold.stands()) {
        return false;
      }
      for (Wait w = waits.get(e.waiting.party()); w != null; w = w.next) {
        if (!w.isPending()) {
          return false;
        }
      }
    }
    return true;
  }

  // Reports; without the lock

  private DeadlockReport report(List<Edge> cycle) {
    List<DeadlockReport.Link> links = new ArrayList<>();
    Edge before = cycle.get(cycle.size() - 1);
    for (Edge e : cycle) {
      Object party = e.waiting.party();
      Thread runner = e.waiting.runner();
      List<StackTraceElement> at = runner == null ? Stacks.of(e.waiting.at()) : Stacks.of(runner);
      links.add(
          new DeadlockReport.Link(
              party,
              nameOf(party),
              before.waiting.watch(),
              before.hold.as(),
              Stacks.of(before.hold.takenAt()),
              e.waiting.watch(),
              e.waiting.access(),
              at));
      before = e;
    }
    return new DeadlockReport(links);
  }

  private String nameOf(Object party) {
    String given = null;
    try {
      given = naming == null ? null : naming.apply(party);
    } catch (Throwable fromNames) { // the lock that was to be taken has nothing to do with it
      hand(fromNames);
    }
    return given == null ? describe(party) : given;
  }

  /** A party as reports call it. */
  static String describe(Object party) {
    if (!(party instanceof Thread thread)) {
      try {
        return party.toString();
      } catch (Throwable noText) { // as above
        return party.getClass().getName()
            + "@"
            + Integer.toHexString(System.identityHashCode(party));
      }
    }
    String name = thread.getName();
    return (Spin.isVirtual(thread) ? "virtual thread " : "thread ")
        + (name.isEmpty() ? "@" + Integer.toHexString(System.identityHashCode(thread)) : name);
  }

  private static <T> void tell(Consumer<? super T> listener, T report) {
    try {
      listener.accept(report);
    } catch (Throwable fromListener) { // the lock that was to be taken has nothing to do with it
      hand(fromListener);
    }
  }

  private static void hand(Throwable foreign) {
    Thread current = Thread.currentThread();
    current.getUncaughtExceptionHandler().uncaughtException(current, foreign);
  }

  private static void log(Object report) {
    System.getLogger(DeadlockDetector.class.getPackageName())
        .log(System.Logger.Level.ERROR, report::toString);
  }

  private static Set<Object> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }
}
