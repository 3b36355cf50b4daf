package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertCancelled;
import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rows of docs/cancellation.md for a read-write lock, as {@link CancellationTest} has those of others.
 */
@Execution(ExecutionMode.CONCURRENT)
class RwLockCancellationTest {
  /** Long enough to queue in, short enough to wait for. */
  private static final Duration SOON = Duration.ofSeconds(2);

  private static final Duration LONG = Duration.ofHours(1);

  private final RwLock<String> lock = options().name("routes").of("value");

  /** How the lock is made. */
  RwLock.Builder options() {
    return RwLock.builder().bypassBound(0);
  }

  @AfterEach
  void noInterruptIsLeft() {
    Polls.assertInterrupted(false);
  }

  private void awaitWaiting(int n) {
    Conditions.await(() -> lock.waiting() == n, () -> n + " waiting, at " + lock);
  }

  private void assertFreeAndUnwanted() {
    assertEquals("RwLock(routes)[free, waiting=0]", lock.toString());
    lock.tryWrite().close();
  }

  /** Runs {@code body} and requires that it ended with the interrupt status set. */
  private static <T> Callable<T> leavesInterrupt(Callable<T> body) {
    return () -> {
      T result = body.call();
      assertTrue(Thread.interrupted(), "the interrupt is left for the caller");
      return result;
    };
  }

  private static <T> void interruptAndAwait(Running<T> thread) {
    thread.interrupt();
    awaitEnd(thread);
  }

  private static <T> void awaitEnd(Running<T> thread) {
    Conditions.await(thread::isDone, () -> "the end of the thread");
  }

  /**
   * Lets a future and then a thread wait to read, and a writer leave: both are granted, and the future's
   * waker runs {@code meanwhile} before the thread is woken.
   */
  private <T> T readerGrantedMeanwhile(
      Kind kind, Callable<T> reader, Consumer<Running<T>> meanwhile) {
    WriteGuard<String> inside = lock.tryWrite();
    List<Running<T>> thread = new ArrayList<>();
    PollFuture<ReadGuard<String>> first = lock.readAsync();
    assertFalse(first.poll(new Context(() -> meanwhile.accept(thread.get(0)))).isReady());
    thread.add(kind.start(reader));
    awaitWaiting(2);
    thread.get(0).awaitAsleep();
    inside.close();
    ready(first).close();
    return thread.get(0).get();
  }

  /** Grants what stands at the head of the queue, up to the wake-up, which does not come. */
  private void grantWriterWithoutWaking() {
    PhaseQueue q = (PhaseQueue) lock.queue();
    q.lock();
    try {
      var head = q.head();
      assertTrue(head.grant());
      q.waiters().remove(head);
    } finally {
      q.unlock();
    }
  }

  /** What the other reader does when it leaves, up to the wake-up, which does not come. */
  private void grantUpgraderWithoutWaking() {
    PhaseQueue q = (PhaseQueue) lock.queue();
    q.lock();
    try {
      assertTrue(q.upgrader().grant());
    } finally {
      q.unlock();
    }
  }

  // Reading

