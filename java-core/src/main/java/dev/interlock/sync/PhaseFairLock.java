package dev.interlock.sync;

import dev.interlock.PoisonedException;
import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.SharedWatch;
import dev.interlock.diagnostics.Wait;
import dev.interlock.diagnostics.Watch;
import dev.interlock.internal.wait.Spin;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.internal.wait.WaiterList;
import dev.interlock.internal.wait.WakeList;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Who is inside, and who is next: what {@link RwLock} is without its value and its guards. */
abstract class PhaseFairLock extends Synchronizer {
  /*
   * state is | W | Q | S | P | readers |: whether a writer is inside, whether anybody waits,
   * whether readers may take slots, whether the lock is poisoned, how many readers are inside that
   * have none. S and P are off in this table:
   *
   *   W Q readers   meaning                             read       write      last or only one leaves
   *   - - -------   -------                             ----       -----      -----------------------
   *   0 0 0         free                                CAS +1     CAS W      -
   *   0 0 n         readers                             CAS +1     wait: Q    CAS -1
   *   1 0 0         a writer, nobody waits              wait: Q    wait: Q    CAS 0
   *   1 1 0         a writer; whoever waits             wait       wait       section over, see below
   *   0 1 n         readers; a writer waits, or one of  wait       wait       phase over, see below
   *                 the readers, to be alone
   *
   * With Q set the word changes under the queue's lock only; without Q by CAS, by anybody. Q goes
   * on with the first who waits and off with the last, under that lock. One that has cancelled and
   * not left the queue yet does not count: whoever takes the lock first settles, that is, unlinks
   * it and lets in whom it kept waiting. So what is decided under the lock never depends on how far
   * a cancelled wait has come.
   *
   * Phases. What waits is three things: writers, first in, first out; readers; and at most one
   * upgrader, a reader inside that waits for the other readers to leave.
   *
   *   a reader comes        is let in if no writer is inside and nobody waits, or the lock is open, see below
   *   a reader leaves       the upgrader is alone: it becomes the writer. Nobody is inside: the first writer
   *   a section is over     all readers that wait are let in; without any, the first writer
   *   an upgraded section   the first writer; without one, all readers. A section that began by an upgrade
   *     is over             is part of its phase of readers, and those who waited for the phase go on
   *   a downgrade           as the end of the section, with its writer as one of the readers; of an
   *                         upgraded section with writers waiting: nobody else comes in
   *   the last writer that  all readers are let in that waited behind it
   *     waits gives up
   *
   * Overtaking. To hand the lock to a thread that sleeps is to keep everybody waiting until it has
   * woken up. So whoever's turn it is gets the lock if it is awake, or a future; one that sleeps is
   * nudged instead:
   *
   *                     turn: sleeps, below the bound                  looks: it may enter
   *          WAITING ----------------------------------> NUDGED --------------------> inside
   *             ^                                         |   |
   *             +------ looks: it may not enter ----------+   +--- somebody is at the bound: granted
   *
   * A nudge lets nobody in. While the first writer or the first reader in its line is nudged the
   * lock is open: newcomers of both sides may enter where the word allows it, under the queue's
   * lock, because Q is on. Each of them counts as an overtaking of all who wait; so does one that
   * was nudged and enters, and a writer granted past nudged readers. Each waiter notes the count
   * when it joins. When the first of the writers or of the readers, who joined earliest, is
   * `bypassBound` behind the count, nobody overtakes any more: turns are kept strictly, nudged ones
   * are granted, until it is inside. With a bound of 0 that is always so. A reader that waits to be
   * alone is overtaken by nobody: it is inside, and neither newcomers nor nudged ones may enter.
   *
   * Invariants, whenever the queue's lock is free and no cancelled wait is linked
   *   - W implies readers = 0;
   *   - Q without W implies that somebody is inside for whom a writer or an upgrader waits, who
   *     leaves and settles; or that somebody is nudged, who looks, or gives up, and settles;
   *   - there is an upgrader only while readers > 0.
   * Non-invariant: that the lock is open while it is free and wanted. Somebody nudged may have
   * looked in vain, and newcomers then wait too.
   *
   * From the second: nobody is forgotten. Who enqueues sets Q by CAS while W or readers are there,
   * so a release either came before and fails that CAS, or finds Q and takes the queue's lock,
   * behind the enqueuing.
   *
   * Spread readers. Readers that all change one word hold each other up. With S on a reader takes a
   * slot instead (ReaderSlots), looks at S once more, and is inside: it has written nothing that
   * another reader writes. Its guard knows the slot; leaving is one CAS there. S goes on when two
   * readers meet in the word, and only without W and Q, so who wants to write or to wait has to
   * gather first, under the queue's lock:
   *
   *   S off and Q on, by one CAS            everybody else now comes to the queue's lock and waits
   *   each slot from READING to COUNTED     by CAS; a reader that leaves at the same time was not there
   *   readers + that many, Q off            from now on the word alone says who is inside
   *
   * No reader is missed: it writes its slot and reads S, a gatherer writes S and reads the slot,
   * all of it volatile, so the reader finds S off or the gatherer finds the slot. None is in doubt
   * either: a reader that finds S off takes its slot back by CAS, and if that fails it was counted
   * before, and is inside. So nobody ever waits for a slot, and a tryWrite that fails had a reader
   * against it. A reader that was counted finds out by its CAS when it leaves, and leaves by the
   * word.
   *
   * Poisoned is W P alone: written, and held by nobody. The writer that fails sets it, and fails
   * all who wait, under the queue's lock; nobody waits while it is set, because whoever comes is
   * refused where it would have to wait or give up; recover takes P off by CAS, and is the writer.
   * To all fast paths that is one more writer inside, so they do not look for it. Nor do slots: S
   * is off and stays off while W is on, so a reader that has taken a slot takes it back, or was
   * counted and is inside, before anybody writes. An upgrader there is none, as no reader is
   * inside. The word is written first and the waiters are failed after it: one that is awake
   * already finds P. That somebody recovers the lock meanwhile, and leaves it, does no harm: those
   * who are still to be failed have lost to the word.
   *
   * Bounds, where turns are kept strictly; before that, each who waits is overtaken `bypassBound`
   * times at most. A writer that is the first of the writers in a phase of readers is overtaken by
   * no reader that comes later: Q is on. It waits for those inside and at most one upgraded
   * section. A writer with n writers before it waits for n sections and n + 1 phases. A reader
   * waits for what is left of a phase, with at most one upgraded section, and for one section: at
   * its end it is let in with all others.
   *
   * Order of a grant. The waiter is granted first and the word written last: Q stays on meanwhile,
   * so whoever has been granted, is awake already and leaves again has to take the queue's lock.
   *
   * Linearization points: the successful CAS, of a slot if S is on after it; for those who waited
   * the write of the word in the release (or withdrawal) that let them in, in the poisoning that
   * refused them, or in their own look.
   *
   * Rejected. Taking Q off while somebody nudged has not looked: newcomers would be as fast as
   * without anybody waiting, and nobody could count them. One list for readers and writers: a
   * writer's end would have to walk over all writers that wait. Decrementing by CAS with Q set
   * while others stay inside: saves readers the lock at the end of a phase, and every decision
   * under the lock would have to be a loop. An upgradeable mode of reading of which there is one at
   * a time (parking_lot): two who might upgrade would exclude each other even if neither does; here
   * all readers may try, and the second at the same time is refused. Leaving a slot by a plain
   * store, as BRAVO does: a writer then has to wait for slots to become empty, and cannot tell a
   * reader from one that is about to take its slot back.
   */
  private static final int WRITTEN = 1 << 31;
  private static final int QUEUED = 1 << 30;
  private static final int SPREAD = 1 << 29;
  private static final int POISONED = 1 << 28;

