package dev.interlock.reclaim;

import dev.interlock.ClosedException;
import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.event.Recorder;
import dev.interlock.internal.layout.LeadingPad;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A domain of epochs: who is pinned may use all that it finds, and what was retired is reclaimed when
 * everybody who was pinned then has been unpinned since. Cheaper than {@link HazardPointers} for who
 * visits many things, but one participant that stays pinned keeps the garbage of all.
 *
 * <pre>{@code
 * EpochDomain domain = EpochDomain.builder().name("index").onStall(log::warn).build();
 * try (EpochDomain.Participant me = domain.join("reader")) {
 *   try (EpochDomain.Guard guard = me.pin()) {
 *     ... // whatever is found here stays until the guard is closed
 *   }
 *   Buffer old = swap(fresh);       // from now on nobody finds it
 *   me.defer(old::free);            // called when nobody can be using it any more
 * }
 * }</pre>
 *
 * <p><b>Progress.</b> {@code pin} and closing a guard are wait-free. {@code defer}, {@code collect},
 * {@code join} and {@code close} are lock-free. Nobody waits for a participant that stays pinned (its
 * thread died, its coroutine was forgotten), but from then on nothing is reclaimed. That is not silent:
 * once for each such pin the listener is told, or a warning is logged if there is none, the flight recorder
 * gets the event {@code dev.interlock.ReclamationStall}, and it stands in {@link #stalls()} and {@link
 * #figures()} for as long as it lasts. {@link Participant#unpinAll()} ends it.
 *
 * <p><b>Memory effects.</b> Actions of a participant before it closes its guard happen-before the
 * callbacks of what was deferred while it was pinned. What is to be deferred must be unlinked by a
 * volatile write or compare-and-set, or by anything else that happens before {@code defer}.
 *
 * <p><b>Ordering and fairness.</b> Callbacks of one participant are called in the order in which it
 * deferred them; between participants no order is specified.
 *
 * <p><b>Blocking and errors.</b> Nothing blocks, but for what a logger does with the warning of a stall.
 * Callbacks run in the thread that collects; they may defer. If some throw, checked or not, the others are
 * called all the same, and the first exception leaves the call with the others suppressed. A participant
 * is used by one caller at a time, who may be another thread at each call if something else orders them.
 * Closing a participant that is pinned, or a guard that is closed, is an {@link IllegalStateException} that
 * changes nothing; guards are used again, so one that was kept over four later pins may pass for a later one
 * (see {@link Guard#close()}). After {@code close} the methods of a participant throw {@link
 * ClosedException}.
 *
 * <p><b>The bound.</b> None while a participant stays pinned. Otherwise, with {@code C = collectEvery} and
 * {@code R} records, no more than {@code 2*(q+1)*C*R} are ever pending if no pin lasts over more than
 * {@code q} collections of one participant, which collects every {@code C} deferrals; {@code 2*C*R} if none
 * is in the way at all. {@link #garbageBound(int)} computes it. A longer pin is what {@code stallAtPending}
 * and {@code stallAfter} are there to report. Callbacks that defer are outside of the bound.
 *
 * <p><b>Cost.</b> {@code pin}: one load, one store, one full fence. Closing a guard: one release store.
 * {@code defer}: one fence and one atomic read-modify-write; a collection reads the records of all
 * participants. {@code join}: O(R) for R records, one compare-and-set.
 *
 * <p><b>Footprint.</b> A record: 64 bytes of padding, and 20 to 24 bytes for each place of its list. A
 * participant: eight guards of 24 bytes, and more when more than a few are open. Pinning allocates nothing
 * else unless pin sites are recorded. Records are kept for those who join later.
 *
 * <p><b>Source.</b> Fraser, Practical lock-freedom, Cambridge 2004, chapter 5; crossbeam-epoch. Differs
 * in: participants are handles, not threads; a stalled one is reported.
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class EpochDomain {
  /*
   * epoch:   0, 1, 2, ... ; moves from e to e+1 only if every pinned record says e
   *
   * word of a record:   [ 32 bits: how many pins so far | 31 bits: epoch | 1 bit: pinned ]
   *
   *   who        before               after
   *   pin        pins=n, -            pins=n+1, epoch read just before, pinned;  then a full fence
   *   unpin      pins=n, e, pinned    pins=n, e, not pinned                      by release
   *
   * The number of pins tells one pin from the next in the same epoch, so that a report is about one pin.
   * Two epochs are compared by their low 31 bits: a record that is pinned in epoch e stops the domain at
   * e+1, so they are never farther apart than that. (A record that read the epoch, slept, and then
   * pinned, may be behind by more. It stops the domain where it is; if that is exactly 2^31 epochs
   * later, it looks like a fresh pin, and is one.)
   *
   * list of a record:   a ring of (epoch at deferral, callback, its argument), oldest first
   *
   * Safety. A thing is unlinked, then its deferral reads the epoch, s. It is reclaimed in epoch s+2 or
   * later. The step from s+1 to s+2 looks at every record after the epoch has become s+1, hence after
   * the unlinking. Let a participant use the thing: it found the thing while it was pinned. Between its
   * pin and its search lies a full fence, between the unlinking and the look at its record there are two
   * (in defer, in tryAdvance). So either the look sees the pin, or the search sees the unlinking. The
   * participant read the epoch before it pinned and found the thing before the unlinking was visible to
   * it, so its word says s or less; seen pinned, it stops the step. Then it unpins, by release, and the
   * look that finds it unpinned, or pinned anew, is an acquire: the callback comes after its last use.
   *
   * Bound. Let a pin last from before it reads the epoch until it is over, and over no more than q
   * collections of one participant. Take q+1 collections of one participant, one after the other, that
   * all read epoch e. Who stops the last of them says another epoch, so it read it before the epoch became
   * e, and has been pinned since: over all q+1, which is one too many. So after q+1 collections the epoch
   * is another one than the first of them read, and after 2*(q+1) it is two further at least; the last of
   * them reclaims what was deferred before the first. What is left was deferred between the first and the
   * last, (2q+1)*C; the next collection comes C deferrals later. So a list never holds more than
   * 2*(q+1)*C, and there are R lists. One without owner only gets shorter, and the next owner goes on with
   * it.
   *
   * Invariants:      the stamps in a list do not fall from front to back.
   *                  an IDLE record is not pinned.
   *                  only the owner touches the list; ownership is handed over by state.
   * Non-invariants:  a pinned record need not say the present epoch, nor the one before.
   *                  what nobody uses any more need not be reclaimed: see the bound.
   *
   * Rejected: looking at the epoch again after the pin (saves a stop of one collection, costs a load and
   * a loop at each pin); the time of each pin (25 ns); unpinning a record whose handle was collected by
   * the garbage collector (what was found under the pin may still be in use without the handle); a guard
   * for each pin (24 bytes, where escape analysis fails); one guard for all pins of a participant (closed
   * once too often, it would end the pin of somebody else).
   */
  private static final int DEFAULT_COLLECT_EVERY = 64;
  private static final long DEFAULT_STALL_PENDING = 100_000;
  private static final Duration DEFAULT_STALL_AFTER = Duration.ofSeconds(10);

  private final @Nullable String name;
  private final int collectEvery;
  private final long stallPending;
  private final long stallNanos;
  private final @Nullable Consumer<? super StallReport> onStall;
  private final LongSupplier clock;
  private final boolean recordsSites;

  private final Epoch epoch = new Epoch();
  private final Tally tally = new Tally();
  private volatile ParticipantRecord[] records = new ParticipantRecord[0];

  private EpochDomain(Builder b) {
    name = b.name;
    collectEvery = b.collectEvery;
    stallPending = b.stallPending;
    stallNanos = b.stallNanos;
    onStall = b.onStall;
    clock = b.clock;
    recordsSites = b.recordsSites;
  }

  /** A domain with the defaults of {@link #builder()}. */
  public static EpochDomain create() {
    return builder().build();
  }

  /** For a domain with a name, a listener, or other bounds. */
  public static Builder builder() {
    return new Builder();
  }

  /** A new participant without a name. */
  public Participant join() {
    return join("participant");
  }

  /** A new participant; reports about it show {@code name}. */
  public Participant join(String name) {
    Objects.requireNonNull(name, "name");
    ParticipantRecord r = claim();
    r.owner = name;
    return new Participant(this, r);
  }

  /**
   * Moves the epoch on if nobody is in the way, and reclaims what is due in the lists that nobody owns
   * at the moment. For a domain whose participants have left, and for a monitor that wants stalls to be
   * found while nobody defers.
   *
   * @return how many were reclaimed
   */
  public int collect() {
    @Nullable Throwable failure = tryAdvance();
    int reclaimed = 0;
    for (ParticipantRecord r : records) {
      if (r.tryClaim()) {
        try {
          reclaimed += reclaimDue(r, r);
          failure = Failures.add(failure, r.takeFailure());
        } finally {
          r.release();
        }
      }
    }
    Failures.rethrow(failure);
    return reclaimed;
  }

  /** The present epoch. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long epoch() {
    return epoch.value;
  }

  /**
   * The most that can be pending with the records that there are now, as long as no pin lasts over more
   * than {@code collections} collections of one participant: {@code 2 * (collections + 1) * collectEvery *
   * records()}.
   *
   * @throws IllegalArgumentException when {@code collections} is negative
   */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long garbageBound(int collections) {
    if (collections < 0) {
      throw new IllegalArgumentException(
          "collections is " + collections + "; a pin lasts over 0 of them or more");
    }
    return 2 * (collections + 1L) * collectEvery * records.length;
  }

  /** How many records there are: the most participants at a time, and who collected meanwhile. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public int records() {
    return records.length;
  }

  /** What was deferred and reclaimed so far. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public ReclamationFigures figures() {
    return tally.figures();
  }

  /**
   * Who is in the way now, and has been for as long or with as much garbage as makes a stall. Found by
   * collections: one that nobody has met yet is not here.
   */
  public List<StallReport> stalls() {
    List<StallReport> stalls = new ArrayList<>();
    long pending = tally.pending();
    ParticipantRecord[] all = records;
    for (int i = 0; i < all.length; i++) {
      Blocked b = all[i].blocked;
      if (b != null && b.word == all[i].word && isStall(b, pending)) {
        stalls.add(report(i, all[i], b, pending));
      }
    }
    return stalls;
  }

  /** For tests: whether a record refers to a thread that has pinned it. */
  boolean remembersAPin() {
    return Arrays.stream(records).anyMatch(r -> r.pinnedBy != null);
  }

  @Override
  public String toString() {
    int pinned = 0;
    ParticipantRecord[] all = records;
    for (ParticipantRecord r : all) {
      pinned += ParticipantRecord.isPinned(r.word) ? 1 : 0;
    }
    return objectName()
        + "[epoch="
        + epoch.value
        + ", pinned="
        + pinned
        + " of "
        + all.length
        + " records, "
        + tally.figures()
        + "]";
  }

  private String objectName() {
    return "EpochDomain"
        + (name == null
            ? "@" + Integer.toHexString(System.identityHashCode(this))
            : "(" + name + ")");
  }

  // Records

  ParticipantRecord claim() {
    for (; ; ) {
      ParticipantRecord[] all = records;
      for (ParticipantRecord r : all) {
        if (r.tryClaim()) {
          return r;
        }
      }
      ParticipantRecord made = new ParticipantRecord();
      ParticipantRecord[] more = Arrays.copyOf(all, all.length + 1);
      more[all.length] = made;
      if (RECORDS.compareAndSet(this, all, more)) {
        return made;
      }
    }
  }

  // Collecting

  void defer(ParticipantRecord r, long argument, LongConsumer callback) {
    // Ordering: Full. The unlinking comes before the epoch is read, or the stamp would be too old;
    // pairs with the fence in pin(). Evidence: EpochPin.
    VarHandle.fullFence();
    r.reserve();
    tally.addRetired();
    r.append(epoch.value, argument, callback);
    if (++r.sinceCollect >= collectEvery) {
      collect(r);
    }
    r.throwFailure();
  }

  /**
   * Moves on by one if possible; reclaims what is due in this list, and in one without owner. What callbacks
   * and the listener throw is left in {@code own}, so that none keeps the others from being called.
   */
  int collect(ParticipantRecord own) {
    if (own.reclaiming) {
      return 0; // a callback asks for more of what runs already
    }
    own.reclaiming = true;
    try {
      own.sinceCollect = 0;
      own.fail(tryAdvance());
      ParticipantRecord[] all = records;
      ParticipantRecord other = all[own.nextToHelp(all.length)];
      int reclaimed = 0;
      if (other != own && other.tryClaim()) {
        try {
          reclaimed = reclaimDue(other, own);
        } finally {
          other.release();
        }
      }
      return reclaimed + reclaimDue(own, own);
    } finally {
      own.reclaiming = false;
    }
  }

  /** Gives what the listener has thrown, if it was told of a stall. */
  private @Nullable Throwable tryAdvance() {
    long e = epoch.value;
    // Ordering: Full. Between the epoch, which is younger than what is waiting to be reclaimed, and
    // the look at the pins; pairs with the fence in pin(). Evidence: EpochPin.
    VarHandle.fullFence();
    ParticipantRecord[] all = records;
    for (int i = 0; i < all.length; i++) {
      long word = all[i].wordAcquire();
      if (ParticipantRecord.isPinned(word) && !ParticipantRecord.isOf(word, e)) {
        return inTheWay(i, all[i], word);
      }
    }
    epoch.advance(e);
    return null;
  }

  private int reclaimDue(ParticipantRecord r, ParticipantRecord sink) {
    int due = r.due(epoch.value - 2);
    if (due != 0) {
      tally.addReclaimed(due);
      r.callBack(due, sink);
    }
    return due;
  }

  // Stalls

  private @Nullable Throwable inTheWay(int i, ParticipantRecord r, long word) {
    Blocked b = r.blocked;
    if (b == null || b.word != word) {
      b = new Blocked(word, clock.getAsLong(), false);
      r.blocked = b; // of two that come at once either will do
    }
    long pending = tally.pending();
    if (!b.reported && isStall(b, pending)) {
      Blocked reported = new Blocked(b.word, b.sinceNanos, true);
      if (BLOCKED.compareAndSet(r, b, reported)) {
        return tell(report(i, r, reported, pending));
      }
    }
    return null;
  }

  private @Nullable Throwable tell(StallReport report) {
    try {
      Recorder.reclamationStall(
          report.domain(), report.participant(), report.pending(), report::toString);
      if (onStall != null) {
        onStall.accept(report);
      } else {
        System.getLogger(EpochDomain.class.getPackageName())
            .log(System.Logger.Level.WARNING, report::toString);
      }
      return null;
    } catch (Throwable fromListener) {
      return fromListener;
    }
  }

  private boolean isStall(Blocked b, long pending) {
    return pending >= stallPending || clock.getAsLong() - b.sinceNanos >= stallNanos;
  }

  private StallReport report(int i, ParticipantRecord r, Blocked b, long pending) {
    Pinned by = r.pinnedBy;
    return new StallReport(
        objectName(),
        r.owner + " #" + i,
        Duration.ofNanos(clock.getAsLong() - b.sinceNanos),
        pending,
        by == null ? null : by.thread,
        by == null ? null : by.site);
  }

  /** The bounds of a domain. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public static final class Builder {
    private @Nullable String name;
    private int collectEvery = DEFAULT_COLLECT_EVERY;
    private long stallPending = DEFAULT_STALL_PENDING;
    private long stallNanos = DEFAULT_STALL_AFTER.toNanos();
    private @Nullable Consumer<? super StallReport> onStall;
    private LongSupplier clock = System::nanoTime;
    private boolean recordsSites;

    Builder() {}

    /** Errors, reports and {@code toString} show it. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** After how many deferrals a participant collects; 64 unless said otherwise. */
    public Builder collectEvery(int deferrals) {
      collectEvery = (int) positive("collectEvery", deferrals);
      return this;
    }

    /** A pin in the way is a stall when so much garbage waits; 100,000 unless said otherwise. */
    public Builder stallAtPending(long pending) {
      stallPending = positive("stallAtPending", pending);
      return this;
    }

    /**
     * A pin in the way is a stall after so long, counted from when a collection first met it; ten seconds
     * unless said otherwise, zero for at once.
     */
    public Builder stallAfter(Duration age) {
      if (age.isNegative()) {
        throw new IllegalArgumentException(
            "stallAfter is " + age + "; an epoch domain needs zero or more");
      }
      long nanos;
      try {
        nanos = age.toNanos();
      } catch (ArithmeticException centuries) {
        nanos = Long.MAX_VALUE;
      }
      stallNanos = nanos;
      return this;
    }

    /**
     * Is told of each stall once, by the thread whose collection finds it. What it throws leaves the call
     * that collected, after it has. Without a listener a warning is logged, by a {@link System.Logger} that
     * has the name of this package.
     */
    public Builder onStall(Consumer<? super StallReport> listener) {
      onStall = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Keeps the thread and the stack of each pin for reports, until it ends, and gives out a new guard for
     * each, so that a guard of an earlier pin is always found out. A pin then costs microseconds.
     */
    public Builder recordPinSites() {
      recordsSites = true;
      return this;
    }

    /** For tests: nanoseconds from any origin, in place of {@link System#nanoTime()}. */
    Builder clock(LongSupplier nanos) {
      clock = nanos;
      return this;
    }

    /** The domain. */
    public EpochDomain build() {
      return new EpochDomain(this);
    }

    private static long positive(String what, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(
            what + " is " + value + "; an epoch domain needs 1 or more");
      }
      return value;
    }
  }

  /**
   * One participant of an {@link EpochDomain}. Used by one caller at a time; not bound to a thread: it may
   * be pinned by one and unpinned by another.
   */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public static final class Participant implements AutoCloseable {
    private static final int FIRST_GUARDS = 8; // a power of two

    /** A guard that was closed is given out again after so many further pins at the earliest. */
    private static final int REST = 4;

    /*
     * guards:   all there are, given out in a circle from cursor on; doubled when none is left
     * pins:     how many pins so far: the time in which guards rest
     *
     *   restsUntil of a guard   OPEN   given out, and not closed
     *                           n      closed; may be given out again when pins has reached n
     *
     *   pin     the next guard that has rested: OPEN;  pins + 1
     *   close   OPEN -> pins + REST
     *
     * So who closes again what was closed a moment ago finds it closed. No reference is stored: that costs
     * a barrier.
     */
    private final EpochDomain domain;
    private Guard[] guards = newGuards(new Guard[0], FIRST_GUARDS);
    private int cursor;
    private long pins;
    private int open;

    /** Null once closed, since somebody else may own the record then. */
    private @Nullable ParticipantRecord record;

    Participant(EpochDomain domain, ParticipantRecord record) {
      this.domain = domain;
      this.record = record;
    }

    /**
     * Pins: nothing that is found from now on is reclaimed before the guard is closed. Pins may be nested or
     * overlap; the participant is pinned until all their guards are closed, in whatever order.
     */
    @ProgressGuarantee(Progress.WAIT_FREE)
    public Guard pin() {
      ParticipantRecord r = record();
      int i = cursor & (guards.length - 1);
      Guard guard = guards[i];
      if (guard.restsUntil > pins) {
        i = nextRested(i);
        guard = guards[i];
      }
      if (domain.recordsSites) {
        guard = new Guard(this);
        if (open == 0) {
          r.pinnedBy = new Pinned(Thread.currentThread(), new Throwable("pinned here"));
        }
        guards[i] = guard;
      }
      if (open == 0) {
        r.pin(domain.epoch.value);
      }
      open++; // behind the fence, which then waits for one store and not for all of these
      guard.restsUntil = Guard.OPEN;
      cursor = i + 1;
      pins++;
      return guard;
    }

    /** Whether it is pinned. */
    @ProgressGuarantee(Progress.WAIT_FREE)
    public boolean isPinned() {
      return open != 0;
    }

    /**
     * Ends all pins, for who takes over from somebody who will not: a thread that has died, a coroutine that
     * was forgotten. Their guards are closed then, and what was found under them must not be used any more.
     * As every call, it must come after those of the former owner, in an order that something makes.
     *
     * @return how many guards were open
     */
    @ProgressGuarantee(Progress.WAIT_FREE)
    public int unpinAll() {
      int ended = open;
      for (int i = 0; open != 0; i++) {
        if (guards[i].restsUntil == Guard.OPEN) {
          unpin(guards[i]);
        }
      }
      return ended;
    }

    /** Hands over what nobody can find any more; {@code callback} runs once nobody can be using it. */
    public void defer(Runnable callback) {
      Objects.requireNonNull(callback, "callback");
      domain.defer(record(), 0, ignored -> callback.run());
    }

    /** The same without an allocation: {@code callback} gets {@code argument}. */
    public void defer(long argument, LongConsumer callback) {
      domain.defer(record(), argument, Objects.requireNonNull(callback, "callback"));
    }

    /**
     * Moves the epoch on if nobody is in the way, and reclaims what is due of this participant. What was
     * deferred just now is due after two calls at the earliest, when nobody is pinned meanwhile.
     *
     * @return how many were reclaimed
     */
    public int collect() {
      ParticipantRecord r = record();
      int reclaimed = domain.collect(r);
      r.throwFailure();
      return reclaimed;
    }

    /**
     * Collects once more and leaves. What is not due yet is reclaimed by a collection of the others, or of
     * who joins next. Closing again does nothing.
     *
     * @throws IllegalStateException when pinned
     */
    @Override
    public void close() {
      ParticipantRecord r = record;
      if (r == null) {
        return;
      }
      if (open != 0) {
        throw new IllegalStateException(
            this + " was closed while it is pinned; close its guard first");
      }
      if (r.reclaiming) {
        throw new IllegalStateException(
            this + " was closed by a callback that it runs; close it after the call that collects");
      }
      record = null;
      domain.collect(r);
      @Nullable Throwable failure = r.takeFailure();
      r.release();
      Failures.rethrow(failure);
    }

    @Override
    public String toString() {
      ParticipantRecord r = record;
      return (r == null ? "participant" : r.owner)
          + " of "
          + domain.objectName()
          + (r == null
              ? "[closed]"
              : "[" + (open == 0 ? "" : "pinned, ") + "deferred=" + r.size + "]");
    }

    private void unpin(Guard guard) {
      if (guard.restsUntil != Guard.OPEN) {
        throw new IllegalStateException(
            "a guard of " + this + " was closed already; close each guard once");
      }
      guard.restsUntil = pins + REST;
      if (--open == 0) {
        ParticipantRecord r = record();
        r.unpin();
        if (domain.recordsSites) {
          r.pinnedBy = null; // after the pin: until then a report may want it
        }
      }
    }

    /** The index of the next guard behind {@code i} that may be given out; a new one if there is none. */
    private int nextRested(int i) {
      int n = guards.length;
      for (int k = 1; k < n; k++) {
        int j = (i + k) & (n - 1);
        if (guards[j].restsUntil <= pins) {
          return j;
        }
      }
      guards = newGuards(guards, 2 * n);
      return n;
    }

    private Guard[] newGuards(Guard[] old, int count) {
      Guard[] all = Arrays.copyOf(old, count);
      for (int i = old.length; i < count; i++) {
        all[i] = new Guard(this);
      }
      return all;
    }

    private ParticipantRecord record() {
      ParticipantRecord r = record;
      if (r == null) {
        throw new ClosedException(
            "participant of " + domain.objectName() + " is closed; join again", null);
      }
      return r;
    }
  }

  /** Keeps a participant pinned until it is closed. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public static final class Guard implements AutoCloseable {
    private static final long OPEN = Long.MAX_VALUE;

    private final Participant participant;

    /** See the participant. */
    private long restsUntil;

    Guard(Participant participant) {
      this.participant = participant;
    }

    /**
     * Ends the pin that this guard was given out for; the last of a participant's to be closed unpins it.
     *
     * @throws IllegalStateException when it was closed already. That is found for certain until the
     *     participant has been pinned four times more, and always if pin sites are recorded; after that the
     *     same object may have been given out again, and closing it ends that pin
     */
    @Override
    public void close() {
      participant.unpin(this);
    }

    @Override
    public String toString() {
      return "guard of " + participant;
    }
  }

  /** A pin that a collection met in its way. */
  private record Blocked(long word, long sinceNanos, boolean reported) {}

  /** Who pinned. */
  private record Pinned(Thread thread, Throwable site) {}

  /** The epoch, away from what lies before it in memory. */
  private static final class Epoch extends LeadingPad {
    volatile long value = 2; // so that nothing is due before anything was deferred

    void advance(long from) {
      VALUE.compareAndSet(this, from, from + 1);
    }

    // VarHandle mechanics
    private static final VarHandle VALUE =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "value", VarHandle.class, Epoch.class, long.class);
  }

  /** See the block at the top. */
  static final class ParticipantRecord extends LeadingPad {
    private static final int IDLE = 0;
    private static final int ACTIVE = 1;

    private static final long PINNED = 1;
    private static final long EPOCH_BITS = 0xFFFF_FFFEL;
    private static final long ONE_PIN = 1L << 32;

    private volatile int state = ACTIVE;
    private volatile long word;

    private long[] stamps = new long[8];
    private long[] arguments = new long[8];
    private LongConsumer[] callbacks = new LongConsumer[8];
    private int head;
    private int size;
    private int sinceCollect;
    int nextToHelp;

    /** Whether its owner collects, and callbacks may run: what they defer waits for the next time. */
    private boolean reclaiming;

    /** What callbacks and the listener have thrown, until the call in which they ran is about to end. */
    private @Nullable Throwable failure;

    private volatile String owner = "participant";
    private volatile @Nullable Pinned pinnedBy;
    private volatile @Nullable Blocked blocked;

    /** Whose turn it is to be helped: all in a circle, however often. */
    int nextToHelp(int records) {
      int i = nextToHelp < records ? nextToHelp : 0;
      nextToHelp = i + 1;
      return i;
    }

    void fail(@Nullable Throwable e) {
      if (e != null) {
        failure = Failures.add(failure, e);
      }
    }

    /** What callbacks and the listener have thrown since it was asked last. */
    @Nullable Throwable takeFailure() {
      Throwable taken = failure;
      if (taken != null) {
        failure = null;
      }
      return taken;
    }

    /** Unless a callback calls: its own failure and that of the others belong to the call around it. */
    void throwFailure() {
      if (failure != null && !reclaiming) {
        Failures.rethrow(takeFailure());
      }
    }

    static boolean isPinned(long word) {
      return (word & PINNED) != 0;
    }

    static boolean isOf(long word, long epoch) {
      return ((word ^ (epoch << 1)) & EPOCH_BITS) == 0;
    }

    boolean tryClaim() {
      return state == IDLE && STATE.compareAndSet(this, IDLE, ACTIVE);
    }

    /** It is not pinned. */
    void release() {
      // Ordering: Release. Pairs with the compare-and-set in tryClaim(); hands over the list.
      // Evidence: EpochRecordHandOver.
      STATE.setRelease(this, IDLE);
    }

    void pin(long epoch) {
      setWordRelease(((wordPlain() & -ONE_PIN) + ONE_PIN) | ((epoch << 1) & EPOCH_BITS) | PINNED);
      // Ordering: Full. Between the pin and all that is looked for under it; pairs with the fences
      // in defer() and tryAdvance(). Evidence: EpochPin, and its twin without it.
      VarHandle.fullFence();
    }

    void unpin() {
      setWordRelease(wordPlain() & ~PINNED);
    }

    /** Makes room for one more, so that appending it cannot fail. */
    void reserve() {
      if (size == stamps.length) {
        grow();
      }
    }

    /** Appends to the list, which has room. */
    void append(long stamp, long argument, LongConsumer callback) {
      int i = (head + size) & (stamps.length - 1);
      stamps[i] = stamp;
      arguments[i] = argument;
      callbacks[i] = callback;
      size++;
    }

    /** How many at the front were deferred in {@code epoch} or before. */
    int due(long epoch) {
      int n = 0;
      while (n < size && stamps[(head + n) & (stamps.length - 1)] <= epoch) {
        n++;
      }
      return n;
    }

    void callBack(int count, ParticipantRecord sink) {
      for (int i = 0; i < count; i++) {
        int at = head;
        long argument = arguments[at];
        LongConsumer callback = callbacks[at];
        Arrays.fill(callbacks, at, at + 1, null);
        head = (at + 1) & (stamps.length - 1);
        size--;
        try {
          callback.accept(argument); // may append, and so make the ring grow
        } catch (Throwable e) { // also what is checked: not all callbacks are written in Java
          sink.fail(e);
        }
      }
    }

    private void grow() {
      int n = stamps.length;
      long[] newStamps = new long[2 * n];
      long[] newArguments = new long[2 * n];
      LongConsumer[] newCallbacks = new LongConsumer[2 * n];
      int tail = n - head;
      System.arraycopy(stamps, head, newStamps, 0, tail);
      System.arraycopy(stamps, 0, newStamps, tail, head);
      System.arraycopy(arguments, head, newArguments, 0, tail);
      System.arraycopy(arguments, 0, newArguments, tail, head);
      System.arraycopy(callbacks, head, newCallbacks, 0, tail);
      System.arraycopy(callbacks, 0, newCallbacks, tail, head);
      stamps = newStamps;
      arguments = newArguments;
      callbacks = newCallbacks;
      head = 0;
    }

    private long wordPlain() {
      // Ordering: Plain. The owner's own last write, handed over with the record.
      return (long) WORD.get(this);
    }

    long wordAcquire() {
      // Ordering: Acquire. Pairs with setWordRelease() in unpin(), or in a later pin(); the last
      // uses under the pin that is over. Evidence: EpochUnpin.
      return (long) WORD.getAcquire(this);
    }

    private void setWordRelease(long next) {
      // Ordering: Release. Pairs with wordAcquire() in a collection: who finds a pin over reclaims
      // after its last use. That a new pin is seen in time is the fence's business. Evidence:
      // EpochUnpin.
      WORD.setRelease(this, next);
    }

    // VarHandle mechanics
    private static final VarHandle STATE =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "state", VarHandle.class, ParticipantRecord.class, int.class);
    private static final VarHandle WORD =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "word", VarHandle.class, ParticipantRecord.class, long.class);
  }

  // VarHandle mechanics
  private static final VarHandle RECORDS =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "records",
          VarHandle.class,
          EpochDomain.class,
          ParticipantRecord[].class);
  private static final VarHandle BLOCKED =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "blocked",
          VarHandle.class,
          ParticipantRecord.class,
          Blocked.class);
}
