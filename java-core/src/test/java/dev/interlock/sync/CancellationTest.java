package dev.interlock.sync;

import static dev.interlock.testing.Polls.assertCancelled;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.channel.Channel;
import dev.interlock.channel.ChannelClosedException;
import dev.interlock.channel.ReceiveResult;
import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rows of docs/cancellation.md for threads and futures that are not tests of one object alone.
 *
 * <p>An operation that reports failure had no effect; one that had an effect reports success, or hands
 * what it took to the next one or to a documented handler. The moments in which a grant meets an
 * interrupt or a time-out are made, not waited for: the grant is there, the wake-up is held back, and
 * the interrupt or the time-out wakes the thread instead.
 */
@Execution(ExecutionMode.CONCURRENT)
class CancellationTest {
  /** Long enough to queue in, short enough to wait for. */
  private static final Duration SOON = Duration.ofSeconds(2);

  static Stream<Arguments> kindsAndCapacities() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(0, 1, 3).map(capacity -> Arguments.of(kind, capacity)));
  }

  private static Channel<Integer> channel(int capacity) {
    return capacity == 0 ? Channel.rendezvous() : Channel.bounded(capacity);
  }

  private static void awaitTrue(String what, BooleanSupplier condition) {
    Conditions.await(condition, () -> what);
  }

  /** Runs {@code body} and requires that it ended with the interrupt status set. */
  private static <T> Callable<T> leavesInterrupt(Callable<T> body) {
    return () -> {
      T result = body.call();
      assertTrue(Thread.interrupted(), "the interrupt is left for the caller");
      return result;
    };
  }

  /** The hand-over of {@code mutex} to its head, up to the wake-up, which does not come. */
  private static void grantWithoutWaking(Mutex<?> mutex) {
    WaitQueue q = mutex.queue();
    q.lock();
    try {
      Waiter head = q.head();
      assertTrue(head.grant());
      q.waiters().remove(head);
    } finally {
      q.unlock();
    }
  }

  /** Holds the wake-ups of those behind it back, and first lets {@code meanwhile} happen. */
  private static Context holdsBack(Runnable meanwhile) {
    return new Context(meanwhile::run);
  }

  /**
   * Fills {@code channel} and lets two senders wait, a future and then {@code sender}; one batch grants
   * both, and the future's waker runs {@code meanwhile} before the other is woken.
   */
  private static <T> T grantSenderMeanwhile(
      Channel<Integer> channel, Kind kind, Callable<T> sender, Consumer<Running<T>> meanwhile) {
    for (int i = 0; i < channel.capacity(); i++) {
      assertTrue(channel.trySend(i).isSent());
    }
    List<Running<T>> thread = new ArrayList<>();
    PollFuture<Void> first = channel.sendAsync(channel.capacity());
    assertFalse(first.poll(holdsBack(() -> meanwhile.accept(thread.get(0)))).isReady());
    thread.add(kind.start(sender));
    awaitTrue("two senders", () -> channel.waitingSenders() == 2);
    thread.get(0).awaitAsleep();
    List<Integer> received = new ArrayList<>();
    assertEquals(2, channel.tryReceiveBatch(received, 2));
    T result = thread.get(0).get();
    ready(first);
    while (channel.tryReceive() instanceof ReceiveResult.Received<Integer> r) {
      received.add(r.element());
    }
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i <= channel.capacity(); i++) {
      expected.add(i);
    }
    expected.add(99);
    assertEquals(expected, received, "everything once, in order");
    return result;
  }

  /**
   * Lets a batch give back elements 0 and 1 to two receivers, a future and then {@code receiver}; the
   * future's waker runs {@code meanwhile} before the other is woken.
   */
  private static <T> T grantReceiverMeanwhile(
      Channel<Integer> channel, Kind kind, Callable<T> receiver, Consumer<Running<T>> meanwhile) {
    List<Running<T>> thread = new ArrayList<>();
    PollFuture<Integer> first = channel.receiveAsync();
    List<PollFuture<Void>> sends = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      PollFuture<Void> send = channel.sendAsync(i);
      if (!send.poll(Polls.IGNORED).isReady()) {
        sends.add(send);
      }
    }
    ArrayList<Integer> refusing =
        new ArrayList<>() {
          private static final long serialVersionUID = 1L;

          @Override
          public boolean add(Integer e) {
            assertFalse(first.poll(holdsBack(() -> meanwhile.accept(thread.get(0)))).isReady());
            thread.add(kind.start(receiver));
            awaitTrue("two receivers", () -> channel.waitingReceivers() == 2);
            thread.get(0).awaitAsleep();
            throw new IllegalStateException("refused");
          }
        };
    assertThrows(IllegalStateException.class, () -> channel.tryReceiveBatch(refusing, 2));
    T result = thread.get(0).get();
    assertEquals(0, ready(first));
    sends.forEach(Polls::ready);
    assertEquals(0, channel.size());
    assertEquals(0, channel.waitingReceivers());
    return result;
  }

  private static <T> void interruptAndAwait(Running<T> thread) {
    thread.interrupt();
    awaitTrue("the interrupted thread", thread::isDone);
  }

  private static <T> void awaitTimeOut(Running<T> thread) {
    awaitTrue("the thread whose time runs out", thread::isDone);
  }

  // Threads: what was granted is kept, and the interrupt is left for the caller

  // The lock.
  @ParameterizedTest
  @EnumSource
  void lock_interruptMeetsGrant_keepsTheLock(Kind kind) {
    Mutex<String> mutex = Mutex.fair("value");
    assertNotNull(mutex.tryLock());
    Running<MutexGuard<String>> thread = kind.start(leavesInterrupt(mutex::lock));
    awaitTrue("one waiting", () -> mutex.waiting() == 1);
    thread.awaitAsleep(); // not spinning, or it sees the grant before the interrupt
    grantWithoutWaking(mutex);
    interruptAndAwait(thread);
    MutexGuard<String> guard = thread.get();
    assertTrue(guard.isOpen() && mutex.isLocked());
    assertNull(mutex.tryLock());
    guard.close();
    assertFalse(mutex.isLocked());
  }

  // The lock, by the timed form.
  @ParameterizedTest
  @EnumSource
  void tryLock_interruptMeetsGrant_keepsTheLock(Kind kind) {
    Mutex<String> mutex = Mutex.fair("value");
    assertNotNull(mutex.tryLock());
    Running<MutexGuard<String>> thread =
        kind.start(leavesInterrupt(() -> mutex.tryLock(Duration.ofHours(1))));
    awaitTrue("one waiting", () -> mutex.waiting() == 1);
    thread.awaitAsleep(); // not spinning, or it sees the grant before the interrupt
    grantWithoutWaking(mutex);
    interruptAndAwait(thread);
    thread.get().close();
    assertFalse(mutex.isLocked());
  }

  // Permits, one or several, by both forms.
  @ParameterizedTest
  @EnumSource
  void acquire_interruptMeetsGrant_keepsThePermits(Kind kind) {
    for (boolean timed : new boolean[] {false, true}) {
      Semaphore semaphore = Semaphore.of(0);
      List<Running<Boolean>> thread = new ArrayList<>();
      PollFuture<Void> first = semaphore.acquireAsync();
      assertFalse(first.poll(holdsBack(() -> interruptAndAwait(thread.get(0)))).isReady());
      thread.add(
          kind.start(
              leavesInterrupt(
                  () -> {
                    if (timed) {
                      return semaphore.tryAcquire(2, Duration.ofHours(1));
                    }
                    semaphore.acquire(2);
                    return true;
                  })));
      awaitTrue("two waiting", () -> semaphore.waiting() == 2);
      thread.get(0).awaitAsleep();
      semaphore.release(3);
      assertTrue(thread.get(0).get());
      ready(first);
      assertEquals(0, semaphore.availablePermits());
    }
  }

  // A send: the element is in the channel.
  @ParameterizedTest
  @MethodSource("kindsAndCapacities")
  void send_interruptMeetsGrant_isSent(Kind kind, int capacity) {
    Channel<Integer> plain = channel(capacity);
    grantSenderMeanwhile(
        plain,
        kind,
        leavesInterrupt(
            () -> {
              plain.send(99);
              return null;
            }),
        CancellationTest::interruptAndAwait);
    Channel<Integer> timed = channel(capacity);
    assertTrue(
        grantSenderMeanwhile(
            timed,
            kind,
            leavesInterrupt(() -> timed.send(99, Duration.ofHours(1))),
            CancellationTest::interruptAndAwait));
  }

  // A receive: the element is the result, in every form.
  @ParameterizedTest
  @MethodSource("kindsAndCapacities")
  void receive_interruptMeetsGrant_isReceived(Kind kind, int capacity) {
    Channel<Integer> plain = channel(capacity);
    assertEquals(
        1,
        CancellationTest.<Integer>grantReceiverMeanwhile(
            plain, kind, leavesInterrupt(plain::receive), CancellationTest::interruptAndAwait));
    Channel<Integer> timed = channel(capacity);
    assertEquals(
        ReceiveResult.received(1),
        grantReceiverMeanwhile(
            timed,
            kind,
            leavesInterrupt(() -> timed.receive(Duration.ofHours(1))),
            CancellationTest::interruptAndAwait));
  }

  // A batch has the element that it was granted.
  @ParameterizedTest
  @MethodSource("kindsAndCapacities")
  void receiveBatch_interruptMeetsGrant_isReceived(Kind kind, int capacity) {
    Channel<Integer> c = channel(capacity);
    List<Integer> into = new ArrayList<>();
    assertEquals(
        1,
        CancellationTest.<Integer>grantReceiverMeanwhile(
            c,
            kind,
            leavesInterrupt(() -> c.receiveBatch(into, 3)),
            CancellationTest::interruptAndAwait));
    assertEquals(List.of(1), into);
  }

  // An iteration hands out the element that it was granted; the interrupt ends it after that.
  @ParameterizedTest
  @MethodSource("kindsAndCapacities")
  void iterator_interruptMeetsGrant_isHandedOut(Kind kind, int capacity) {
    Channel<Integer> c = channel(capacity);
    Iterator<Integer> it = c.iterator();
    assertEquals(
        1,
        CancellationTest.<Integer>grantReceiverMeanwhile(
            c, kind, leavesInterrupt(it::next), CancellationTest::interruptAndAwait));
  }

  // Threads: a time-out that meets the grant

  // The lock is kept.
  @ParameterizedTest
  @EnumSource
  void tryLock_timeOutMeetsGrant_keepsTheLock(Kind kind) {
    Mutex<String> mutex = Mutex.fair("value");
    assertNotNull(mutex.tryLock());
    Running<MutexGuard<String>> thread = kind.start(() -> mutex.tryLock(SOON));
    awaitTrue("one waiting", () -> mutex.waiting() == 1);
    grantWithoutWaking(mutex);
    awaitTimeOut(thread);
    thread.get().close();
    assertFalse(mutex.isLocked());
  }

  // Permits are kept.
  @ParameterizedTest
  @EnumSource
  void tryAcquire_timeOutMeetsGrant_keepsThePermits(Kind kind) {
    Semaphore semaphore = Semaphore.of(0);
    List<Running<Boolean>> thread = new ArrayList<>();
    PollFuture<Void> first = semaphore.acquireAsync();
    assertFalse(first.poll(holdsBack(() -> awaitTimeOut(thread.get(0)))).isReady());
    thread.add(kind.start(() -> semaphore.tryAcquire(2, SOON)));
    awaitTrue("two waiting", () -> semaphore.waiting() == 2);
    semaphore.release(3);
    assertTrue(thread.get(0).get());
    assertEquals(0, semaphore.availablePermits());
  }

  // The element is sent, and the send says so.
  @ParameterizedTest
  @EnumSource
  void send_timeOutMeetsGrant_isSent(Kind kind) {
    Channel<Integer> c = channel(1);
    assertTrue(
        grantSenderMeanwhile(c, kind, () -> c.send(99, SOON), CancellationTest::awaitTimeOut));
  }

  // The element is received.
  @ParameterizedTest
  @EnumSource
  void receive_timeOutMeetsGrant_isReceived(Kind kind) {
    Channel<Integer> c = channel(0);
    assertEquals(
        ReceiveResult.received(1),
        grantReceiverMeanwhile(c, kind, () -> c.receive(SOON), CancellationTest::awaitTimeOut));
  }

  // Threads and futures: who leaves the queue costs the others nothing

  // A mutex: the others keep their places.
  @ParameterizedTest
  @EnumSource
  void lock_interruptedBetweenOthers_othersKeepTheirPlaces(Kind kind) {
    Mutex<String> mutex = Mutex.fair("value");
    MutexGuard<String> guard = mutex.tryLock();
    PollFuture<MutexGuard<String>> before = pending(mutex.lockAsync());
    Running<MutexGuard<String>> thread = kind.start(mutex::lock);
    awaitTrue("two waiting", () -> mutex.waiting() == 2);
    PollFuture<MutexGuard<String>> after = pending(mutex.lockAsync());
    thread.interrupt();
    thread.failure(InterruptedException.class);
    assertEquals(2, mutex.waiting());
    guard.close();
    MutexGuard<String> second = ready(before);
    pending(after);
    second.close();
    ready(after).close();
  }

  // A semaphore: the free permits that were kept for the one who left go to those behind.
  @ParameterizedTest
  @EnumSource
  void acquire_interruptedAtTheHead_keptPermitsGoToTheNext(Kind kind) {
    Semaphore semaphore = Semaphore.of(2);
    Running<Void> head =
        kind.start(
            () -> {
              semaphore.acquire(3);
              return null;
            });
    awaitTrue("one waiting", () -> semaphore.waiting() == 1);
    CountingWaker waker = new CountingWaker();
    PollFuture<Void> behind = pending(semaphore.acquireAsync(2), waker);
    head.interrupt();
    head.failure(InterruptedException.class);
    assertEquals(1, waker.calls());
    ready(behind);
    assertEquals(0, semaphore.availablePermits());
  }

  // The same when the head's time runs out.
  @ParameterizedTest
  @EnumSource
  void tryAcquire_timeRunsOutAtTheHead_keptPermitsGoToTheNext(Kind kind) {
    Semaphore semaphore = Semaphore.of(2);
    Running<Boolean> head = kind.start(() -> semaphore.tryAcquire(3, SOON));
    awaitTrue("one waiting", () -> semaphore.waiting() == 1);
    PollFuture<Void> behind = pending(semaphore.acquireAsync(2));
    assertFalse(head.get());
    ready(behind);
  }

  // Futures: dropped while they wait

  // A lock: out of the queue.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096})
  void lockAsync_droppedWhileQueued_leavesTheQueue(int bypassBound) {
    Mutex<String> mutex = Mutex.builder().bypassBound(bypassBound).of("value");
    MutexGuard<String> guard = mutex.tryLock();
    PollFuture<MutexGuard<String>> dropped = pending(mutex.lockAsync());
    PollFuture<MutexGuard<String>> next = pending(mutex.lockAsync());
    assertTrue(dropped.cancel());
    assertCancelled(dropped);
    assertEquals(1, mutex.waiting());
    guard.close();
    ready(next).close();
    assertFalse(mutex.isLocked());
  }

  // Permits: what was kept for it goes to the next.
  @Test
  void acquireAsync_droppedWhileQueued_keptPermitsGoToTheNext() {
    Semaphore semaphore = Semaphore.of(2);
    PollFuture<Void> dropped = pending(semaphore.acquireAsync(3));
    CountingWaker waker = new CountingWaker();
    PollFuture<Void> next = pending(semaphore.acquireAsync(2), waker);
    assertTrue(dropped.cancel());
    assertCancelled(dropped);
    assertEquals(1, waker.calls());
    ready(next);
    assertEquals(0, semaphore.availablePermits());
  }

  // A send: not sent, and the senders behind it move up.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void sendAsync_droppedWhileQueued_isNotSent(int capacity) {
    Channel<Integer> c = channel(capacity);
    for (int i = 0; i < capacity; i++) {
      assertTrue(c.trySend(i).isSent());
    }
    PollFuture<Void> dropped = pending(c.sendAsync(99));
    PollFuture<Void> next = pending(c.sendAsync(capacity));
    assertTrue(dropped.cancel());
    assertCancelled(dropped);
    for (int i = 0; i <= capacity; i++) {
      assertEquals(i, c.tryReceive().orNull());
    }
    ready(next);
    assertSame(ReceiveResult.empty(), c.tryReceive());
  }

  // A receive: the element goes to the receiver behind it.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void receiveAsync_droppedWhileQueued_leavesTheQueue(int capacity) {
    Channel<Integer> c = channel(capacity);
    PollFuture<Integer> dropped = pending(c.receiveAsync());
    PollFuture<List<Integer>> droppedBatch = pending(c.receiveBatchAsync(3));
    PollFuture<Integer> next = pending(c.receiveAsync());
    assertTrue(dropped.cancel());
    assertTrue(droppedBatch.cancel());
    assertCancelled(dropped);
    assertCancelled(droppedBatch);
    assertTrue(c.trySend(7).isSent());
    assertEquals(7, ready(next));
  }

  // Futures: dropped after the grant

  // A lock goes to the next waiter, which is woken; without one it is free.
  @Test
  void lockAsync_droppedAfterGrant_passesTheLockOn() {
    Mutex<String> mutex = Mutex.fair("value");
    MutexGuard<String> guard = mutex.tryLock();
    PollFuture<MutexGuard<String>> first = pending(mutex.lockAsync());
    CountingWaker waker = new CountingWaker();
    PollFuture<MutexGuard<String>> second = pending(mutex.lockAsync(), waker);
    guard.close();
    assertTrue(first.cancel());
    assertCancelled(first);
    assertEquals(1, waker.calls());
    assertTrue(mutex.isLocked(), "it went over, nobody could barge in");
    assertTrue(second.cancel());
    assertCancelled(second);
    assertFalse(mutex.isLocked());
    assertEquals(0, mutex.waiting());
  }

  // Permits go to the next; without one they are free.
  @Test
  void acquireAsync_droppedAfterGrant_passesThePermitsOn() {
    Semaphore semaphore = Semaphore.of(0);
    PollFuture<Void> first = pending(semaphore.acquireAsync(2));
    PollFuture<Void> second = pending(semaphore.acquireAsync());
    semaphore.release(2);
    pending(second);
    assertTrue(first.cancel());
    assertCancelled(first);
    ready(second);
    assertEquals(1, semaphore.availablePermits());
    PollFuture<Void> third = pending(semaphore.acquireAsync(2));
    semaphore.release();
    assertTrue(third.cancel());
    assertEquals(2, semaphore.availablePermits());
  }

  // Permits that come back to a closed semaphore are gone: nobody can take them any more.
  @Test
  void acquireAsync_droppedAfterGrantAndClose_permitsAreGone() {
    Semaphore semaphore = Semaphore.of(0);
    PollFuture<Void> f = pending(semaphore.acquireAsync());
    semaphore.release();
    semaphore.close();
    assertTrue(f.cancel());
    assertCancelled(f);
    assertEquals(0, semaphore.availablePermits());
  }

  // A send that was accepted cannot be recalled: cancel says so, and the result is there.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void sendAsync_droppedAfterAccept_tooLate(int capacity) {
    Channel<Integer> c = channel(capacity);
    for (int i = 0; i < capacity; i++) {
      assertTrue(c.trySend(i).isSent());
    }
    PollFuture<Void> f = pending(c.sendAsync(capacity));
    assertEquals(0, c.tryReceive().orNull());
    assertFalse(f.cancel());
    for (int i = 1; i <= capacity; i++) {
      assertEquals(i, c.tryReceive().orNull());
    }
    ready(f);
  }

  // An element goes to the receiver that waits next.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void receiveAsync_droppedAfterGrant_nextReceiverGetsTheElement(int capacity) {
    Channel<Integer> c = channel(capacity);
    PollFuture<Integer> first = pending(c.receiveAsync());
    CountingWaker waker = new CountingWaker();
    PollFuture<Integer> second = pending(c.receiveAsync(), waker);
    assertTrue(c.trySend(7).isSent());
    assertTrue(first.cancel());
    assertCancelled(first);
    assertEquals(1, waker.calls());
    assertEquals(7, ready(second));
    assertEquals(0, c.size());
  }

  // Without one it goes to the front, before what was accepted later, and counts.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void receiveAsync_droppedAfterGrantNobodyWaits_elementIsFirstAgain(int capacity) {
    Channel<Integer> c = channel(capacity);
    PollFuture<Integer> f = pending(c.receiveAsync());
    assertTrue(c.trySend(0).isSent());
    for (int i = 1; i <= capacity; i++) {
      assertTrue(c.trySend(i).isSent());
    }
    assertTrue(f.cancel());
    assertEquals(capacity + 1, c.size(), "on top of the capacity");
    assertFalse(c.trySend(99).isSent(), "and no room for senders");
    for (int i = 0; i <= capacity; i++) {
      assertEquals(i, c.tryReceive().orNull());
    }
    assertSame(ReceiveResult.empty(), c.tryReceive());
  }

  // Several go to the front one by one, so they are received in the reverse of that order; none is
  // lost, and what was accepted later comes after them.
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void receiveAsync_severalDroppedAfterGrant_lastHandedBackIsFirst(int capacity) {
    Channel<Integer> c = channel(capacity);
    PollFuture<Integer> first = pending(c.receiveAsync());
    PollFuture<Integer> second = pending(c.receiveAsync());
    for (int i = 0; i < 3; i++) {
      assertTrue(c.trySend(i).isSent());
    }
    assertTrue(first.cancel());
    assertTrue(second.cancel());
    List<Integer> received = new ArrayList<>();
    assertEquals(3, c.tryReceiveBatch(received, 5));
    assertEquals(List.of(1, 0, 2), received);
  }

  // After a close it can still be received.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void receiveAsync_droppedAfterGrantAndClose_elementIsReceived(int capacity) {
    Channel<Integer> c = channel(capacity);
    PollFuture<Integer> f = pending(c.receiveAsync());
    assertTrue(c.trySend(7).isSent());
    c.close();
    assertTrue(f.cancel());
    assertFalse(c.isDrained());
    assertEquals(7, c.tryReceive().orNull());
    assertTrue(c.isDrained());
    assertThrows(ChannelClosedException.class, c::receive);
  }

  // After a cancel of the channel the handler gets it.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void receiveAsync_droppedAfterGrantAndCancel_handlerGetsTheElement(int capacity) {
    List<Integer> undelivered = new ArrayList<>();
    Channel.Builder<Integer> builder = Channel.<Integer>builder().onUndelivered(undelivered::add);
    Channel<Integer> c = (capacity == 0 ? builder.rendezvous() : builder.bounded(capacity)).build();
    PollFuture<Integer> f = pending(c.receiveAsync());
    assertTrue(c.trySend(7).isSent());
    c.cancel(null);
    assertEquals(List.of(), undelivered, "it may still be received");
    assertTrue(f.cancel());
    assertEquals(List.of(7), undelivered);
  }

  // A batch hands its element on in the same way.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void receiveBatchAsync_droppedAfterGrant_nextReceiverGetsTheElement(int capacity) {
    Channel<Integer> c = channel(capacity);
    PollFuture<List<Integer>> first = pending(c.receiveBatchAsync(5));
    PollFuture<List<Integer>> second = pending(c.receiveBatchAsync(5));
    assertTrue(c.trySend(7).isSent());
    assertTrue(first.cancel());
    assertCancelled(first);
    assertEquals(List.of(7), ready(second));
    PollFuture<List<Integer>> third = pending(c.receiveBatchAsync(5));
    assertTrue(c.trySend(8).isSent());
    assertTrue(third.cancel());
    assertEquals(8, c.tryReceive().orNull());
  }

  // A future whose result was polled is over: cancelling it takes nothing back.
  @Test
  void anyFuture_cancelledAfterItsResult_keepsIt() {
    Mutex<String> mutex = Mutex.of("value");
    PollFuture<MutexGuard<String>> lock = mutex.lockAsync();
    MutexGuard<String> guard = ready(lock);
    assertFalse(lock.cancel());
    assertTrue(guard.isOpen() && mutex.isLocked());
    Semaphore semaphore = Semaphore.of(1);
    PollFuture<Void> acquire = semaphore.acquireAsync();
    ready(acquire);
    assertFalse(acquire.cancel());
    assertEquals(0, semaphore.availablePermits());
    Channel<Integer> c = channel(1);
    PollFuture<Void> send = c.sendAsync(7);
    ready(send);
    assertFalse(send.cancel());
    PollFuture<Integer> receive = c.receiveAsync();
    assertEquals(7, ready(receive));
    assertFalse(receive.cancel());
    assertEquals(0, c.size());
  }

  // Futures with a time-out: block(Duration)

  // Without a result in time they are dropped, and leave no trace.
  @Test
  void block_timeRunsOut_leavesTheQueues() throws Exception {
    Mutex<String> mutex = Mutex.of("value");
    MutexGuard<String> guard = mutex.tryLock();
    assertNotNull(guard);
    Semaphore semaphore = Semaphore.of(0);
    Channel<Integer> full = channel(1);
    full.send(0);
    Channel<Integer> empty = channel(1);
    for (PollFuture<?> f :
        List.of(
            mutex.lockAsync(),
            semaphore.acquireAsync(),
            full.sendAsync(1),
            empty.receiveAsync(),
            empty.receiveBatchAsync(3))) {
      assertThrows(TimeoutException.class, () -> f.block(Duration.ofNanos(1)));
      assertCancelled(f);
    }
    assertEquals(0, mutex.waiting());
    assertEquals(0, semaphore.waiting());
    assertEquals(0, full.waitingSenders());
    assertEquals(0, empty.waitingReceivers());
    assertEquals(1, full.size());
  }

  // A send that is accepted in the moment of the time-out has happened, and says so.
  @Test
  void block_timeOutMeetsAccept_sendSucceeds() throws Exception {
    Channel<Integer> c = channel(1);
    c.send(0);
    PollFuture<Void> send = c.sendAsync(1);
    PollFuture<Void> acceptedWhenCancelled =
        new PollFuture<>() {
          @Override
          public Poll<Void> poll(Context cx) {
            return send.poll(cx);
          }

          @Override
          public boolean cancel() {
            assertEquals(0, c.tryReceive().orNull());
            return send.cancel();
          }
        };
    acceptedWhenCancelled.block(Duration.ZERO);
    assertEquals(1, c.tryReceive().orNull());
  }

  // A lock that is granted in the moment of the time-out is passed on, and the time-out reported.
  @Test
  void block_timeOutMeetsGrant_lockIsPassedOn() {
    Mutex<String> mutex = Mutex.fair("value");
    MutexGuard<String> guard = mutex.tryLock();
    PollFuture<MutexGuard<String>> lock = mutex.lockAsync();
    PollFuture<MutexGuard<String>> grantedWhenCancelled =
        new PollFuture<>() {
          @Override
          public Poll<MutexGuard<String>> poll(Context cx) {
            return lock.poll(cx);
          }

          @Override
          public boolean cancel() {
            guard.close();
            return lock.cancel();
          }
        };
    assertThrows(TimeoutException.class, () -> grantedWhenCancelled.block(Duration.ZERO));
    assertFalse(mutex.isLocked());
  }
}