  private static final int READERS = POISONED - 1;

  /** The most readers at a time that are counted in the word; those of slots still fit in. */
  static final int MAX_READERS = READERS - ReaderSlots.MOST;

  /** The place of a reader that is counted in the word; a slot's place is above it. */
  static final int WORD = 0;

  /** The place of nobody. */
  static final int OUTSIDE = -1;

  /** The usual bypass bound, as that of {@link Mutex}. */
  static final int USUAL_BYPASS_BOUND = Mutex.DEFAULT_BYPASS_BOUND;

  /** As in {@link Mutex}: much shorter than the sleep that it may save. */
  private static final int MOST_SPIN_NANOS = 2_000;

  /**
   * The most pauses between two looks of a spinning thread: long enough for several short sections.
   */
  private static final int LONGEST_PAUSE = 128;

  /**
   * The pauses of a reader that has met a writer, before it looks again. Who has just written reads next, as
   * a rule, and has the lock's word and the value to itself meanwhile; a reader that looks at once takes
   * them away from it, and each of its next operations costs both of them a line. Two threads on two
   * processors where a pause takes 29 ns, 5 operations of 100 writing: 19 or 45 M/s with 4 pauses, by
   * luck, 57 with 16, 60 with 32 (taken), 66 with 64. A writer that stays away longer adds nothing.
   */
  private static final int FIRST_PAUSE = 32;

