package dev.interlock.diagnostics;

import dev.interlock.internal.wait.QueueLock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Watch} of an object that many parties may hold together and one alone: a read-write
 * lock. What is inherited tells of the one, the writer; {@link #shared} and the other methods here
 * of the many.
 *
 * <p>What each waits for:
 *
 * <table>
 * <caption>Edges</caption>
 * <tr><th>a wait</th><th>waits for</th></tr>
 * <tr><td>{@link #waits to write}</td><td>the writer and all readers that are inside</td></tr>
 * <tr><td>{@link #waitsToUpgrade to upgrade}</td><td>all readers that are inside, but its own hold</td></tr>
 * <tr><td>{@link #waitsToRead to read}</td><td>the writer that is inside, and everybody who waits to
 *     write or to upgrade: a reader does not overtake them</td></tr>
 * </table>
 *
 * <p>An object whose readers overtake waiting writers is not to be watched by this.
 *
 * <p><b>Progress.</b> As {@link Watch}, where a hold has a cell of its own; otherwise a short lock
 * is taken.
 *
 * <p><b>Memory effects.</b> None to rely on.
 *
 * <p><b>Blocking and errors.</b> As for a watch: nothing checks that what is released was held.
 *
 * <p><b>Cost.</b> As that of a watch for a hold in a cell; two atomic read-modify-writes each for one
 * in the table; O(readers) to look for who holds, which a wait does.
 *
 * <p><b>Footprint.</b> 80 bytes, 24 for the first cell, a lock of 96, and, once a reader has none, a table
 * of eight bytes for each reader that has been inside at the same time; four bytes for each cell, once one
 * of them but the first is used, and 152 for each that has been. The thread that was last in a cell stays
 * reachable from here.
 */
public final class SharedWatch extends Watch {
  /*
   * Where a hold is noted, by its ticket:
   *
   *   0             first     a Cell                   the object lets nobody else use this cell meanwhile
   *   1 .. cells-1  cells     a Cell with a pad        as above
   *   cells ..      table     under the lock           anybody
   *
   * The protocol of the detector asks that whoever registers a wait sees of each party that waits
   * what that party holds. A cell has one user at a time, who clears it before it lets the next one
   * in: so to one who sees that the party waits, its last store there is the last one of all. The
   * cell itself was made before, by whoever used it first.
   *
   * Why a reader waits for each writer that waits, and not for the first alone. All of them wait
   * for the same, for those inside. One that is a party with other ways to go on is not stuck, so
   * the edge to it says nothing; the next one may be. And if one of them is stuck, one that is
   * inside is: no writer gets in, no section ends, and no reader is let in. So each of these edges
   * is a true one, whether it is a writer or readers that are inside.
   *
   * Rejected: an edge from a reader that waits to those inside. It would be one too many while the
   * writer that keeps it out may give up. One entry in the detector for each party with all that it
   * holds: every hold would take a lock. Two arrays, of holds and of whether they go on, in place of a
   * Cell each: as fast, and then two readers share a line unless the object leaves gaps between the
   * cells that it gives out.
   */
  private static final class Lock extends QueueLock {}

  /** Stands in the table for a party that is not known. */
  private static final Object UNKNOWN = new Object();

  private static final @Nullable Object[] NO_TABLE = {};
  private static final int[] NONE_FREE = {};

  private final int cellCount;
  private final Lock lock = new Lock();

  private final Cell first = new Cell();

  /**
   * All but the first; the array is made under the lock, and so are they. Who finds one there without the
   * lock finds it new, or as it is.
   */
  private volatile @Nullable Cell @Nullable [] cells;

  // Guarded by the lock.
  private @Nullable Object[] table = NO_TABLE;
  private int used;
  private int[] free = NONE_FREE;
  private int freeCount;

  /** Holds without a ticket; usually there is none. */
  private @Nullable List<Object> byParty;

  /** Who waits to write or to upgrade. Guarded by the detector's lock. */
  private @Nullable Set<Wait> turns;

  SharedWatch(
      DeadlockDetector detector, Object object, @Nullable String name, boolean inFull, int cells) {
    super(detector, object, name, inFull);
    this.cellCount = Math.max(1, cells);
  }

  // Holds

  /**
   * {@code party} holds the object together with others. Called by the party itself, before it
   * waits for anything else.
   *
   * @param party null when it is not known
   * @param waited whether the call would have waited as long as need be
   * @return the ticket for {@link #released(int)}
   */
  public int shared(@Nullable Object party, boolean waited) {
    Object hold = hold(party, null, waited);
    return note(hold == null ? UNKNOWN : hold);
  }

  /**
   * As {@link #shared(Object, boolean)}, without a lock: the ticket is {@code cell}, less than the
   * number that this watch was made with, and the object sees to it that nobody uses that one until
   * it is released.
   */
  public void shared(int cell, @Nullable Object party, boolean waited) {
    Cell c = cell(cell);
    c.begin(isInFull() ? hold(party, c.lastHold(), waited) : party);
  }

  /** The hold with this ticket is about to be let go. Called before it is. */
  public void released(int ticket) {
    if (ticket >= cellCount) {
      forget(clear(ticket));
      return;
    }
    Cell c = cell(ticket);
    if (isInFull()) {
      forget(c.hold());
    }
    c.end();
  }

  /** As {@link #handOver(Object)} for the hold with this ticket. */
  public void handOver(int ticket, @Nullable Object party) {
    forget(at(ticket));
    Object hold = hold(party, null, false);
    if (ticket < cellCount) {
      cell(ticket).begin(hold);
    } else {
      lock.lock();
      table[ticket - cellCount] = hold == null ? UNKNOWN : hold;
      lock.unlock();
    }
  }

  /**
   * As {@link #shared(Object, boolean)}, for an object whose users keep no tickets; see {@link
   * #releasedBy}.
   */
  public void sharedBy(Object party, boolean waited) {
    Object hold = hold(party, null, waited);
    if (hold == null) {
      return;
    }
    lock.lock();
    try {
      if (byParty == null) {
        byParty = new ArrayList<>(2);
      }
      byParty.add(hold);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The party is about to let go what it told by {@link #sharedBy}. When it has told nothing, that
   * of another is over, and the detector stops believing in this object, as by {@link #distrust}.
   * O(readers).
   */
  public void releasedBy(Object party) {
    Object found = null;
    lock.lock();
    try {
      List<Object> holds = byParty;
      int last = holds == null ? -1 : holds.size() - 1;
      int i = last;
      while (holds != null && i >= 0 && partyOf(holds.get(i)) != party) {
        i--;
      }
      if (i < 0) {
        distrust();
        i = last;
      }
      if (holds != null && i >= 0) {
        found = holds.remove(i);
      }
    } finally {
      lock.unlock();
    }
    forget(found);
  }

  /** Who has the hold with this ticket, or null when it is not known. */
  public @Nullable Object sharer(int ticket) {
    Object hold = at(ticket);
    return hold == null || hold == UNKNOWN ? null : partyOf(hold);
  }

  /**
   * Who holds the object together with others, as far as is known; for monitoring, as {@link
   * #holder}.
   */
  public List<Object> sharers() {
    List<Object> parties = new ArrayList<>();
    for (Object hold : holds(-1)) {
      parties.add(partyOf(hold));
    }
    return parties;
  }

  // Waits

  /** As {@link #waits}, until it is let in together with others. */
  public Wait waitsToRead(Object party, BooleanSupplier pending) {
    return begin(party, Access.READ, -1, pending);
  }

  /** As {@link #waits}, until the hold with this ticket is the only one. */
  public Wait waitsToUpgrade(int ticket, Object party, BooleanSupplier pending) {
    return begin(party, Access.UPGRADE, ticket, pending);
  }

  // The side of the detector

  @Override
  Access alone() {
    return Access.WRITE;
  }

  @Override
  void registered(Wait wait) {
    if (wait.access() != Access.READ) {
      if (turns == null) {
        turns = new LinkedHashSet<>();
      }
      turns.add(wait);
    }
  }

  @Override
  void unregistered(Wait wait) {
    if (turns != null) {
      turns.remove(wait);
    }
  }

  @Override
  List<Hold> blockersOf(Wait wait) {
    List<Hold> found = new ArrayList<>(super.blockersOf(wait));
    if (wait.access() != Access.READ) {
      for (Object hold : holds(wait.ticket())) {
        Throwable at = hold instanceof Traced traced ? traced.at() : null;
        found.add(new Hold(partyOf(hold), Access.READ, at, null));
      }
    } else if (turns != null) {
      for (Wait turn : turns) {
        found.add(new Hold(turn.party(), Access.NEXT, turn.at(), turn));
      }
    }
    return found;
  }

  // Mechanism

  /** What is to be noted for this party; {@code last} where the last one was noted. */
  private @Nullable Object hold(@Nullable Object party, @Nullable Object last, boolean waited) {
    if (party == null || !isInFull()) {
      return party;
    }
    Object hold = holdOf(party, last);
    Throwable at = newTrace();
    noteTaken(hold, waited, true, at);
    return at == null ? hold : new Traced(hold, at);
  }

  private void forget(@Nullable Object hold) {
    if (hold != null && hold != UNKNOWN) {
      noteLetGo(hold instanceof Traced traced ? traced.hold() : hold, true);
    }
  }

  private @Nullable Object at(int ticket) {
    if (ticket < cellCount) {
      return holdIn(ticket);
    }
    lock.lock();
    try {
      return table[ticket - cellCount];
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Object holdIn(int cell) {
    if (cell == 0) {
      return first.hold();
    }
    @Nullable Cell[] all = cells;
    Cell c = all == null ? null : all[cell];
    return c == null ? null : c.hold();
  }

  /** For whoever may use it. */
  private Cell cell(int cell) {
    if (cell == 0) {
      return first;
    }
    @Nullable Cell[] all = cells;
    Cell c = all == null ? null : all[cell];
    return c == null ? makeCell(cell) : c;
  }

  private Cell makeCell(int cell) {
    lock.lock();
    try {
      @Nullable Cell[] all = cells;
      if (all == null) {
        all = new Cell[cellCount];
        cells = all;
      }
      Cell c = all[cell];
      if (c == null) {
        c = new Cell.Spaced();
        all[cell] = c;
      }
      return c;
    } finally {
      lock.unlock();
    }
  }

  private int note(Object hold) {
    lock.lock();
    try {
      int i = freeCount > 0 ? free[--freeCount] : used++;
      if (i == table.length) {
        table = Arrays.copyOf(table, Math.max(2, 2 * i));
      }
      table[i] = hold;
      return cellCount + i;
    } finally {
      lock.unlock();
    }
  }

  /** What was there. */
  private @Nullable Object clear(int ticket) {
    lock.lock();
    try {
      int i = ticket - cellCount;
      Object was = table[i];
      table[i] = null;
      if (freeCount == free.length) {
        free = Arrays.copyOf(free, Math.max(2, 2 * freeCount));
      }
      free[freeCount++] = i;
      return was;
    } finally {
      lock.unlock();
    }
  }

  /** All holds whose party is known, but that with the ticket {@code without}. */
  private List<Object> holds(int without) {
    List<Object> found = new ArrayList<>();
    int inCells = cells == null ? 1 : cellCount;
    for (int i = 0; i < inCells; i++) {
      addKnown(found, i == without ? null : holdIn(i));
    }
    lock.lock();
    try {
      for (int i = 0; i < used; i++) {
        addKnown(found, cellCount + i == without ? null : table[i]);
      }
      if (byParty != null) {
        found.addAll(byParty);
      }
    } finally {
      lock.unlock();
    }
    return found;
  }

  private static void addKnown(List<Object> found, @Nullable Object hold) {
    if (hold != null && hold != UNKNOWN) {
      found.add(hold);
    }
  }
}
