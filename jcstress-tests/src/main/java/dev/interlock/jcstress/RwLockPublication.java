package dev.interlock.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.WriteGuard;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Does a reader see all that was written before, and a writer come after all that was read? */
public class RwLockPublication {
  private RwLockPublication() {}

  /** What the lock guards, in it and beside it, and the two sections. */
  abstract static class Guarded {
    final RwLock<Payload> lock;
    int plain;

    Guarded(RwLock<Payload> lock) {
      this.lock = lock;
    }

    final void write() {
      try (WriteGuard<Payload> guard = lock.writeUninterruptibly()) {
        plain = 1;
        guard.get().plain = 1;
      }
    }

    final void read(II_Result r) {
      try (ReadGuard<Payload> guard = lock.readUninterruptibly()) {
        r.r1 = guard.get().plain;
        r.r2 = plain;
      }
    }
  }

  /** Between two threads that block. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "Before the writer, or after it.")
  @Outcome(expect = FORBIDDEN, desc = "A torn view.")
  @State
  public static class Threads extends Guarded {
    public Threads() {
      super(RwLock.of(new Payload(0)));
    }

    @Actor
    public void writer() {
      write();
    }

    @Actor
    public void reader(II_Result r) {
      read(r);
    }
  }

  /** The same with a reader more, so that readers meet each other too. It needs three processors. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "Before the writer, or after it.")
  @Outcome(expect = FORBIDDEN, desc = "A torn view.")
  @State
  public static class ThreeThreads extends Guarded {
    public ThreeThreads() {
      super(RwLock.of(new Payload(0)));
    }

    @Actor
    public void writer() {
      write();
    }

    @Actor
    public void reader(II_Result r) {
      read(r);
    }

    @Actor
    public void anotherReader() {
      lock.readUninterruptibly().close();
    }
  }

  /** The same without the lock in the reader. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "As if it had locked.")
  @Outcome(
      id = {"0, 1", "1, 0"},
      expect = ACCEPTABLE_INTERESTING,
      desc = "The torn view that the lock rules out.")
  @State
  public static class ThreadsTwin extends Guarded {
    private final Payload payload;

    public ThreadsTwin() {
      this(new Payload(0));
    }

    private ThreadsTwin(Payload payload) {
      super(RwLock.of(payload));
      this.payload = payload;
    }

    @Actor
    public void writer() {
      write();
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = payload.plain;
      r.r2 = plain;
    }
  }

  /**
   * The same with the reader in a slot: it writes the slot and looks whether readers may have one, the writer
   * says that they may not and looks at the slots. In a weaker mode neither would see the other; see {@link
   * dev.interlock.jcstress.litmus.Dekker}.
   */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "Before the writer, or after it.")
  @Outcome(expect = FORBIDDEN, desc = "A torn view: beside the writer.")
  @State
  public static class Slots extends Guarded {
    public Slots() {
      super(RwLock.builder().manyReaders().of(new Payload(0)));
    }

    @Actor
    public void writer() {
      write();
    }

    @Actor
    public void reader(II_Result r) {
      read(r);
    }
  }

  /** What a reader reads, a writer that comes after it has not written yet. */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Read before the writer came.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Read after it.")
  @Outcome(expect = FORBIDDEN, desc = "Read while it wrote.")
  @State
  public static class LastReader {
    private final RwLock<Payload> lock = RwLock.of(new Payload(0));
    private final ReadGuard<Payload> held = lock.tryRead();

    @Actor
    public void reader(I_Result r) {
      int seen = held.get().plain;
      held.close();
      r.r1 = seen;
    }

    @Actor
    public void writer() {
      WriteGuard<Payload> guard = lock.tryWrite();
      if (guard != null) {
        guard.get().plain = 2;
        guard.get().plain = 1;
        guard.close();
      }
    }
  }

  /** Two futures in the queue are let in at the end of a section. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not let in yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Let in, with what was written.")
  @Outcome(expect = FORBIDDEN, desc = "Let in without what was written.")
  @State
  public static class LetIn {
    private final RwLock<Payload> lock = RwLock.of(new Payload(0));
    private final WriteGuard<Payload> held = lock.tryWrite();
    private final Context context = new Context(() -> {});
    private final PollFuture<ReadGuard<Payload>> first = lock.readAsync();
    private final PollFuture<ReadGuard<Payload>> second = lock.readAsync();

    public LetIn() {
      first.poll(context);
      second.poll(context);
    }

    @Actor
    public void writer() {
      held.get().plain = 1;
      held.close();
    }

    @Actor
    public void waiter(I_Result r) {
      Poll<ReadGuard<Payload>> poll = second.poll(context);
      r.r1 = poll.isReady() ? poll.get().get().plain : -1;
    }
  }
}