  private volatile int state;

  /** Null until two readers meet; then never null again, never replaced. */
  private volatile @Nullable ReaderSlots slots;

  PhaseFairLock(
      @Nullable String name, @Nullable DeadlockDetector detector, boolean spread, int bypassBound) {
    super(name, detector, ReaderSlots.LENGTH);
    if (bypassBound != USUAL_BYPASS_BOUND) {
      useQueue(new PhaseQueue(bypassBound));
    }
    if (spread) {
      slots = new ReaderSlots();
      state = SPREAD;
    }
  }

  @Override
  final WaitQueue newQueue() {
    return new PhaseQueue(USUAL_BYPASS_BOUND);
  }

  // Reading

  /** Lets a reader in if nobody is inside and readers do not spread; it is counted in the word. */
  final boolean tryEnterFirst() {
    return (slots == null || (state & SPREAD) == 0) && casState(0, 1);
  }

  /** Lets a reader in if no writer is inside and nobody waits; its place, or {@link #OUTSIDE}. */
  final int tryEnterRead() {
    ReaderSlots r = slots;
    if (r != null && (state & SPREAD) != 0) {
      int place = r.tryTake();
      if (place > WORD) {
        if ((state & SPREAD) != 0) {
          return place;
        }
        if (!r.leave(place)) {
          return WORD; // counted meanwhile, and so let in
        }
      }
    }
    return tryEnterWord(true) ? WORD : OUTSIDE;
  }

  /**
   * As {@link #tryEnterRead}, counted in the word.
   *
   * @param spreading whether readers that come later may do without
   */
  private boolean tryEnterWord(boolean spreading) {
    int s = 0; // a guess: to read the word first would have to wait for the last write to it
    do {
      int seen = (int) STATE.compareAndExchange(this, s, s + 1);
      if (seen == s) {
        if (spreading && s != 0 && (s & SPREAD) == 0) {
          spread();
        }
        return true;
      }
      s = seen;
    } while ((s & (WRITTEN | QUEUED)) == 0 && (s & READERS) < MAX_READERS);
    if ((s & READERS) >= MAX_READERS) {
      throw tooManyReaders();
    }
    refuseIfPoisoned(s);
    return false;
  }

  /** As {@link #tryEnterRead}, and looks again where only cancelled waits are in the way. */
  final int tryEnterReadSettled() {
    for (int place; ; ) {
      if ((place = tryEnterRead()) != OUTSIDE) {
        return place;
      }
      if (isClosedToReaders()) {
        return bargeToRead() ? WORD : OUTSIDE;
      }
    }
  }

  /** As {@link #tryEnterReadSettled}, counted in the word. */
  final boolean tryEnterWordSettled() {
    while (!tryEnterWord(false)) {
      if (isClosedToReaders()) {
        return bargeToRead();
      }
    }
    return true;
  }

  private boolean isClosedToReaders() {
    int s = state;
    return (s & WRITTEN) != 0 || ((s & QUEUED) != 0 && settleAndSeeQueued());
  }

  /** The place, or {@link #OUTSIDE} when the time ran out. */
  final int enterRead(boolean interruptible, long deadline) throws InterruptedException {
    int place = tryEnterRead();
    if (place == OUTSIDE) {
      place = spinToRead(true);
    }
    return place != OUTSIDE
        ? place
        : await(new Reading(), 1, interruptible, deadline, false) ? WORD : OUTSIDE;
  }

  final int enterReadUninterruptibly() {
    int place = tryEnterRead();
    if (place == OUTSIDE) {
      place = spinToRead(true);
    }
    if (place != OUTSIDE) {
      return place;
    }
    awaitUninterruptibly(new Reading(), 1, false);
    return WORD;
  }

