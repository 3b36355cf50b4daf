package dev.interlock.channel;

import static dev.interlock.testing.Polls.assertCancelled;
import static dev.interlock.testing.Polls.assertCompleted;
import static dev.interlock.testing.Polls.assertContains;
import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.ClosedException;
import dev.interlock.InterlockException;
import dev.interlock.future.PollFuture;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.CountingWaker;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One suite for every kind of channel; {@link Limited} adds what those do whose senders wait. */
class ChannelTest {
  private static final Duration LONG = Duration.ofHours(1);

  @Nested
  class BoundedOne extends Limited {
    BoundedOne() {
      super(1);
    }
  }

  @Nested
  class BoundedThree extends Limited {
    BoundedThree() {
      super(3); // not a power of two
    }
  }

  @Nested
  class BoundedSixteen extends Limited {
    BoundedSixteen() {
      super(16);
    }
  }

  @Nested
  class Rendezvous extends Limited {
    Rendezvous() {
      super(0);
    }
  }

  @Nested
  class Unbounded extends Suite {
    Unbounded() {
      super(Channel.UNBOUNDED);
    }

    // A send never waits.
    @Test
    void trySend_anyNumber_accepted() {
      for (int i = 0; i < 10_000; i++) {
        accept(i);
        assertFalse(channel.isFull());
      }
      assertEquals(10_000, channel.size());
      assertEquals("Channel(lines)[open, size=10000, senders=0, receivers=0]", channel.toString());
      for (int i = 0; i < 10_000; i++) {
        assertEquals(i, channel.tryReceive().orNull());
      }
      assertTrue(channel.isEmpty());
    }
  }

  // Making one

  // The factories differ in the capacity alone.
  @Test
  void factories_all_capacity() {
    assertEquals(5, Channel.bounded(5).capacity());
    assertEquals(0, Channel.rendezvous().capacity());
    assertEquals(Channel.UNBOUNDED, Channel.unbounded().capacity());
    assertEquals(0, Channel.builder().build().capacity(), "a rendezvous by default");
    assertContains(Channel.bounded(5).toString(), "Channel@", "[open, size=0/5");
  }