  // A reader that is interrupted leaves the queue, and has changed nothing.
  @ParameterizedTest
  @EnumSource
  void read_interruptedWhileQueued_leavesTheQueue(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      WriteGuard<String> inside = lock.tryWrite();
      Running<ReadGuard<String>> reader = kind.start(timed ? () -> lock.tryRead(LONG) : lock::read);
      awaitWaiting(1);
      reader.interrupt();
      InterruptedException e = reader.failure(InterruptedException.class);
      assertContains(e.getMessage(), "interrupted while waiting", "RwLock(routes)[write-locked");
      assertEquals(0, lock.waiting());
      inside.close();
      assertFreeAndUnwanted();
    }
  }

  // One that is interrupted as it is let in reads, and finds the interrupt later.
  @ParameterizedTest
  @EnumSource
  void read_interruptMeetsGrant_reads(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      ReadGuard<String> guard =
          readerGrantedMeanwhile(
              kind,
              leavesInterrupt(timed ? () -> lock.tryRead(LONG) : lock::read),
              RwLockCancellationTest::interruptAndAwait);
      assertEquals(1, lock.readers());
      guard.close();
      assertFreeAndUnwanted();
    }
  }

  // When the time runs out the wait leaves no trace.
  @ParameterizedTest
  @EnumSource
  void tryRead_timeRunsOut_nullAndOutOfTheQueue(Kind kind) {
    WriteGuard<String> inside = lock.tryWrite();
    assertNull(kind.start(() -> lock.tryRead(Duration.ofMillis(5))).get());
    assertEquals(0, lock.waiting());
    inside.close();
    assertFreeAndUnwanted();
  }

  // When the time runs out as it is let in, it reads.
  @ParameterizedTest
  @EnumSource
  void tryRead_timeOutMeetsGrant_reads(Kind kind) {
    ReadGuard<String> guard =
        readerGrantedMeanwhile(kind, () -> lock.tryRead(SOON), RwLockCancellationTest::awaitEnd);
    assertEquals(1, lock.readers());
    guard.close();
    assertFreeAndUnwanted();
  }

  // A dropped future leaves the queue.
  @Test
  void readAsync_droppedWhileQueued_leavesTheQueue() {
    WriteGuard<String> inside = lock.tryWrite();
    PollFuture<ReadGuard<String>> before = pending(lock.readAsync());
    PollFuture<ReadGuard<String>> dropped = pending(lock.readAsync());
    assertTrue(dropped.cancel());
    assertCancelled(dropped);
    assertEquals(1, lock.waiting());
    inside.close();
    ready(before).close();
    assertFreeAndUnwanted();
  }

  // Dropped after it was let in, it leaves the lock, and whoever waits for that goes on.
  @Test
  void readAsync_droppedAfterGrant_writerGoesOn() {
    WriteGuard<String> inside = lock.tryWrite();
    PollFuture<ReadGuard<String>> dropped = pending(lock.readAsync());
    CountingWaker waker = new CountingWaker();
    PollFuture<WriteGuard<String>> writer = pending(lock.writeAsync(), waker);
    inside.close();
    assertEquals(0, waker.calls());
    assertTrue(dropped.cancel());
    assertCancelled(dropped);
    assertEquals(1, waker.calls());
    ready(writer).close();
    assertFreeAndUnwanted();
  }

  // Writing

  // A writer that is interrupted leaves the queue, and the readers behind it are let in.
  @ParameterizedTest
  @EnumSource
  void write_interruptedWhileQueued_readersLetIn(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      ReadGuard<String> inside = lock.tryRead();
      Running<WriteGuard<String>> writer =
          kind.start(timed ? () -> lock.tryWrite(LONG) : lock::write);
      awaitWaiting(1);
      CountingWaker waker = new CountingWaker();
      PollFuture<ReadGuard<String>> reader = pending(lock.readAsync(), waker);
      writer.interrupt();
      assertContains(
          writer.failure(InterruptedException.class).getMessage(),
          "interrupted while waiting",
          "RwLock(routes)");
      assertEquals(1, waker.calls());
      ready(reader).close();
      inside.close();
      assertFreeAndUnwanted();
    }
  }

  // One that is interrupted as it is let in writes, and finds the interrupt later.
  @ParameterizedTest
  @EnumSource
  void write_interruptMeetsGrant_writes(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      lock.tryWrite();
      Running<WriteGuard<String>> writer =
          kind.start(leavesInterrupt(timed ? () -> lock.tryWrite(LONG) : lock::write));
      awaitWaiting(1);
      writer.awaitAsleep();
      grantWriterWithoutWaking();
      interruptAndAwait(writer);
      assertTrue(lock.isWriteLocked());
      writer.get().close();
      assertFreeAndUnwanted();
    }
  }

  // When its time runs out the readers behind it are let in.
  @ParameterizedTest
  @EnumSource
  void tryWrite_timeRunsOut_readersLetIn(Kind kind) {
    ReadGuard<String> inside = lock.tryRead();
    Running<WriteGuard<String>> writer = kind.start(() -> lock.tryWrite(SOON));
    awaitWaiting(1);
    CountingWaker waker = new CountingWaker();
    PollFuture<ReadGuard<String>> reader = pending(lock.readAsync(), waker);
    assertNull(writer.get());
    assertEquals(1, waker.calls());
    ready(reader).close();
    inside.close();
    assertFreeAndUnwanted();
  }

  // When the time runs out as it is let in, it writes.
  @ParameterizedTest
  @EnumSource
  void tryWrite_timeOutMeetsGrant_writes(Kind kind) {
    lock.tryWrite();
    Running<WriteGuard<String>> writer = kind.start(() -> lock.tryWrite(SOON));
    awaitWaiting(1);
    grantWriterWithoutWaking();
    awaitEnd(writer);
    writer.get().close();
    assertFreeAndUnwanted();
  }

  // A dropped future leaves the queue, and the readers behind it are let in.
  @Test
  void writeAsync_droppedWhileQueued_readersLetIn() {
    ReadGuard<String> inside = lock.tryRead();
    PollFuture<WriteGuard<String>> dropped = pending(lock.writeAsync());
    CountingWaker waker = new CountingWaker();
    PollFuture<ReadGuard<String>> reader = pending(lock.readAsync(), waker);
    assertTrue(dropped.cancel());
    assertCancelled(dropped);
    assertEquals(1, waker.calls());
    ready(reader).close();
    inside.close();
    assertFreeAndUnwanted();
  }

  // Dropped after it was let in, it passes the lock on.
  @Test
  void writeAsync_droppedAfterGrant_passesTheLockOn() {
    ReadGuard<String> inside = lock.tryRead();
    PollFuture<WriteGuard<String>> dropped = pending(lock.writeAsync());
    PollFuture<WriteGuard<String>> next = pending(lock.writeAsync());
    inside.close();
    assertTrue(dropped.cancel());
    assertCancelled(dropped);
    ready(next).close();
    assertFreeAndUnwanted();
  }

  // Upgrading

  // An upgrade that is interrupted has no effect: it reads on, and whom it kept out comes in.
  @ParameterizedTest
  @EnumSource
  void upgrade_interruptedWhileQueued_readsOn(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      ReadGuard<String> guard = lock.tryRead();
      ReadGuard<String> other = lock.tryRead();
      Running<WriteGuard<String>> upgrade =
          kind.start(timed ? () -> guard.tryUpgrade(LONG) : guard::upgrade);
      awaitWaiting(1);
      PollFuture<ReadGuard<String>> later = pending(lock.readAsync());
      upgrade.interrupt();
      upgrade.failure(InterruptedException.class);
      ready(later).close();
      assertTrue(guard.isOpen());
      assertEquals(2, lock.readers());
      other.close();
      guard.close();
      assertFreeAndUnwanted();
    }
  }

  // One that is interrupted as it becomes the writer is the writer, and finds the interrupt later.
  @ParameterizedTest
  @EnumSource
  void upgrade_interruptMeetsGrant_writes(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      ReadGuard<String> guard = lock.tryRead();
      ReadGuard<String> other = lock.tryRead();
      Running<WriteGuard<String>> upgrade =
          kind.start(leavesInterrupt(timed ? () -> guard.tryUpgrade(LONG) : guard::upgrade));
      awaitWaiting(1);
      upgrade.awaitAsleep();
      grantUpgraderWithoutWaking();
      interruptAndAwait(upgrade);
      assertFalse(guard.isOpen());
      assertTrue(upgrade.get().isOpen());
      lock.exitWord(); // the word was left as it was: two readers
      lock.exitWord();
      assertTrue(other.isOpen());
      assertFreeAndUnwanted();
    }
  }

  // One whose time runs out as it becomes the writer is the writer.
  @ParameterizedTest
  @EnumSource
  void tryUpgrade_timeOutMeetsGrant_writes(Kind kind) {
    ReadGuard<String> guard = lock.tryRead();
    ReadGuard<String> other = lock.tryRead();
    Running<WriteGuard<String>> upgrade = kind.start(() -> guard.tryUpgrade(SOON));
    awaitWaiting(1);
    grantUpgraderWithoutWaking();
    awaitEnd(upgrade);
    assertFalse(guard.isOpen());
    assertTrue(upgrade.get().isOpen());
    lock.exitWord(); // the word was left as it was: two readers
    lock.exitWord();
    assertTrue(other.isOpen());
    assertFreeAndUnwanted();
  }

  // When its time runs out it reads on.
  @ParameterizedTest
  @EnumSource
  void tryUpgrade_timeRunsOut_readsOn(Kind kind) {
    ReadGuard<String> guard = lock.tryRead();
    ReadGuard<String> other = lock.tryRead();
    assertNull(kind.start(() -> guard.tryUpgrade(Duration.ofMillis(5))).get());
    assertTrue(guard.isOpen());
    assertEquals(0, lock.waiting());
    other.close();
    lock.tryRead().close();
    guard.tryUpgrade().close();
    assertFreeAndUnwanted();
  }

  // Dropped while it waits, it reads on, and whom it kept out comes in.
  @Test
  void upgradeAsync_droppedWhileQueued_readsOn() {
    ReadGuard<String> guard = lock.tryRead();
    ReadGuard<String> other = lock.tryRead();
    PollFuture<WriteGuard<String>> dropped = pending(guard.upgradeAsync());
    PollFuture<ReadGuard<String>> later = pending(lock.readAsync());
    assertTrue(dropped.cancel());
    assertCancelled(dropped);
    ready(later).close();
    assertTrue(guard.isOpen());
    other.close();
    guard.close();
    assertFreeAndUnwanted();
  }

  // Dropped after it became the writer, it is a reader again, and its guard is what it was.
  @Test
  void upgradeAsync_droppedAfterGrant_readsOn() {
    ReadGuard<String> guard = lock.tryRead();
    ReadGuard<String> other = lock.tryRead();
    PollFuture<WriteGuard<String>> dropped = pending(guard.upgradeAsync());
    PollFuture<ReadGuard<String>> later = pending(lock.readAsync());
    other.close();
    assertTrue(lock.isWriteLocked());
    assertTrue(dropped.cancel());
    assertCancelled(dropped);
    assertFalse(lock.isWriteLocked());
    ready(later).close();
    assertEquals("value", guard.get());
    assertEquals(1, lock.readers());
    guard.close();
    assertFreeAndUnwanted();
  }

  // Futures with a time-out

  // Without a result in time they are dropped, and leave no trace.
  @Test
  void block_timeRunsOut_leavesTheQueue() {
    ReadGuard<String> guard = lock.tryRead();
    ReadGuard<String> other = lock.tryRead();
    for (PollFuture<?> f : List.of(lock.writeAsync(), guard.upgradeAsync())) {
      assertThrows(TimeoutException.class, () -> f.block(Duration.ofNanos(1)));
      assertCancelled(f);
    }
    guard.close();
    other.close();
    WriteGuard<String> writer = lock.tryWrite();
    PollFuture<?> read = lock.readAsync();
    assertThrows(TimeoutException.class, () -> read.block(Duration.ofNanos(1)));
    assertEquals(0, lock.waiting());
    writer.close();
    assertFreeAndUnwanted();
  }
}