  final boolean enterWord(boolean interruptible, long deadline) throws InterruptedException {
    return tryEnterWord(false)
        || spinToRead(false) == WORD
        || await(new Reading(), 1, interruptible, deadline, false);
  }

  final void enterWordUninterruptibly() {
    if (!tryEnterWord(false) && spinToRead(false) != WORD) {
      awaitUninterruptibly(new Reading(), 1, false);
    }
  }

  /** A reader leaves. */
  final void exitRead(int place) {
    if (!leaveSlot(place)) {
      exitWord();
    }
  }

  /** Leaves a slot, if it is one; false when the reader that was there is counted in the word. */
  final boolean leaveSlot(int place) {
    ReaderSlots r = slots;
    return place != WORD && r != null && r.leave(place);
  }

  /** A reader leaves that is counted in the word. */
  final void exitWord() {
    int s = 1; // a guess, as in tryEnterWord
    for (; ; ) {
      int seen = (int) STATE.compareAndExchange(this, s, s - 1);
      if (seen == s) {
        return;
      }
      s = seen;
      while ((s & QUEUED) != 0) { // never by CAS then
        if (exitReadQueued()) {
          return;
        }
        s = state;
      }
    }
  }

  // Spreading

  /** Two readers have met: lets those to come keep out of each other's way. */
  private void spread() {
    if (slots == null) {
      SLOTS.compareAndSet(this, null, new ReaderSlots());
    }
    for (int s; ((s = state) & (WRITTEN | QUEUED | SPREAD)) == 0; ) {
      if (casState(s, s | SPREAD)) {
        return;
      }
    }
  }

  /** Counts all readers in the word. */
  private void gather() {
    PhaseQueue q = phaseQueue();
    q.lock();
    try {
      gatherLocked();
    } finally {
      q.unlock();
    }
  }

  private void gatherLocked() {
    ReaderSlots r = slots;
    for (int s; ((s = state) & SPREAD) != 0 && r != null; ) {
      // Q keeps everybody else away from the word until all are counted.
      if (casState(s, (s & ~SPREAD) | QUEUED)) {
        state = (s & ~SPREAD) + r.count();
      }
    }
  }

  // Writing

  /** Lets a writer in if nobody is inside; then nobody waits either. */
  final boolean tryEnterWrite() {
    return casState(0, WRITTEN) || tryEnterWriteSettled();
  }

  private boolean tryEnterWriteSettled() {
    int s;
    while (((s = state) & WRITTEN) == 0) {
      if ((s & SPREAD) != 0) {
        gather();
      } else if ((s & QUEUED) != 0) {
        if (settleAndSeeQueued()) { // not that somebody was gathering
          return bargeToWrite();
        }
      } else if (s != 0) {
        return false;
      } else if (casState(0, WRITTEN)) {
        return true;
      }
    }
    refuseIfPoisoned(s);
    return false;
  }

  final boolean enterWrite(boolean interruptible, long deadline) throws InterruptedException {
    return casState(0, WRITTEN)
        || spinToWrite()
        || await(new Writing(), 1, interruptible, deadline, false);
  }

  final void enterWriteUninterruptibly() {
    if (!casState(0, WRITTEN) && !spinToWrite()) {
      awaitUninterruptibly(new Writing(), 1, false);
    }
  }

  /** The writer leaves, or stays as a reader. */
  final void exitWrite(boolean upgraded, int readersLeft) {
    while (!casState(WRITTEN, readersLeft)) {
      if (exitWriteQueued(upgraded, readersLeft)) {
        return;
      }
    }
  }

  // Poisoning

