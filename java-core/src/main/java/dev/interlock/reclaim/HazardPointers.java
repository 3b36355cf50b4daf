package dev.interlock.reclaim;

import dev.interlock.ClosedException;
import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import dev.interlock.internal.layout.LeadingPad;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A domain of hazard pointers: who is about to use a thing says so, and what somebody has said so about
 * is not reclaimed. The amount of garbage is bounded, whoever stalls. Prefer {@link EpochDomain} where
 * readers visit many things at a time and never stay long.
 *
 * <p>Things are named by 64-bit numbers that are not zero: handles of an {@link OffHeapSlab}, native
 * addresses, descriptors, the index of a buffer in its pool. A name that has been retired must not come
 * into use again before its callback was called, and two things must not have the same name. Handles of two
 * slabs may be the same number, so a domain serves one slab: the first on which a structure is made with
 * it, or whose releaser is a callback; another one is refused. Any number of structures on one slab may
 * share a domain.
 *
 * <pre>{@code
 * HazardPointers domain = HazardPointers.create(1);
 * try (HazardPointers.Participant me = domain.join()) {
 *   long node = me.protect(0, () -> head); // head is a volatile field
 *   ...                                    // node is not reclaimed here
 *   me.clear(0);
 *
 *   long old = swapHead(fresh);            // volatile or stronger: from now on nobody finds it
 *   me.retire(old, slab::release);         // called once nobody protects it
 * }
 * }</pre>
 *
 * <p><b>Progress.</b> {@code publish} and {@code clear} are wait-free. {@code protect} is lock-free: it
 * looks again only when the source changed. {@code retire}, {@code scan}, {@code join} and {@code close}
 * are lock-free: a walk over the records of the domain, no loop that waits for a participant. A
 * participant that never comes back keeps what its slots name, at most {@code slots} things, and what was
 * in its list, less than a threshold; nobody waits for it, and nothing else is kept for it. So there is
 * nothing to report: {@link #participants()} tells who keeps how much, at any time.
 *
 * <p><b>Memory effects.</b> Actions of a participant before it clears a slot, or puts another name in
 * it, happen-before the callback of what the slot named. The source must be read by a volatile read, and
 * unlinked by a volatile write or compare-and-set, or by anything else that happens before the
 * retirement.
 *
 * <p><b>Ordering and fairness.</b> The order in which callbacks are called is not specified.
 *
 * <p><b>Blocking and errors.</b> Nothing blocks. Callbacks run in the thread that scans, after the list
 * is in order again; they may retire. If some throw, checked or not, the others are called all the same,
 * and the first exception leaves the call with the others suppressed. In an operation of a stack or a queue
 * that shares the domain it goes to the thread's handler of uncaught exceptions instead: that operation has
 * done its work. A participant is used by one caller at a time, who may be another thread at each call if
 * something else orders them (as the resumption of a coroutine does). After {@code close} its methods throw
 * {@link ClosedException}.
 *
 * <p><b>The bound.</b> With {@code H} slots a participant, {@code R} records and the threshold {@code T =
 * max(scanThreshold, 2*H*R)}, no more than {@code R*T} are ever pending; and {@code R*(T-1)} at any
 * moment when nobody is inside of a call. {@code R} is the most participants there were at a time, plus
 * at most one for each that scanned meanwhile. {@link #garbageBound()} computes it. Callbacks that
 * retire more than one each are outside of the bound while they run.
 *
 * <p><b>Cost.</b> {@code publish}: one atomic swap. {@code clear}: one release store.
 * {@code retire}: one atomic read-modify-write; a scan, every T/2 retirements or more seldom, reads all
 * {@code H*R} slots and costs O((H*R + T) log(H*R)). {@code join}: O(R), one compare-and-set.
 *
 * <p><b>Footprint.</b> A record: 64 bytes of padding, its slots between two cache lines of padding, and
 * 12 to 16 bytes for each place of its list. Nothing is allocated by any operation but {@code join} (the
 * handle) and the growth of lists when R grows. Records are kept for those who join later.
 *
 * <p><b>Source.</b> Michael, Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects, TPDS 2004.
 * Differs in: participants are handles, not threads; the list of one that left is scanned by the others
 * in turn (one record for each scan) instead of all at once; figures and bound are part of the interface.
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class HazardPointers {
  /*
   * records:  an array that only grows, copied on growth
   *
   *   record   state    IDLE | ACTIVE, and by whom: exactly the one who has set it to ACTIVE by CAS
   *            slots    [ pad | h0 | h1 | ... | pad ]   written by the owner, read by everybody
   *            list     keys[0..size), callbacks[0..size)   the owner's alone
   *
   *   who               IDLE -> ACTIVE      ACTIVE -> IDLE
   *   join / close      by CAS              by release, slots cleared before
   *   a scan that helps by CAS              by release; at most one at a time for each scan
   *
   * Life of a name:   linked --unlink--> retired(in one list) --scan: in no slot--> callback
   *
   * Safety. A participant uses a name only if it found it at the source AFTER publish(name). Both sides
   * store, and then load:
   *
   *     participant                 who retires
   *     swap name into slot         source = other       (unlink)
   *                                 full fence           (in scan)
   *     look at source              look at slot
   *
   * At least one of them sees the other's store: either the participant sees that the name is gone and
   * does not use it, or the scan sees the slot and keeps the name. The swap and the look at the source are
   * volatile, so they are in the one order of all such accesses; a look that finds the name comes before
   * the unlinking there, and so before the fence, and what is read after a fence is no older than a volatile
   * write before it. (Twin X3 looks first and publishes then; twin X2 mistakes one answer for the other.)
   *
   * Not a store and a full fence, which would allow any read of the source: it takes 7.0 ns to protect and
   * to clear where this takes 6.2 (an EPYC), because a fence waits for the store in front of it as well.
   *
   * A name may be copied to a higher slot without a look. The scan reads the slots of a record upwards: if
   * it reads the lower one after that was cleared, it acquires what came before, the copy; if before, it
   * finds the original. Downwards neither follows.
   *
   * Bound. A list is scanned when its size reaches T > H*R, and after a scan it holds only names that
   * were in a slot: at most H*R, each once. So a list never holds more than T, nor more than T-1 between
   * calls, whoever owns its record. A record without owner keeps its list, and the next owner goes on
   * with it; a scan takes one such record along, so that what is left there does not wait for a join.
   *
   * Invariants:      a name stands in at most one list, once; hence one slab, see bind().
   *                  an IDLE record has empty slots.
   *                  only the owner touches list and scratch; ownership is handed over by state.
   * Non-invariants:  a slot may name what has been reclaimed, or was never at the source: published,
   *                  found to be gone, not yet overwritten. Nobody uses it then, and it keeps a name
   *                  from being reclaimed at most a scan longer.
   *                  R may exceed the number of participants, never the bound in the Javadoc.
   *
   * Rejected: a free list of records (a scan that helps would have to take records out of its middle);
   * one list for the whole domain (a hot spot, and no bound for each); leaving the list of who closes to
   * a shared stack of orphans (k participants that stall while they close, again and again, make R*R*H).
   */

  /** The name of nothing; an empty slot holds it. */
  public static final long NONE = 0;

  /** The most slots that a participant can have. */
  public static final int MAX_SLOTS = 1024;

  private static final int DEFAULT_THRESHOLD = 64;

  private final int slots;
  private final int scanThreshold;
  private final @Nullable String name;
  private final Tally tally = new Tally();

  /** Whose handles are names here, once a structure on it or its releaser came along. */
  private volatile @Nullable OffHeapSlab slab;

  private volatile ParticipantRecord[] records = new ParticipantRecord[0];

  private HazardPointers(@Nullable String name, int slots, int scanThreshold) {
    if (slots < 1 || slots > MAX_SLOTS) {
      throw new IllegalArgumentException(
          "slots is "
              + slots
              + "; a participant of a hazard domain has between 1 and "
              + MAX_SLOTS
              + ", one for each name that it protects at the same time");
    }
    if (scanThreshold < 1) {
      throw new IllegalArgumentException(
          "scanThreshold is "
              + scanThreshold
              + "; a hazard domain needs 1 or more, and uses at least 2 * slots * records");
    }
    this.name = name;
    this.slots = slots;
    this.scanThreshold = scanThreshold;
  }

  /** A domain whose participants protect up to {@code slots} names at the same time. */
  public static HazardPointers create(int slots) {
    return new HazardPointers(null, slots, DEFAULT_THRESHOLD);
  }

  /**
   * The same with a list size at which to scan: a larger one scans more seldom and keeps more garbage.
   * What is less than {@code 2 * slots * records} counts as that.
   */
  public static HazardPointers create(int slots, int scanThreshold) {
    return new HazardPointers(null, slots, scanThreshold);
  }

  /** As {@link #create(int, int)}, with a name that errors and {@code toString} show. */
  public static HazardPointers named(String name, int slots, int scanThreshold) {
    return new HazardPointers(Objects.requireNonNull(name, "name"), slots, scanThreshold);
  }

  /** A new participant. It may be used by any thread, one at a time, until it is closed. */
  public Participant join() {
    return join("participant");
  }

  /** The same; {@link #participants()} and {@code toString} show {@code name}. */
  public Participant join(String name) {
    Objects.requireNonNull(name, "name");
    ParticipantRecord r = claim();
    r.owner = name;
    return new Participant(this, r);
  }

  /**
   * Scans the lists of all records that nobody owns at the moment; for a domain whose participants have
   * left.
   *
   * @return how many were reclaimed
   */
  public int scan() {
    return scanWithoutOwner(false);
  }

  /** The same for an operation to which the callbacks do not belong: what they throw is handed over. */
  int scanHandingOver() {
    return scanWithoutOwner(true);
  }

  private int scanWithoutOwner(boolean handsOver) {
    int reclaimed = 0;
    @Nullable Throwable failure = null;
    for (ParticipantRecord r : records) {
      if (r.tryClaim()) {
        try {
          reclaimed += scanList(r, r);
          failure = Failures.add(failure, r.takeFailure());
        } finally {
          r.release();
        }
      }
    }
    if (handsOver && failure != null) {
      Failures.hand(failure);
    } else {
      Failures.rethrow(failure);
    }
    return reclaimed;
  }

  /** How many names a participant protects at the same time. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public int slots() {
    return slots;
  }

  /** How many records there are: {@code R} of the bound. It never falls. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public int records() {
    return records.length;
  }

  /** The list size that starts a scan now: {@code T} of the bound. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public int threshold() {
    return threshold(records.length);
  }

  /** The most that can be pending with the records that there are now: {@code R*T}. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public long garbageBound() {
    int r = records.length;
    return (long) r * threshold(r);
  }

  /**
   * Who takes part, what each protects and what waits in its list; and the lists that somebody left behind
   * and nobody owns. For a look from outside: each line was read while others went on.
   */
  public List<HazardReport> participants() {
    List<HazardReport> lines = new ArrayList<>();
    ParticipantRecord[] all = records;
    for (int i = 0; i < all.length; i++) {
      ParticipantRecord r = all[i];
      boolean joined = r.isActive();
      int retired = r.sizeOpaque();
      if (joined || retired != 0) {
        lines.add(
            new HazardReport(
                objectName(),
                (joined ? r.owner : "nobody") + " #" + i,
                joined,
                r.protectedNames(slots),
                retired));
      }
    }
    return lines;
  }

  /** What was retired and reclaimed so far. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public ReclamationFigures figures() {
    return tally.figures();
  }

  @Override
  public String toString() {
    int active = 0;
    ParticipantRecord[] all = records;
    for (ParticipantRecord r : all) {
      active += r.isActive() ? 1 : 0;
    }
    return objectName()
        + "[participants="
        + active
        + " of "
        + all.length
        + " records, "
        + tally.figures()
        + "]";
  }

  private String objectName() {
    return "HazardPointers"
        + (name == null
            ? "@" + Integer.toHexString(System.identityHashCode(this))
            : "(" + name + ")");
  }

  private int threshold(int r) {
    return (int) Math.max(scanThreshold, Math.min(2L * slots * r, Integer.MAX_VALUE - 8));
  }

  /**
   * From the first call on, the handles among the names are those of {@code slab}. Handles of two slabs
   * would collide: a slot of one would be kept by who protects a slot of the other, and the bound be false.
   */
  void bind(OffHeapSlab slab) {
    OffHeapSlab bound = this.slab;
    if (bound == slab) {
      return;
    }
    if (bound == null && SLAB.compareAndSet(this, null, slab)) {
      return;
    }
    bound = this.slab;
    if (bound != slab) {
      throw new IllegalArgumentException(
          objectName()
              + " is used with "
              + (bound == null ? "another slab" : bound.objectName())
              + ", so it cannot reclaim slots of "
              + slab.objectName()
              + ": handles of two slabs may be the same number; make a domain for each slab");
    }
  }

  // Records, also for the structures of this package, which own one for the time of an operation

  /** A record that the caller owns until it releases it. */
  ParticipantRecord claim() {
    for (; ; ) {
      ParticipantRecord[] all = records;
      if (all.length != 0) {
        // Spread, so that threads do not all begin at the same record.
        int start = (int) (Thread.currentThread().getId() % all.length);
        for (int i = 0; i < all.length; i++) {
          int j = start + i;
          ParticipantRecord r = all[j < all.length ? j : j - all.length];
          if (r.tryClaim()) {
            return r;
          }
        }
      }
      ParticipantRecord made = new ParticipantRecord(slots);
      ParticipantRecord[] more = Arrays.copyOf(all, all.length + 1);
      more[all.length] = made;
      if (RECORDS.compareAndSet(this, all, more)) {
        return made;
      }
    }
  }

  /** What callbacks throw is left in {@code r}. */
  void retire(ParticipantRecord r, long key, LongConsumer callback) {
    r.reserve();
    tally.addRetired();
    int size = r.append(key, callback);
    if (size >= threshold(records.length)) {
      scanAndHelp(r);
    }
  }

  /**
   * Scans the list of {@code own}, and that of one record without owner. What callbacks throw is left in
   * {@code own}, so that neither list keeps the other from being scanned.
   */
  int scanAndHelp(ParticipantRecord own) {
    if (own.reclaiming) {
      return 0; // a callback asks for more of what runs already
    }
    own.reclaiming = true;
    try {
      ParticipantRecord[] all = records;
      ParticipantRecord other = all[own.nextToHelp(all.length)];
      int reclaimed = 0;
      if (other != own && other.tryClaim()) {
        try {
          reclaimed = scanList(other, own);
        } finally {
          other.release();
        }
      }
      return reclaimed + scanList(own, own);
    } finally {
      own.reclaiming = false;
    }
  }

  /**
   * Calls back for all in the list that no slot names; the caller owns the record. What fails is left in
   * {@code sink}, which the caller owns too.
   */
  private int scanList(ParticipantRecord r, ParticipantRecord sink) {
    if (r.size == 0) {
      return 0;
    }
    // Ordering: Full. Between the unlinking of what is in the list and the look at the slots; pairs
    // with the swap in publish(). Evidence: HazardPublication.
    VarHandle.fullFence();
    int reclaimed;
    try {
      reclaimed = r.split(r.snapshot(records, slots));
    } catch (OutOfMemoryError noRoom) { // for a copy of the slots: the list is as it was
      sink.fail(noRoom);
      return 0;
    }
    if (reclaimed != 0) {
      tally.addReclaimed(reclaimed);
      r.callBack(reclaimed, sink);
    }
    return reclaimed;
  }

  /**
   * One participant of a {@link HazardPointers} domain: its slots, and the list of what it retired. Used
   * by one caller at a time; not bound to a thread.
   */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public static final class Participant implements AutoCloseable {
    private final HazardPointers domain;

    /** Null once closed, since somebody else may own the record then. */
    private @Nullable ParticipantRecord record;

    Participant(HazardPointers domain, ParticipantRecord record) {
      this.domain = domain;
      this.record = record;
    }

    /**
     * Reads a name at {@code source} and protects it in {@code slot}: as long as it is found there after
     * it was published. {@link #NONE} protects nothing.
     *
     * @param source reads it with the memory effects of a volatile read
     *
     * @return the name; not reclaimed until the slot is cleared or gets another one
     */
    public long protect(int slot, LongSupplier source) {
      ParticipantRecord r = record(slot);
      long key = source.getAsLong();
      for (; ; ) {
        r.publish(slot, key);
        long again = source.getAsLong();
        if (again == key) {
          return key;
        }
        key = again;
      }
    }

    /**
     * Puts a name into {@code slot}. It is protected only if it is still linked when the caller looks at
     * the source <i>after</i> this call, by a volatile read; a look before proves nothing.
     *
     * <p>A name that another slot of this participant protects needs no look if {@code slot} is the
     * <i>higher</i> of the two: scans read the slots upwards, so one that comes too early for the copy finds
     * the original, if that is cleared after this call. A copy to a lower slot may be missed by a scan that
     * has read there before and reads the higher one after it was cleared; it needs the look.
     */
    @ProgressGuarantee(Progress.WAIT_FREE)
    public void publish(int slot, long key) {
      record(slot).publish(slot, key);
    }

    /** Ends the protection of what {@code slot} names. */
    @ProgressGuarantee(Progress.WAIT_FREE)
    public void clear(int slot) {
      record(slot).clear(slot);
    }

    /** What {@code slot} names, or {@link #NONE}. */
    @ProgressGuarantee(Progress.WAIT_FREE)
    public long get(int slot) {
      return record(slot).hazardAcquire(slot);
    }

    /**
     * Hands over what nobody can find any more; {@code callback} gets its name once nobody protects it.
     *
     * @throws IllegalArgumentException when {@code key} is {@link #NONE}, or {@code callback} is the {@link
     *     OffHeapSlab#releaser()} of another slab than the one whose handles are names here already
     */
    public void retire(long key, LongConsumer callback) {
      Objects.requireNonNull(callback, "callback");
      if (key == NONE) {
        throw new IllegalArgumentException(
            "the name 0 was retired at " + domain.objectName() + "; it means nothing at all");
      }
      if (callback instanceof OffHeapSlab.Releaser releaser) {
        domain.bind(releaser.slab());
      }
      ParticipantRecord r = record(0);
      domain.retire(r, key, callback);
      r.throwFailure();
    }

    /**
     * Scans now, before the threshold is reached.
     *
     * @return how many were reclaimed
     */
    public int scan() {
      ParticipantRecord r = record(0);
      int reclaimed = domain.scanAndHelp(r);
      r.throwFailure();
      return reclaimed;
    }

    /**
     * Clears the slots, scans once more and leaves. What others still protect is called back by one of
     * their scans. Closing again does nothing.
     */
    @Override
    public void close() {
      ParticipantRecord r = record;
      if (r != null) {
        if (r.reclaiming) {
          throw new IllegalStateException(
              this + " was closed by a callback that it runs; close it after the call that scans");
        }
        record = null;
        r.clearAll();
        domain.scanAndHelp(r);
        @Nullable Throwable failure = r.takeFailure();
        r.owner = ParticipantRecord.OPERATION;
        r.release();
        Failures.rethrow(failure);
      }
    }

    @Override
    public String toString() {
      ParticipantRecord r = record;
      return (r == null ? "participant" : r.owner)
          + " of "
          + domain.objectName()
          + (r == null ? "[closed]" : "[retired=" + r.size + "]");
    }

    private ParticipantRecord record(int slot) {
      ParticipantRecord r = record;
      if (r == null) {
        throw new ClosedException(
            "participant of " + domain.objectName() + " is closed; join again", null);
      }
      if (slot < 0 || slot >= domain.slots) {
        throw new IndexOutOfBoundsException(
            "slot is "
                + slot
                + "; a participant of "
                + domain.objectName()
                + " has "
                + domain.slots);
      }
      return r;
    }
  }

  /** Slots and list; see the block at the top. */
  static final class ParticipantRecord extends LeadingPad {
    private static final int IDLE = 0;
    private static final int ACTIVE = 1;

    /** The owner of a record that no participant has: a structure, or a scan that helps. */
    static final String OPERATION = "an operation";

    /** Longs of a cache line, in front of the slots and behind them. */
    private static final int PAD = 8;

    private volatile int state = ACTIVE;
    private final long[] hazards;

    private volatile String owner = OPERATION;

    private long[] keys = new long[8];
    private LongConsumer[] callbacks = new LongConsumer[8];
    private int size;

    /** The names found in slots, sorted; then what is called back. Kept between scans. */
    private long[] found = new long[0];

    private long[] doneKeys = new long[8];
    private LongConsumer[] doneCallbacks = new LongConsumer[8];

    /** Whether its owner scans, and callbacks may run: what they retire waits for the next scan. */
    private boolean reclaiming;

    int nextToHelp;

    /** What callbacks have thrown, until the call in which they ran is about to end. */
    private @Nullable Throwable failure;

    ParticipantRecord(int slots) {
      hazards = new long[PAD + slots + PAD];
    }

    boolean isActive() {
      return state == ACTIVE;
    }

    boolean tryClaim() {
      return state == IDLE && STATE.compareAndSet(this, IDLE, ACTIVE);
    }

    /** The slots are clear. */
    void release() {
      setStateRelease(IDLE);
    }

    void publish(int slot, long key) {
      // A swap for its order, whatever was there: volatile, before the look at the source, which is
      // volatile
      // too; pairs with the fence in scanList(). Evidence: HazardPublication, and its twin with a
      // store alone.
      HAZARD.getAndSet(hazards, PAD + slot, key);
    }

    void clear(int slot) {
      setHazardRelease(slot, NONE);
    }

    void clearAll() {
      for (int i = PAD; i < hazards.length - PAD; i++) {
        clear(i - PAD);
      }
    }

    /** Makes room for one more, so that appending it cannot fail. */
    void reserve() {
      if (size == keys.length) {
        long[] moreKeys = Arrays.copyOf(keys, 2 * size);
        callbacks = Arrays.copyOf(callbacks, 2 * size);
        keys = moreKeys;
      }
    }

    /** Appends to the list, which has room, and returns its size. */
    int append(long key, LongConsumer callback) {
      int n = size;
      keys[n] = key;
      callbacks[n] = callback;
      size = n + 1;
      return size;
    }

    /** How many slots name something. */
    int protectedNames(int slots) {
      int n = 0;
      for (int slot = 0; slot < slots; slot++) {
        n += hazardAcquire(slot) == NONE ? 0 : 1;
      }
      return n;
    }

    int sizeOpaque() {
      // Ordering: Opaque. A figure for people: the owner writes it plainly, and an old one tells
      // what
      // was true a moment ago.
      return (int) SIZE.getOpaque(this);
    }

    /** Reads all slots; the names found stand sorted in {@code found}. */
    int snapshot(ParticipantRecord[] all, int slots) {
      if (found.length < all.length * slots) {
        found = new long[all.length * slots];
      }
      int n = 0;
      for (ParticipantRecord r : all) {
        for (int slot = 0; slot < slots; slot++) {
          long key = r.hazardAcquire(slot);
          if (key != NONE) {
            found[n++] = key;
          }
        }
      }
      Arrays.sort(found, 0, n);
      return n;
    }

    /** Moves what is not among the first {@code n} found to the done ones; returns how many. */
    int split(int n) {
      if (doneKeys.length < size) {
        long[] moreKeys = new long[keys.length];
        doneCallbacks = new LongConsumer[keys.length];
        doneKeys = moreKeys;
      }
      int kept = 0;
      int done = 0;
      for (int i = 0; i < size; i++) {
        long key = keys[i];
        LongConsumer callback = callbacks[i];
        if (Arrays.binarySearch(found, 0, n, key) >= 0) {
          keys[kept] = key;
          callbacks[kept++] = callback;
        } else {
          doneKeys[done] = key;
          doneCallbacks[done++] = callback;
        }
      }
      Arrays.fill(callbacks, kept, size, null);
      size = kept;
      return done;
    }

    void callBack(int count, ParticipantRecord sink) {
      for (int i = 0; i < count; i++) {
        try {
          doneCallbacks[i].accept(doneKeys[i]);
        } catch (Throwable e) { // also what is checked: not all callbacks are written in Java
          sink.fail(e);
        }
      }
      Arrays.fill(doneCallbacks, 0, count, null);
    }

    /** Whose turn it is to be helped: all in a circle, however often. */
    int nextToHelp(int records) {
      int i = nextToHelp < records ? nextToHelp : 0;
      nextToHelp = i + 1;
      return i;
    }

    private void fail(Throwable e) {
      failure = Failures.add(failure, e);
    }

    /** What callbacks have thrown since it was asked last. */
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

    long hazardAcquire(int slot) {
      // Ordering: Acquire. Pairs with setHazardRelease(); the last uses of what the slot named
      // before.
      // Evidence: HazardClear.
      return (long) HAZARD.getAcquire(hazards, PAD + slot);
    }

    private void setHazardRelease(int slot, long key) {
      // Ordering: Release. Pairs with hazardAcquire() in a scan: who finds the old name gone
      // reclaims after its last use. The order of a new name is the business of publish().
      // Evidence: HazardClear.
      HAZARD.setRelease(hazards, PAD + slot, key);
    }

    private void setStateRelease(int next) {
      // Ordering: Release. Pairs with the compare-and-set in tryClaim(); hands over the list.
      // Evidence:
      // HazardRecordHandOver.
      STATE.setRelease(this, next);
    }

    // VarHandle mechanics
    private static final VarHandle STATE =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "state", VarHandle.class, ParticipantRecord.class, int.class);
    private static final VarHandle SIZE =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "size", VarHandle.class, ParticipantRecord.class, int.class);
    private static final VarHandle HAZARD = MethodHandles.arrayElementVarHandle(long[].class);
  }

  // VarHandle mechanics
  private static final VarHandle SLAB =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "slab", VarHandle.class, HazardPointers.class, OffHeapSlab.class);
  private static final VarHandle RECORDS =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "records",
          VarHandle.class,
          HazardPointers.class,
          ParticipantRecord[].class);
}