  // Other capacities are refused, with the value and what is allowed.
  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Channel.MAX_CAPACITY + 1, Channel.UNBOUNDED})
  void bounded_outOfRange_refused(int capacity) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Channel.bounded(capacity));
    assertContains(
        e.getMessage(),
        "capacity is " + capacity,
        "between 1 and 1073741824",
        "for 0 use a rendezvous channel, for no limit an unbounded one");
  }

  // A name and a handler are there or not, never null.
  @Test
  void builder_null_refused() {
    assertThrows(NullPointerException.class, () -> Channel.builder().name(null));
    assertThrows(NullPointerException.class, () -> Channel.builder().onUndelivered(null));
  }

  abstract static class Suite {
    final int capacity;
    final List<Integer> undelivered = Collections.synchronizedList(new ArrayList<>());
    final Channel<Integer> channel;

    Suite(int capacity) {
      this.capacity = capacity;
      this.channel = open(undelivered::add);
    }

    final Channel<Integer> open(Consumer<? super Integer> handler) {
      Channel.Builder<Integer> builder = Channel.<Integer>builder().name("lines");
      if (capacity == 0) {
        builder.rendezvous();
      } else if (capacity == Channel.UNBOUNDED) {
        builder.unbounded();
      } else {
        builder.bounded(capacity);
      }
      return builder.onUndelivered(handler).build();
    }

    @AfterEach
    void noInterruptIsLeft() {
      Polls.assertInterrupted(false);
    }

    final void accept(int element) {
      assertTrue(channel.trySend(element).isSent(), () -> "refused by " + channel);
    }

    final void awaitSenders(int n) {
      Conditions.await(() -> channel.waitingSenders() == n, () -> n + " senders, at " + channel);
    }

    final void awaitReceivers(int n) {
      Conditions.await(
          () -> channel.waitingReceivers() == n, () -> n + " receivers, at " + channel);
    }

    /** Sends 0 to n-1 by futures, as far as they are accepted; the rest wait. */
    final List<PollFuture<Void>> sendAll(int n) {
      List<PollFuture<Void>> sends = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        PollFuture<Void> f = channel.sendAsync(i);
        if (f.poll(Polls.IGNORED).isReady()) {
          continue;
        }
        sends.add(f);
      }
      return sends;
    }

    final void assertOpenAndIdle() {
      assertFalse(channel.isClosed());
      assertEquals(0, channel.size());
      assertEquals(0, channel.waitingSenders());
      assertEquals(0, channel.waitingReceivers());
      PollFuture<Integer> f = pending(channel.receiveAsync());
      accept(-1);
      assertEquals(-1, ready(f));
    }

    final void assertRefused(Executable send, Throwable cause) {
      ChannelClosedException e = assertThrows(ChannelClosedException.class, send);
      ClosedException closed = e;
      InterlockException family = closed;
      assertContains(
          family.getMessage(), "Channel(lines) is closed", "not sent", "stays with the caller");
      assertSame(cause, e.getCause());
    }

    final void assertDrained(Executable receive, Throwable cause) {
      ChannelClosedException e = assertThrows(ChannelClosedException.class, receive);
      assertContains(
          e.getMessage(), "Channel(lines) is closed", "everything was received", "stop receiving");
      assertSame(cause, e.getCause());
    }

    // Nothing there

    // A new channel is open and empty, and says so.
    @Test
    void anything_new_openAndEmpty() {
      assertEquals(capacity, channel.capacity());
      assertEquals(0, channel.size());
      assertTrue(channel.isEmpty());
      assertEquals(capacity == 0, channel.isFull());
      assertFalse(channel.isClosed() || channel.isDrained());
      assertContains(channel.toString(), "Channel(lines)[open, size=0", "senders=0, receivers=0]");
    }

    // Null elements are refused by every form, and change nothing.
    @Test
    void send_null_refused() {
      List<Executable> sends =
          List.of(
              () -> channel.send(null),
              () -> channel.send(null, LONG),
              () -> channel.trySend(null),
              () -> channel.sendAsync(null));
      for (Executable send : sends) {
        assertContains(
            assertThrows(NullPointerException.class, send).getMessage(), "null elements");
      }
      assertOpenAndIdle();
    }

    // Null time-outs and collections are refused, and change nothing.
    @Test
    void anything_nullArgument_refused() {
      for (Executable call :
          List.<Executable>of(
              () -> channel.send(1, null),
              () -> channel.receive(null),
              () -> channel.receiveBatch(null, 1),
              () -> channel.tryReceiveBatch(null, 1))) {
        assertThrows(NullPointerException.class, call);
      }
      assertOpenAndIdle();
    }

    // A batch has at least one element.
    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void receiveBatch_lessThanOne_refused(int max) {
      List<Integer> into = new ArrayList<>();
      for (Executable call :
          List.<Executable>of(
              () -> channel.receiveBatch(into, max),
              () -> channel.tryReceiveBatch(into, max),
              () -> channel.receiveBatchAsync(max))) {
        assertContains(
            assertThrows(IllegalArgumentException.class, call).getMessage(),
            "max is " + max,
            "at least one");
      }
      assertOpenAndIdle();
    }

    // Not waiting finds nothing and leaves no trace.
    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void receive_emptyAndNoTime_emptyAtOnce(long seconds) throws InterruptedException {
      assertSame(ReceiveResult.empty(), channel.receive(Duration.ofSeconds(seconds)));
      assertSame(ReceiveResult.empty(), channel.tryReceive());
      assertEquals(0, channel.tryReceiveBatch(new ArrayList<>(), 5));
      assertOpenAndIdle();
    }

    // Receivers that wait

    // A send finds the receiver that waits, of whatever kind, and hands the element to it.
    @ParameterizedTest
    @EnumSource
    void receive_empty_waitsForTheSend(Kind kind) {
      Running<Integer> receiver = kind.start(channel::receive);
      awaitReceivers(1);
      assertFalse(channel.isFull(), "a receiver waits");
      accept(7);
      assertEquals(7, receiver.get());
      assertOpenAndIdle();
    }

    // The same with a time-out, in time.
    @ParameterizedTest
    @EnumSource
    void receive_timedAndSentInTime_received(Kind kind) {
      Running<ReceiveResult<Integer>> receiver =
          kind.start(() -> channel.receive(Duration.ofSeconds(Long.MAX_VALUE)));
      awaitReceivers(1);
      accept(7);
      ReceiveResult<Integer> result = receiver.get();
      assertTrue(result.isReceived());
      assertFalse(result.isClosed());
      assertEquals(7, result.orNull());
      assertEquals(ReceiveResult.received(7), result);
    }

    // When the time runs out the wait leaves no trace.
    @ParameterizedTest
    @EnumSource
    void receive_timeRunsOut_emptyAndOutOfTheQueue(Kind kind) {
      ReceiveResult<Integer> result = kind.start(() -> channel.receive(Duration.ofMillis(5))).get();
      assertSame(ReceiveResult.empty(), result);
      assertFalse(result.isReceived() || result.isClosed());
      assertNull(result.orNull());
      assertOpenAndIdle();
    }

    // An interrupt before the call ends every waiting form, even if an element is there.
    @Test
    void anything_interruptedBefore_refusedAndUnchanged() {
      PollFuture<Void> send = channel.sendAsync(1);
      boolean accepted = send.poll(Polls.IGNORED).isReady();
      List<Integer> into = new ArrayList<>();
      for (Executable call :
          List.<Executable>of(
              () -> channel.send(2),
              () -> channel.send(2, LONG),
              channel::receive,
              () -> channel.receive(LONG),
              () -> channel.receiveBatch(into, 1))) {
        Thread.currentThread().interrupt();
        InterruptedException e = assertThrows(InterruptedException.class, call);
        assertContains(e.getMessage(), "interrupted before", "Channel(lines)[open");
        Polls.assertInterrupted(false);
      }
      assertEquals(List.of(), into);
      assertEquals(1, channel.tryReceive().orNull());
      assertSame(ReceiveResult.empty(), channel.tryReceive());
      if (!accepted) {
        ready(send);
      }
      assertOpenAndIdle();
    }

    // An interrupt ends a wait for an element without effect.
    @ParameterizedTest
    @EnumSource
    void receive_interruptedWhileQueued_leavesTheQueue(Kind kind) {
      List<Running<?>> receivers = new ArrayList<>();
      receivers.add(kind.start(channel::receive));
      receivers.add(kind.start(() -> channel.receive(LONG)));
      receivers.add(kind.start(() -> channel.receiveBatch(new ArrayList<>(), 3)));
      awaitReceivers(3);
      receivers.forEach(Running::interrupt);
      for (Running<?> receiver : receivers) {
        assertContains(
            receiver.failure(InterruptedException.class).getMessage(),
            "interrupted while waiting to receive",
            "Channel(lines)");
      }
      assertOpenAndIdle();
    }

    // Futures

    // Futures do nothing before they are polled; cancelled before, they never do anything.
    @Test
    void futures_notPolled_nothingHappens() {
      for (PollFuture<?> f :
          List.of(channel.sendAsync(1), channel.receiveAsync(), channel.receiveBatchAsync(1))) {
        assertEquals(0, channel.size());
        assertTrue(f.cancel());
        assertCancelled(f);
      }
      assertOpenAndIdle();
    }

    // A receive that waits is woken by the send; its result is there once.
    @Test
    void receiveAsync_empty_wokenByTheSend() {
      CountingWaker old = new CountingWaker();
      CountingWaker latest = new CountingWaker();
      PollFuture<Integer> f = pending(channel.receiveAsync(), old);
      pending(f, latest);
      assertEquals(1, channel.waitingReceivers());
      accept(7);
      assertEquals(0, old.calls());
      assertEquals(1, latest.calls());
      assertEquals(7, ready(f));
      assertCompleted(f);
      assertContains(
          assertThrows(IllegalStateException.class, () -> f.poll(Polls.IGNORED)).getMessage(),
          "polled after completion",
          "receive from Channel(lines)");
      assertOpenAndIdle();
    }

    // A send to a waiting receiver is accepted at its first poll, once.
    @Test
    void sendAsync_receiverWaits_readyOnce() {
      PollFuture<Integer> receive = pending(channel.receiveAsync());
      PollFuture<Void> send = channel.sendAsync(7);
      assertNull(ready(send));
      assertCompleted(send);
      assertContains(
          assertThrows(IllegalStateException.class, () -> send.poll(Polls.IGNORED)).getMessage(),
          "polled after completion",
          "send to Channel(lines)");
      assertEquals(7, ready(receive));
    }

    // A batch that waits gets one element; a batch that finds some takes them in order.
    @Test
    void receiveBatchAsync_emptyThenFilled_waitsForTheFirst() {
      PollFuture<List<Integer>> f = pending(channel.receiveBatchAsync(3));
      accept(7);
      List<Integer> batch = ready(f);
      assertEquals(List.of(7), batch);
      batch.add(8); // it is the caller's own
      List<PollFuture<Void>> sends = sendAll(5);
      assertEquals(List.of(0, 1, 2), ready(channel.receiveBatchAsync(3)));
      assertEquals(List.of(3, 4), ready(channel.receiveBatchAsync(Integer.MAX_VALUE)));
      sends.forEach(Polls::ready);
      assertCompleted(f);
      assertOpenAndIdle();
    }

    // Receivers are served in the order in which they began to wait, whatever they are.
    @Test
    void send_severalReceiversOfAllKinds_servedInOrder() {
      PollFuture<Integer> first = pending(channel.receiveAsync());
      Running<Integer> second = Kind.PLATFORM.start(channel::receive);
      awaitReceivers(2);
      Running<Integer> third = Kind.VIRTUAL.start(channel::receive);
      awaitReceivers(3);
      PollFuture<List<Integer>> fourth = pending(channel.receiveBatchAsync(9));
      for (int i = 1; i <= 4; i++) {
        accept(i);
      }
      assertEquals(1, ready(first));
      assertEquals(2, second.get());
      assertEquals(3, third.get());
      assertEquals(List.of(4), ready(fourth));
      assertOpenAndIdle();
    }

    // Batches

    // What is there is taken, in order, up to the limit, and those who wait are let in.
    @Test
    void receiveBatch_moreThanMax_firstOnesInOrder() throws InterruptedException {
      List<PollFuture<Void>> sends = sendAll(40);
      List<Integer> into = new ArrayList<>(List.of(-1));
      assertEquals(3, channel.receiveBatch(into, 3));
      assertEquals(List.of(-1, 0, 1, 2), into);
      assertEquals(37, channel.tryReceiveBatch(into, 100));
      assertEquals(41, into.size());
      assertEquals(IntStream.range(-1, 40).boxed().toList(), into);
      sends.forEach(Polls::ready);
      assertOpenAndIdle();
    }

    // An empty channel makes the batch wait for one.
    @ParameterizedTest
    @EnumSource
    void receiveBatch_empty_waitsForTheFirst(Kind kind) {
      List<Integer> into = new ArrayList<>();
      Running<Integer> receiver = kind.start(() -> channel.receiveBatch(into, 3));
      awaitReceivers(1);
      accept(7);
      assertEquals(1, receiver.get());
      assertEquals(List.of(7), into);
      assertOpenAndIdle();
    }

    // A collection that throws loses nothing: what it has not taken is received next, in order.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void tryReceiveBatch_collectionThrows_restIsReceivedInOrder(int takes) {
      List<PollFuture<Void>> sends = sendAll(5);
      Picky into = new Picky(takes, () -> {});
      assertSame(
          into.refusal,
          assertThrows(RuntimeException.class, () -> channel.tryReceiveBatch(into, 5)));
      assertEquals(IntStream.range(0, takes).boxed().toList(), into);
      assertEquals(5 - takes, channel.size());
      sends.forEach(Polls::ready);
      for (int i = takes; i < 5; i++) {
        assertEquals(i, channel.tryReceive().orNull());
      }
      assertOpenAndIdle();
    }

    // The same when receivers have begun to wait meanwhile: they are served in order.
    @Test
    void tryReceiveBatch_collectionThrowsAndReceiversWait_servedInOrder() {
      sendAll(4);
      List<PollFuture<Integer>> receivers = new ArrayList<>();
      Picky into =
          new Picky(
              1,
              () -> {
                receivers.add(pending(channel.receiveAsync()));
                receivers.add(pending(channel.receiveAsync()));
              });
      assertThrows(RuntimeException.class, () -> channel.tryReceiveBatch(into, 4));
      assertEquals(1, ready(receivers.get(0)));
      assertEquals(2, ready(receivers.get(1)));
      assertEquals(3, channel.tryReceive().orNull());
      assertOpenAndIdle();
    }

    // The same for the waiting form and the one element that it waited for.
    @ParameterizedTest
    @EnumSource
    void receiveBatch_waitedAndCollectionThrows_elementIsReceivedNext(Kind kind) {
      Picky into = new Picky(0, () -> {});
      Running<Integer> receiver = kind.start(() -> channel.receiveBatch(into, 3));
      awaitReceivers(1);
      accept(7);
      assertSame(into.refusal, receiver.failure(RuntimeException.class));
      assertEquals(7, channel.tryReceive().orNull());
      assertOpenAndIdle();
    }

    // A collection that throws after the channel was cancelled: the handler gets the rest, in
    // order.
    @Test
    void tryReceiveBatch_collectionThrowsAfterCancel_restGoesToTheHandler() {
      sendAll(4);
      Picky into = new Picky(1, () -> channel.cancel(null));
      assertSame(
          into.refusal,
          assertThrows(RuntimeException.class, () -> channel.tryReceiveBatch(into, 4)));
      assertEquals(List.of(1, 2, 3), undelivered);
    }

    // Iterating

    // The iteration ends when the channel is closed and everything was received.
    @ParameterizedTest
    @EnumSource
    void iterator_closedWithoutCause_endsThere(Kind kind) {
      Running<List<Integer>> receiver =
          kind.start(
              () -> {
                List<Integer> all = new ArrayList<>();
                for (int i : channel) {
                  all.add(i);
                }
                return all;
              });
      for (int i = 0; i < 5; i++) {
        awaitReceivers(1);
        accept(i);
      }
      awaitReceivers(1);
      channel.close();
      assertEquals(List.of(0, 1, 2, 3, 4), receiver.get());
    }

    // It takes nothing in advance, hasNext may be called twice, and next after the end throws.
    @Test
    void iterator_byHand_asIteratorsDo() {
      List<PollFuture<Void>> sends = sendAll(2);
      Iterator<Integer> it = channel.iterator();
      assertTrue(it.hasNext());
      assertTrue(it.hasNext());
      assertEquals(0, it.next());
      assertEquals(1, it.next());
      sends.forEach(Polls::ready);
      channel.close();
      assertFalse(it.hasNext());
      assertContains(
          assertThrows(NoSuchElementException.class, it::next).getMessage(),
          "everything was received",
          "Channel(lines)[closed");
      assertThrows(UnsupportedOperationException.class, it::remove);
    }

    // Closed with a cause, it throws at the end instead.
    @Test
    void iterator_closedWithCause_throwsAtTheEnd() {
      Throwable cause = new IOException("the cause");
      channel.close(cause);
      assertDrained(channel.iterator()::hasNext, cause);
      assertDrained(channel.iterator()::next, cause);
    }

    // An interrupt ends it, before or during the wait, and leaves the status set.
    @ParameterizedTest
    @EnumSource
    void iterator_interrupted_endsWithTheStatusSet(Kind kind) {
      Running<String> receiver =
          kind.start(
              () -> {
                CancellationException e =
                    assertThrows(CancellationException.class, channel.iterator()::hasNext);
                assertTrue(e.getCause() instanceof InterruptedException);
                assertTrue(Thread.currentThread().isInterrupted());
                assertThrows(CancellationException.class, channel.iterator()::next);
                assertTrue(Thread.interrupted());
                return e.getMessage();
              });
      awaitReceivers(1);
      receiver.interrupt();
      assertContains(receiver.get(), "interrupted while waiting", "Channel(lines)");
      assertOpenAndIdle();
    }

    // Closing

    // What was accepted is received, then everything says closed, with the cause.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void close_thenReceive_restThenClosed(boolean withCause) throws InterruptedException {
      Throwable cause = withCause ? new IOException("the cause") : null;
      int held = Math.min(capacity, 3);
      sendAll(held);
      assertTrue(channel.close(cause));
      assertTrue(channel.isClosed());
      assertEquals(held == 0, channel.isDrained());
      assertFalse(channel.isFull(), "a send would not have to wait");
      for (int i = 0; i < held; i++) {
        assertEquals(i, channel.receive());
      }
      assertTrue(channel.isDrained() && channel.isEmpty());
      assertDrained(channel::receive, cause);
      assertDrained(() -> channel.receiveBatch(new ArrayList<>(), 3), cause);
      assertDrained(() -> channel.receiveAsync().poll(Polls.IGNORED), cause);
      assertDrained(() -> channel.receiveBatchAsync(3).poll(Polls.IGNORED), cause);
      for (ReceiveResult<Integer> result :
          Arrays.asList(
              channel.tryReceive(), channel.receive(LONG), channel.receive(Duration.ZERO))) {
        assertTrue(result.isClosed());
        assertFalse(result.isReceived());
        assertNull(result.orNull());
        assertEquals(ReceiveResult.closed(cause), result);
      }
      assertEquals(0, channel.tryReceiveBatch(new ArrayList<>(), 3));
      assertContains(channel.toString(), "Channel(lines)[closed, size=0");
      assertEquals(List.of(), undelivered);
    }

    // Sends are refused, in every form, with the cause, and change nothing.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void close_thenSend_refused(boolean withCause) {
      Throwable cause = withCause ? new IOException("the cause") : null;
      channel.close(cause);
      assertRefused(() -> channel.send(1), cause);
      assertRefused(() -> channel.send(1, LONG), cause);
      assertRefused(() -> channel.send(1, Duration.ZERO), cause);
      assertRefused(() -> channel.sendAsync(1).poll(Polls.IGNORED), cause);
      assertEquals(SendResult.closed(cause), channel.trySend(1));
      assertFalse(channel.trySend(1).isSent());
      assertEquals(0, channel.size());
    }

    // Whoever waits for an element is told, whatever it is.
    @ParameterizedTest
    @EnumSource
    void close_receiversWait_told(Kind kind) {
      Throwable cause = new IOException("the cause");
      Running<Integer> receive = kind.start(channel::receive);
      Running<ReceiveResult<Integer>> timed = kind.start(() -> channel.receive(LONG));
      Running<Integer> batch = kind.start(() -> channel.receiveBatch(new ArrayList<>(), 3));
      awaitReceivers(3);
      CountingWaker waker = new CountingWaker();
      PollFuture<Integer> future = pending(channel.receiveAsync(), waker);
      PollFuture<List<Integer>> batchFuture = pending(channel.receiveBatchAsync(3), waker);
      assertTrue(channel.close(cause));
      assertSame(cause, receive.failure(ChannelClosedException.class).getCause());
      assertEquals(ReceiveResult.closed(cause), timed.get());
      assertSame(cause, batch.failure(ChannelClosedException.class).getCause());
      assertEquals(2, waker.calls());
      assertDrained(() -> future.poll(Polls.IGNORED), cause);
      assertCompleted(future);
      assertDrained(() -> batchFuture.poll(Polls.IGNORED), cause);
      assertEquals(0, channel.waitingReceivers());
    }

    // A second close changes nothing, not even the cause.
    @Test
    void close_twice_falseAndFirstCauseStays() {
      Throwable cause = new IOException("the first cause");
      assertTrue(channel.close(cause));
      assertFalse(channel.close(new IOException("the second cause")));
      channel.close();
      assertDrained(channel::receive, cause);
    }

    // As a resource, it closes without a cause.
    @Test
    void close_asResource_closes() {
      try (channel) {
        assertFalse(channel.isClosed());
      }
      assertTrue(channel.isClosed());
      assertDrained(channel::receive, null);
    }

    // Cancelling the channel

    // It closes, and what was accepted goes to the handler, in order.
    @Test
    void cancel_elementsHeld_goToTheHandlerInOrder() {
      Throwable cause = new IOException("the cause");
      int held = Math.min(capacity, 3);
      sendAll(held);
      assertTrue(channel.cancel(cause));
      assertEquals(IntStream.range(0, held).boxed().toList(), undelivered);
      assertTrue(channel.isClosed() && channel.isDrained());
      assertEquals(0, channel.size());
      assertDrained(channel::receive, cause);
      assertRefused(() -> channel.send(1), cause);
      assertContains(channel.toString(), "Channel(lines)[cancelled, size=0");
    }

    // After a close, it keeps the close's cause and still takes what is left.
    @Test
    void cancel_closedBefore_firstCauseStays() {
      Throwable cause = new IOException("the first cause");
      int held = Math.min(capacity, 3);
      sendAll(held);
      channel.close(cause);
      assertTrue(channel.cancel(new IOException("the second cause")));
      assertEquals(held, undelivered.size());
      assertDrained(channel::receive, cause);
    }

    // A second cancel, or a close after it, changes nothing.
    @Test
    void cancel_twice_falseAndNothing() {
      sendAll(Math.min(capacity, 3));
      assertTrue(channel.cancel(null));
      int handed = undelivered.size();
      assertFalse(channel.cancel(new IOException("the second cause")));
      assertFalse(channel.close(new IOException("the third cause")));
      assertEquals(handed, undelivered.size());
      assertDrained(channel::receive, null);
    }

    // Whoever waits for an element is told.
    @ParameterizedTest
    @EnumSource
    void cancel_receiversWait_told(Kind kind) {
      Running<Integer> receive = kind.start(channel::receive);
      awaitReceivers(1);
      PollFuture<Integer> future = pending(channel.receiveAsync());
      channel.cancel(null);
      receive.failure(ChannelClosedException.class);
      assertDrained(() -> future.poll(Polls.IGNORED), null);
    }

    /** As many of 0, 1, 2 as find room; how many. */
    private int sendUpToThree(Channel<Integer> c) {
      int held = Math.min(capacity, 3);
      for (int i = 0; i < held; i++) {
        assertTrue(c.trySend(i).isSent());
      }
      return held;
    }

    // A handler that throws does not keep the others from it; what it threw comes out at the end.
    @Test
    void cancel_handlerThrows_othersAreHandedOver() {
      List<Integer> handed = new ArrayList<>();
      Channel<Integer> c =
          open(
              e -> {
                handed.add(e);
                throw new IllegalStateException("about " + e);
              });
      int held = sendUpToThree(c);
      if (held == 0) {
        assertTrue(c.cancel(null));
        return;
      }
      RuntimeException e = assertThrows(RuntimeException.class, () -> c.cancel(null));
      assertEquals("about 0", e.getMessage());
      assertEquals(held - 1, e.getSuppressed().length);
      assertEquals(IntStream.range(0, held).boxed().toList(), handed);
      assertTrue(c.isDrained());
      assertFalse(c.cancel(null));
    }

    // The same for a checked exception, which code in other languages throws undeclared.
    @Test
    void cancel_handlerThrowsUndeclared_othersAreHandedOver() {
      List<Integer> handed = new ArrayList<>();
      Channel<Integer> c =
          open(
              e -> {
                handed.add(e);
                throw Suite.<RuntimeException>undeclared(new IOException("about " + e));
              });
      int held = sendUpToThree(c);
      if (held == 0) {
        assertTrue(c.cancel(null));
        return;
      }
      assertThrows(IOException.class, () -> c.cancel(null));
      assertEquals(IntStream.range(0, held).boxed().toList(), handed);
    }

    // The same for one exception that is thrown again and again: it cannot be suppressed in itself.
    @Test
    void cancel_handlerThrowsOneObject_othersAreHandedOver() {
      List<Integer> handed = new ArrayList<>();
      IllegalStateException boom = new IllegalStateException("boom");
      Channel<Integer> c =
          open(
              e -> {
                handed.add(e);
                throw boom;
              });
      int held = sendUpToThree(c);
      if (held == 0) {
        assertTrue(c.cancel(null));
        return;
      }
      assertSame(boom, assertThrows(IllegalStateException.class, () -> c.cancel(null)));
      assertEquals(0, boom.getSuppressed().length);
      assertEquals(IntStream.range(0, held).boxed().toList(), handed);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // that is the trick
    private static <X extends Throwable> X undeclared(Throwable t) throws X {
      throw (X) t;
    }

    // The handler may use the channel: no lock is held.
    @Test
    void cancel_handlerUsesTheChannel_noDeadlock() {
      List<String> seen = new ArrayList<>();
      Channel<?>[] self = new Channel<?>[1];
      Channel<Integer> c = open(e -> seen.add(self[0] + " " + self[0].tryReceive().isClosed()));
      self[0] = c;
      int held = Math.min(capacity, 2);
      for (int i = 0; i < held; i++) {
        assertTrue(c.trySend(i).isSent());
      }
      Kind.PLATFORM.start(() -> c.cancel(null)).get();
      assertEquals(held, seen.size());
      seen.forEach(s -> assertContains(s, "Channel(lines)[cancelled", "true"));
    }

    // Foreign code

    // A waker that throws does not hurt the sender; the element is received all the same.
    @Test
    void send_wakerThrows_elementIsDelivered() {
      PollFuture<Integer> f = channel.receiveAsync();
      RuntimeException fromWaker = new IllegalStateException("thrown by the test's waker");
      assertFalse(
          f.poll(
                  new dev.interlock.future.Context(
                      () -> {
                        throw fromWaker;
                      }))
              .isReady());
      List<Throwable> uncaught =
          Kind.PLATFORM
              .<List<Throwable>>start(
                  () -> {
                    List<Throwable> seen = new ArrayList<>();
                    Thread.currentThread().setUncaughtExceptionHandler((t, e) -> seen.add(e));
                    channel.send(7);
                    return seen;
                  })
              .get();
      assertEquals(List.of(fromWaker), uncaught);
      assertEquals(7, ready(f));
    }

    // Many at once

    // Everything is received once, in each sender's order, whoever sends and receives how.
    @Test
    void sendAndReceive_manyThreadsOfAllKinds_eachOnceAndInOrder() {
      int senders = 4;
      int each = 3_000;
      List<Running<Void>> sending = new ArrayList<>();
      for (int s = 0; s < senders; s++) {
        int base = s * each;
        sending.add(
            Kind.values()[s % 2].start(
                () -> {
                  for (int i = 0; i < each; i++) {
                    if (i % 7 == 0) {
                      channel.sendAsync(base + i).block();
                    } else if (i % 5 == 0) {
                      assertTrue(channel.send(base + i, LONG));
                    } else {
                      channel.send(base + i);
                    }
                  }
                  return null;
                }));
      }
      List<Running<List<Integer>>> receiving = new ArrayList<>();
      for (int r = 0; r < 4; r++) {
        int how = r;
        receiving.add(
            Kind.values()[r % 2].start(
                () -> {
                  List<Integer> got = new ArrayList<>();
                  try {
                    while (true) {
                      switch (how) {
                        case 0:
                          got.add(channel.receive());
                          break;
                        case 1:
                          channel.receiveBatch(got, 5);
                          break;
                        case 2:
                          got.add(channel.receiveAsync().block());
                          break;
                        default:
                          got.addAll(channel.receiveBatchAsync(5).block());
                      }
                    }
                  } catch (ChannelClosedException end) {
                    return got;
                  }
                }));
      }
      sending.forEach(Running::get);
      channel.close();
      List<Integer> all = new ArrayList<>();
      for (Running<List<Integer>> receiver : receiving) {
        List<Integer> got = receiver.get();
        all.addAll(got);
        int[] last = new int[senders];
        Arrays.fill(last, -1);
        for (int e : got) {
          assertTrue(e % each > last[e / each], "out of order");
          last[e / each] = e % each;
        }
      }
      Collections.sort(all);
      assertEquals(IntStream.range(0, senders * each).boxed().toList(), all);
      assertEquals(0, channel.waitingReceivers());
      assertEquals(0, channel.waitingSenders());
    }

    // A hundred thousand cancelled receives leave nothing behind, and one send is received at once.
    @Test
    void cancel_hundredThousandReceives_nothingStaysBehind() {
      List<PollFuture<Integer>> waiters = new ArrayList<>();
      List<WeakReference<?>> references = new ArrayList<>();
      for (int i = 0; i < 100_000; i++) {
        PollFuture<Integer> f = pending(channel.receiveAsync());
        waiters.add(f);
        if (i % 1_000 == 0) {
          references.add(new WeakReference<>(f));
        }
      }
      assertEquals(100_000, channel.waitingReceivers());
      Collections.shuffle(waiters, new Random(1));
      waiters.forEach(f -> assertTrue(f.cancel()));
      assertEquals(0, channel.waitingReceivers());
      waiters.clear();
      Conditions.awaitCollected(references);
      assertOpenAndIdle();
    }

    // What was received is not kept reachable by the channel.
    @Test
    void receive_all_elementsAreCollected() {
      Channel<Object> objects =
          capacity == 0
              ? Channel.rendezvous()
              : capacity == Channel.UNBOUNDED ? Channel.unbounded() : Channel.bounded(capacity);
      List<WeakReference<?>> references = new ArrayList<>();
      for (int i = 0; i < 600; i++) {
        PollFuture<Object> f = pending(objects.receiveAsync());
        Object element = new Object();
        references.add(new WeakReference<>(element));
        assertTrue(objects.trySend(element).isSent());
        assertSame(element, ready(f));
      }
      Conditions.awaitCollected(references);
      assertTrue(objects.isEmpty());
    }
  }

  /** Channels whose senders wait when there is no room. */
  abstract static class Limited extends Suite {
    Limited(int capacity) {
      super(capacity);
    }

    private void fill() {
      for (int i = 0; i < capacity; i++) {
        accept(i);
      }
    }

    // The capacity is exact.
    @Test
    void trySend_full_refusedAndUnchanged() throws InterruptedException {
      fill();
      assertTrue(channel.isFull());
      assertSame(SendResult.full(), channel.trySend(99));
      assertFalse(channel.trySend(99).isSent());
      assertFalse(channel.send(99, Duration.ZERO));
      assertFalse(channel.send(99, Duration.ofSeconds(Long.MIN_VALUE)));
      assertEquals(capacity, channel.size());
      assertEquals(0, channel.waitingSenders());
      assertContains(channel.toString(), "size=" + capacity + "/" + capacity);
      for (int i = 0; i < capacity; i++) {
        assertEquals(i, channel.tryReceive().orNull());
      }
      assertSame(ReceiveResult.empty(), channel.tryReceive());
    }

    // A full channel makes the sender wait for the receive.
    @ParameterizedTest
    @EnumSource
    void send_full_waitsForRoom(Kind kind) {
      fill();
      Running<Void> sender = sending(kind, capacity);
      awaitSenders(1);
      assertFalse(sender.isDone());
      assertFalse(channel.isEmpty());
      assertEquals(capacity, channel.size());
      assertEquals(0, channel.tryReceive().orNull());
      sender.get();
      assertEquals(capacity, channel.size());
      for (int i = 1; i <= capacity; i++) {
        assertEquals(i, channel.tryReceive().orNull());
      }
      assertOpenAndIdle();
    }

    private Running<Void> sending(Kind kind, int element) {
      return kind.start(
          () -> {
            channel.send(element);
            return null;
          });
    }

    // The same with a time-out, in time.
    @ParameterizedTest
    @EnumSource
    void send_timedAndReceivedInTime_true(Kind kind) {
      fill();
      Running<Boolean> sender =
          kind.start(() -> channel.send(capacity, Duration.ofSeconds(Long.MAX_VALUE)));
      awaitSenders(1);
      assertEquals(0, channel.tryReceive().orNull());
      assertTrue(sender.get());
    }

    // When the time runs out, the element was not sent.
    @ParameterizedTest
    @EnumSource
    void send_timeRunsOut_falseAndNotSent(Kind kind) {
      fill();
      assertFalse(kind.start(() -> channel.send(99, Duration.ofMillis(5))).get());
      assertNotSentAndIdle();
    }

    // When the wait is interrupted, the element was not sent.
    @ParameterizedTest
    @EnumSource
    void send_interruptedWhileQueued_notSent(Kind kind) {
      fill();
      Running<Void> sender = sending(kind, 99);
      awaitSenders(1);
      Running<Boolean> timed = kind.start(() -> channel.send(99, LONG));
      awaitSenders(2);
      for (Running<?> s : List.of(sender, timed)) {
        s.interrupt();
        assertContains(
            s.failure(InterruptedException.class).getMessage(),
            "interrupted while waiting to send",
            "Channel(lines)[open");
      }
      assertNotSentAndIdle();
    }

    private void assertNotSentAndIdle() {
      assertEquals(0, channel.waitingSenders());
      for (int i = 0; i < capacity; i++) {
        assertEquals(i, channel.tryReceive().orNull());
      }
      assertOpenAndIdle();
    }

    // A send as a future waits, and the receive wakes it.
    @Test
    void sendAsync_full_wokenByTheReceive() {
      fill();
      CountingWaker waker = new CountingWaker();
      PollFuture<Void> f = pending(channel.sendAsync(capacity), waker);
      assertEquals(1, channel.waitingSenders());
      assertEquals(0, channel.tryReceive().orNull());
      assertEquals(1, waker.calls());
      ready(f);
      assertCompleted(f);
    }

    // Cancelled before it was accepted, the element was not sent.
    @Test
    void sendAsync_cancelledWhileQueued_notSent() {
      fill();
      PollFuture<Void> f = pending(channel.sendAsync(99));
      assertTrue(f.cancel());
      assertCancelled(f);
      assertNotSentAndIdle();
    }

    // Senders are let in in the order in which they began to wait; nobody overtakes.
    @Test
    void send_severalSendersOfAllKinds_admittedInOrder() {
      fill();
      PollFuture<Void> first = pending(channel.sendAsync(capacity));
      Running<Void> second = sending(Kind.PLATFORM, capacity + 1);
      awaitSenders(2);
      Running<Void> third = sending(Kind.VIRTUAL, capacity + 2);
      awaitSenders(3);
      PollFuture<Void> fourth = pending(channel.sendAsync(capacity + 3));
      for (int i = 0; i < capacity + 4; i++) {
        assertFalse(channel.trySend(99).isSent() && i < 4, "nobody overtakes");
        assertEquals(i, channel.tryReceive().orNull());
        if (i >= 3) {
          break;
        }
      }
      ready(first);
      second.get();
      third.get();
      ready(fourth);
      for (int i = 4; i < capacity + 4; i++) {
        assertEquals(i, channel.tryReceive().orNull());
      }
      assertOpenAndIdle();
    }

    // A batch lets in as many senders as it makes room for.
    @Test
    void tryReceiveBatch_sendersWait_admitsThem() {
      fill();
      CountingWaker waker = new CountingWaker();
      List<PollFuture<Void>> sends = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        sends.add(pending(channel.sendAsync(capacity + i), waker));
      }
      List<Integer> into = new ArrayList<>();
      assertEquals(5, channel.tryReceiveBatch(into, 5));
      assertEquals(List.of(0, 1, 2, 3, 4), into);
      assertEquals(5, waker.calls());
      sends.subList(0, 5).forEach(Polls::ready);
      sends.subList(5, 20).forEach(Polls::pending);
      assertEquals(15, channel.waitingSenders());
      assertEquals(capacity, channel.size());
    }

    // Senders that wait are refused by the close; what they wanted to send stays with them.
    @ParameterizedTest
    @EnumSource
    void close_sendersWait_refused(Kind kind) {
      fill();
      Throwable cause = new IOException("the cause");
      Running<Void> sender = sending(kind, 99);
      Running<Boolean> timed = kind.start(() -> channel.send(99, LONG));
      awaitSenders(2);
      CountingWaker waker = new CountingWaker();
      PollFuture<Void> future = pending(channel.sendAsync(99), waker);
      channel.close(cause);
      assertRefused(
          () -> {
            throw sender.failure(ChannelClosedException.class);
          },
          cause);
      assertSame(cause, timed.failure(ChannelClosedException.class).getCause());
      assertEquals(1, waker.calls());
      assertRefused(() -> future.poll(Polls.IGNORED), cause);
      assertCompleted(future);
      assertEquals(0, channel.waitingSenders());
      assertEquals(capacity, channel.size());
      for (int i = 0; i < capacity; i++) {
        assertEquals(i, channel.tryReceive().orNull());
      }
      assertTrue(channel.isDrained());
    }

    // Cancelling hands over what was accepted; senders that wait are refused and keep theirs.
    @Test
    void cancel_sendersWait_refusedAndNotHandedOver() {
      fill();
      PollFuture<Void> waiting = pending(channel.sendAsync(99));
      assertTrue(channel.cancel(null));
      assertRefused(() -> waiting.poll(Polls.IGNORED), null);
      assertEquals(IntStream.range(0, capacity).boxed().toList(), undelivered);
    }

    // The capacity is never exceeded, whoever races.
    @Test
    void size_manySendersAndReceivers_neverAboveCapacity() {
      int each = 2_000;
      List<Running<Void>> threads = new ArrayList<>();
      for (int s = 0; s < 4; s++) {
        Kind kind = Kind.values()[s % 2];
        threads.add(
            kind.start(
                () -> {
                  for (int i = 0; i < each; i++) {
                    channel.send(i);
                  }
                  return null;
                }));
        threads.add(
            kind.start(
                () -> {
                  for (int i = 0; i < each; i++) {
                    channel.receive();
                  }
                  return null;
                }));
      }
      Conditions.await(
          () -> {
            int size = channel.size();
            assertTrue(0 <= size && size <= capacity, () -> size + " of " + capacity);
            return threads.stream().allMatch(Running::isDone);
          });
      threads.forEach(Running::get);
      assertOpenAndIdle();
    }

    // A hundred thousand cancelled sends leave nothing behind.
    @Test
    void cancel_hundredThousandSends_nothingStaysBehind() {
      fill();
      List<PollFuture<Void>> waiters = new ArrayList<>();
      List<WeakReference<?>> references = new ArrayList<>();
      for (int i = 0; i < 100_000; i++) {
        PollFuture<Void> f = pending(channel.sendAsync(99));
        waiters.add(f);
        if (i % 1_000 == 0) {
          references.add(new WeakReference<>(f));
        }
      }
      Collections.shuffle(waiters, new Random(1));
      assertEquals(100_000, channel.waitingSenders());
      waiters.forEach(f -> assertTrue(f.cancel()));
      assertEquals(0, channel.waitingSenders());
      waiters.clear();
      Conditions.awaitCollected(references);
      assertNotSentAndIdle();
    }
  }

  /** A list that takes so many elements and then throws; before that it runs something. */
  private static final class Picky extends ArrayList<Integer> {
    private static final long serialVersionUID = 1L;

    final RuntimeException refusal = new IllegalStateException("no more");
    private final int takes;
    private final transient Runnable before;

    Picky(int takes, Runnable before) {
      this.takes = takes;
      this.before = before;
    }

    @Override
    public boolean add(Integer e) {
      if (size() == takes) {
        before.run();
        throw refusal;
      }
      return super.add(e);
    }

    @Override
    public boolean addAll(Collection<? extends Integer> c) {
      throw new AssertionError("elements are added one by one");
    }
  }
}