  /** The writer leaves, and everybody is refused from now on. */
  final void exitPoisoned(Throwable cause) {
    PhaseQueue q = phaseQueue();
    WakeList wakes = new WakeList();
    q.lock();
    try {
      state = WRITTEN | POISONED;
      q.waiters().failAll(cause, wakes);
      q.readers().failAll(cause, wakes);
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
  }

  /** Makes the caller the writer if the lock is poisoned. */
  final boolean tryTakeOver() {
    return isPoisoned() && casState(WRITTEN | POISONED, WRITTEN);
  }

  private void refuseIfPoisoned(int s) {
    if ((s & POISONED) != 0) {
      throw poisoned(poisonCause());
    }
  }

  /** How the writer failed that poisoned this lock; null when it is not poisoned. */
  public abstract @Nullable Throwable poisonCause();

  /** A new error, with its own stack. */
  abstract PoisonedException poisoned(@Nullable Throwable cause);

  // Upgrading

  /** Makes the only reader the writer. */
  final boolean tryUpgrade() {
    for (; ; ) {
      int s = state;
      if ((s & SPREAD) != 0) {
        gather();
      } else if ((s & QUEUED) != 0) {
        return tryUpgradeQueued();
      } else if (s != 1) {
        return false;
      } else if (casState(1, WRITTEN)) {
        return true;
      }
    }
  }

  // Spinning, before a platform thread joins the queue; where turns are kept strictly, only while
  // nobody waits

  /** A place, or {@link #OUTSIDE} when it has to wait for its turn or it took too long. */
  private int spinToRead(boolean spreading) {
    if (Spin.isVirtual(Thread.currentThread())) {
      return OUTSIDE;
    }
    WaitQueue q = queue();
    int budget = Math.min(MOST_SPIN_NANOS, q.spinEstimate());
    Spin spin = new Spin(budget, FIRST_PAUSE, LONGEST_PAUSE);
    do {
      int s = state;
      if ((s & QUEUED) != 0 && isStrict(q)) {
        return OUTSIDE;
      }
      if ((s & (WRITTEN | QUEUED)) == QUEUED) {
        return bargeToRead() ? WORD : OUTSIDE;
      }
      if ((s & WRITTEN) == 0) {
        int place = spreading ? tryEnterRead() : tryEnterWord(false) ? WORD : OUTSIDE;
        if (place != OUTSIDE) {
          q.learnSpin(spin.paid());
          return place;
        }
      }
    } while (spin.pause());
    return OUTSIDE;
  }

  /** False when it has to wait for its turn or it took too long. */
  private boolean spinToWrite() {
    if (Spin.isVirtual(Thread.currentThread())) {
      return false;
    }
    WaitQueue q = queue();
    Spin spin = new Spin(Math.min(MOST_SPIN_NANOS, q.spinEstimate()), LONGEST_PAUSE);
    do {
      int s = state;
      if ((s & QUEUED) != 0 && isStrict(q)) {
        return false;
      }
      if (s == QUEUED) {
        return bargeToWrite();
      }
      if ((s & SPREAD) != 0) {
        gather();
      } else if (s == 0 && casState(0, WRITTEN)) {
        q.learnSpin(spin.paid());
        return true;
      }
    } while (spin.pause());
    return false;
  }

  /** Whether nobody ever barges. */
  private static boolean isStrict(WaitQueue q) {
    return ((PhaseQueue) q).bypassBound() == 0;
  }

  // Diagnostics

  /** How often one who sleeps while it waits may be overtaken. */
  public final int bypassBound() {
    WaitQueue q = queueOrNull();
    return q == null ? USUAL_BYPASS_BOUND : ((PhaseQueue) q).bypassBound();
  }

  /** Whether a writer is inside now; for monitoring, not for deciding. */
  public final boolean isWriteLocked() {
    return (settledState(false) & (WRITTEN | POISONED)) == WRITTEN;
  }

  /** Whether a writer has failed, and nobody has recovered the lock since. */
  public final boolean isPoisoned() {
    return (state & POISONED) != 0;
  }

  /** How many readers are inside now; for monitoring, not for deciding. */
  public final int readers() {
    return settledState(true) & READERS;
  }

  /** How many of the readers are counted in the word. */
  final int wordReaders() {
    return settledState(false) & READERS;
  }

  /** How many readers wait to be let in; for monitoring. */
  public final int waitingReaders() {
    WaitQueue q = queueOrNull();
    return q == null ? 0 : ((PhaseQueue) q).countReaders();
  }

  /** The word, between two changes of what goes on under the queue's lock. */
  private int settledState(boolean gathered) {
    for (; ; ) {
      int s = state;
      if (gathered && (s & SPREAD) != 0) {
        gather();
      } else if ((s & QUEUED) == 0) {
        return s;
      } else {
        PhaseQueue q = phaseQueue();
        WakeList wakes = new WakeList();
        q.lock();
        try {
          settle(q, wakes, false);
          s = state;
        } finally {
          q.unlock();
        }
        wakes.wakeAll();
        if (!gathered || (s & SPREAD) == 0) {
          return s;
        }
      }
    }
  }

  /** Does not count those who wait, so it may be called under the queue's lock. */
  final String describeState() {
    ReaderSlots r = slots;
    int s = state;
    int readers = (s & READERS) + ((s & SPREAD) != 0 && r != null ? r.reading() : 0);
    return objectName()
        + "["
        + ((s & POISONED) != 0
            ? "poisoned"
            : (s & WRITTEN) != 0
                ? "write-locked" + byHolder()
                : readers == 0 ? "free" : "readers=" + readers);
  }

  private IllegalStateException tooManyReaders() {
    return new IllegalStateException(
        objectName()
            + " has "
            + MAX_READERS
            + " readers and takes no more; release what is read-locked");
  }

  // Transitions under the queue's lock

  private PhaseQueue phaseQueue() {
    return (PhaseQueue) queue();
  }

  /** True: let in. False: {@code w} is queued. */
  private boolean enterReadOrEnqueue(PhaseQueue q, Waiter w) {
    WakeList wakes = new WakeList();
    q.lock();
    try {
      settle(q, wakes, false);
      for (; ; ) {
        int s = state;
        refuseIfPoisoned(s);
        if ((s & (WRITTEN | QUEUED)) == 0) {
          if ((s & READERS) >= MAX_READERS) {
            throw tooManyReaders();
          }
          if (casState(s, s + 1)) {
            return true;
          }
        } else if ((s & QUEUED) != 0 && bargeToRead(q)) {
          return true;
        } else if ((s & QUEUED) != 0 || casState(s, s | QUEUED)) {
          q.addReader(w);
          return false;
        }
      }
    } finally {
      q.unlock();
      wakes.wakeAll();
    }
  }

  private boolean enterWriteOrEnqueue(PhaseQueue q, Waiter w) {
    WakeList wakes = new WakeList();
    q.lock();
    try {
      settle(q, wakes, false);
      for (; ; ) {
        gatherLocked();
        int s = state;
        refuseIfPoisoned(s);
        if (s == 0) {
          if (casState(0, WRITTEN)) {
            return true;
          }
        } else if ((s & QUEUED) != 0 && bargeToWrite(q)) {
          return true;
        } else if ((s & QUEUED) != 0 || ((s & SPREAD) == 0 && casState(s, s | QUEUED))) {
          q.addWriter(w);
          return false;
        }
      }
    } finally {
      q.unlock();
      wakes.wakeAll();
    }
  }

  // Barging, past those who were asked to look and have not woken up yet

  private boolean bargeToRead() {
    if ((state & (WRITTEN | QUEUED)) != QUEUED) {
      return false;
    }
    PhaseQueue q = phaseQueue();
    q.lock();
    try {
      return bargeToRead(q);
    } finally {
      q.unlock();
    }
  }

  private boolean bargeToWrite() {
    PhaseQueue q = phaseQueue();
    q.lock();
    try {
      return bargeToWrite(q);
    } finally {
      q.unlock();
    }
  }

  private boolean bargeToRead(PhaseQueue q) {
    int s = state;
    if ((s & (WRITTEN | QUEUED)) != QUEUED || q.upgrader() != null || !q.isOpen()) {
      return false;
    }
    if ((s & READERS) >= MAX_READERS) {
      throw tooManyReaders();
    }
    q.countOvertake();
    state = s + 1;
    return true;
  }

  private boolean bargeToWrite(PhaseQueue q) {
    if (state != QUEUED || !q.isOpen()) {
      return false;
    }
    q.countOvertake();
    state = QUEUED | WRITTEN;
    return true;
  }

  /** One that was asked to look: lets it in, or makes it wait again. */
  private boolean enterNudgedOrRearm(PhaseQueue q, Waiter w, boolean writes) {
    WakeList wakes = new WakeList();
    q.lock();
    try {
      if (!w.isNudged()) {
        return false; // granted, or refused, meanwhile
      }
      int s = state;
      if (writes ? (s & ~QUEUED) != 0 : (s & WRITTEN) != 0 || q.upgrader() != null) {
        w.rearm();
        return false;
      }
      w.takeUngranted();
      (writes ? q.waiters() : q.readers()).remove(w);
      q.countOvertake(); // those before it, if there are any
      state = writes ? s | WRITTEN : s + 1;
      settle(q, wakes, false);
      return true;
    } finally {
      q.unlock();
      wakes.wakeAll();
    }
  }

  /**
   * True: the caller, a reader, is the writer. False: {@code w} waits to be alone.
   *
   * @throws UpgradeConflictException when another reader waits to be alone; they would wait for
   *     each other
   */
  final boolean upgradeOrEnqueue(WaitQueue queue, Waiter w) {
    PhaseQueue q = (PhaseQueue) queue;
    WakeList wakes = new WakeList();
    q.lock();
    try {
      settle(q, wakes, false);
      if (q.upgrader() != null) {
        throw new UpgradeConflictException(
            "another reader of "
                + objectName()
                + " is upgrading and waits for this one to leave; close this guard and write-lock,"
                + " and expect another value then");
      }
      for (; ; ) {
        gatherLocked();
        int s = state;
        if ((s & ~QUEUED) == 1) {
          if (casState(s, WRITTEN | (s & QUEUED))) {
            return true;
          }
        } else if ((s & QUEUED) != 0 || ((s & SPREAD) == 0 && casState(s, s | QUEUED))) {
          q.setUpgrader(w);
          return false;
        }
      }
    } finally {
      q.unlock();
      wakes.wakeAll();
    }
  }

  private boolean tryUpgradeQueued() {
    PhaseQueue q = phaseQueue();
    q.lock();
    try {
      for (int s; ; ) { // which others may change meanwhile, should Q be off by now
        gatherLocked();
        if (((s = state) & READERS) != 1) {
          return false;
        }
        if ((s & SPREAD) == 0 && casState(s, WRITTEN | (s & QUEUED))) {
          return true;
        }
      }
    } finally {
      q.unlock();
    }
  }

  /** False when nobody waits any more, so that the reader leaves the short way. */
  private boolean exitReadQueued() {
    PhaseQueue q = phaseQueue();
    WakeList wakes = new WakeList();
    q.lock();
    try {
      int s = state;
      if ((s & QUEUED) == 0) {
        return false;
      }
      state = s - 1;
      settle(q, wakes, false);
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
    return true;
  }

  private boolean exitWriteQueued(boolean upgraded, int readersLeft) {
    PhaseQueue q = phaseQueue();
    WakeList wakes = new WakeList();
    q.lock();
    try {
      if ((state & QUEUED) == 0) {
        return false;
      }
      state = QUEUED | readersLeft;
      settle(q, wakes, !upgraded);
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
    return true;
  }

  private void withdrawFrom(WaiterList list, PhaseQueue q, Waiter w) {
    WakeList wakes = new WakeList();
    q.lock();
    try {
      list.remove(w); // or somebody who looked at the list has
      settle(q, wakes, false);
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
  }

  final void withdrawUpgrade(WaitQueue queue, Waiter w) {
    PhaseQueue q = (PhaseQueue) queue;
    WakeList wakes = new WakeList();
    q.lock();
    try {
      q.removeUpgrader(w);
      settle(q, wakes, false);
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
  }

  private boolean settleAndSeeQueued() {
    PhaseQueue q = phaseQueue();
    WakeList wakes = new WakeList();
    boolean queued;
    q.lock();
    try {
      settle(q, wakes, false);
      queued = (state & QUEUED) != 0;
    } finally {
      q.unlock();
    }
    wakes.wakeAll();
    return queued;
  }

  /**
   * Lets in whom the word allows, or asks it to look if it sleeps and may be overtaken, and takes Q
   * off when nobody is left.
   *
   * @param readersNext a section is over, and it is the turn of the readers that wait
   */
  private void settle(PhaseQueue q, WakeList wakes, boolean readersNext) {
    int s = state;
    if ((s & QUEUED) == 0) {
      return;
    }
    int inside = s & ~QUEUED;
    if ((inside & WRITTEN) == 0) {
      boolean strict = q.isStrict();
      if (readersNext) {
        inside += q.readers().grantOrNudge(strict, wakes);
      }
      if (inside > 0 || !readersNext || q.readers().peek() == null) {
        inside = settleWriters(q, wakes, inside, strict);
      }
      if ((inside & WRITTEN) == 0 && q.head() == null && q.upgrader() == null) {
        inside += q.readers().grantOrNudge(strict, wakes);
      }
    }
    state = q.isDeserted() ? inside : inside | QUEUED;
  }

  /** Makes the upgrader the writer if it is alone, or the first writer if nobody is inside. */
  private static int settleWriters(PhaseQueue q, WakeList wakes, int inside, boolean strict) {
    if (inside > 1) {
      return inside;
    }
    if (inside == 1) {
      Waiter w = q.upgrader();
      if (w == null || !w.grant()) { // cancelled between the two
        return inside;
      }
      q.removeUpgrader(w);
      wakes.add(w);
      return WRITTEN;
    }
    for (Waiter w; (w = q.head()) != null; ) {
      if (!strict && (w.isNudged() || w.isAsleep())) {
        if (w.nudge()) {
          wakes.addLinked(w);
        }
        if (w.isPending()) {
          return inside;
        }
      } else {
        q.waiters().remove(w);
        if (w.grant()) {
          wakes.add(w);
          if (q.areReadersNudged()) {
            q.countOvertake();
          }
          return WRITTEN;
        }
      }
    }
    return inside;
  }

  private boolean casState(int expected, int next) {
    return STATE.compareAndSet(this, expected, next);
  }

  // Ways of waiting; without guards, for which see RwLock

  /** Waiting to read. */
  abstract class AbstractReading<R extends @Nullable Object> extends Entry<R> {
    int place = WORD;

    @Override
    final boolean tryEnter() {
      place = tryEnterRead();
      return place != OUTSIDE;
    }

    @Override
    final boolean enterOrEnqueue(WaitQueue q, Waiter w) {
      place = WORD;
      return enterReadOrEnqueue((PhaseQueue) q, w);
    }

    @Override
    final boolean enterOrRearm(WaitQueue q, Waiter w) {
      return enterNudgedOrRearm((PhaseQueue) q, w, false);
    }

    @Override
    final void withdraw(WaitQueue q, Waiter w) {
      withdrawFrom(((PhaseQueue) q).readers(), (PhaseQueue) q, w);
    }

    @Override
    final R granted(@Nullable Object item) {
      return entered();
    }

    @Override
    final void giveBack(@Nullable Object item) {
      exitRead(place);
    }

    @Override
    final RuntimeException failure(@Nullable Object cause) {
      return poisoned((Throwable) cause);
    }

    @Override
    final Wait waits(Watch watch, Object party, BooleanSupplier pending) {
      return ((SharedWatch) watch).waitsToRead(party, pending);
    }

    @Override
    final String describe() {
      return "read lock of " + objectName();
    }
  }

  /** Waiting to write. */
  abstract class AbstractWriting<R extends @Nullable Object> extends Entry<R> {
    @Override
    final boolean tryEnter() {
      return tryEnterWrite();
    }

    @Override
    final boolean enterOrEnqueue(WaitQueue q, Waiter w) {
      return enterWriteOrEnqueue((PhaseQueue) q, w);
    }

    @Override
    final boolean enterOrRearm(WaitQueue q, Waiter w) {
      return enterNudgedOrRearm((PhaseQueue) q, w, true);
    }

    @Override
    final void withdraw(WaitQueue q, Waiter w) {
      withdrawFrom(q.waiters(), (PhaseQueue) q, w);
    }

    @Override
    final R granted(@Nullable Object item) {
      return entered();
    }

    @Override
    final void giveBack(@Nullable Object item) {
      exitWrite(false, 0);
    }

    @Override
    final RuntimeException failure(@Nullable Object cause) {
      return poisoned((Throwable) cause);
    }

    @Override
    final String describe() {
      return "write lock of " + objectName();
    }
  }

  private final class Reading extends AbstractReading<Boolean> {
    @Override
    Boolean entered() {
      return true;
    }
  }

  private final class Writing extends AbstractWriting<Boolean> {
    @Override
    Boolean entered() {
      return true;
    }
  }

  // VarHandle mechanics
  private static final VarHandle STATE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "state", VarHandle.class, PhaseFairLock.class, int.class);
  private static final VarHandle SLOTS =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "slots", VarHandle.class, PhaseFairLock.class, ReaderSlots.class);
}
