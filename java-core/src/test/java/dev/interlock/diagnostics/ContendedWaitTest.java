package dev.interlock.diagnostics;

import static dev.interlock.testing.Polls.pending;
import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.PollFuture;
import dev.interlock.sync.Barrier;
import dev.interlock.sync.CountDownLatch;
import dev.interlock.sync.Lazy;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.Notify;
import dev.interlock.sync.OnFailure;
import dev.interlock.sync.OnceCell;
import dev.interlock.sync.OnceClaim;
import dev.interlock.sync.Owner;
import dev.interlock.sync.ReadGuard;
import dev.interlock.sync.ReentrantGuard;
import dev.interlock.sync.ReentrantMutex;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.Semaphore;
import dev.interlock.sync.WaitGroup;
import dev.interlock.sync.WriteGuard;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every synchronizer tells the flight recorder of each wait, once, and of whom it keeps waiting. */
class ContendedWaitTest {
  private static final Duration LONG = Duration.ofHours(1);

  /**
   * One way of waiting.
   *
   * @param blocking a call that waits until {@code end}, as a thread
   * @param async the same as a future, or null where two cannot wait
   */
  private record Case(
      String text,
      Supplier<WaitDump> dump,
      Callable<?> blocking,
      Supplier<PollFuture<?>> async,
      Runnable end) {
    @Override
    public String toString() {
      return text;
    }
  }

  private static Callable<Boolean> call(ThrowingCall body) {
    return () -> {
      body.run();
      return true;
    };
  }

  private interface ThrowingCall {
    void run() throws Exception;
  }

  static Stream<Case> cases() {
    Mutex<String> mutex = Mutex.builder().name("x").of("x");
    MutexGuard<String> locked = mutex.lockUninterruptibly();
    Mutex<String> timed = Mutex.builder().name("x").of("x");
    MutexGuard<String> timedLocked = timed.lockUninterruptibly();
    ReentrantMutex<String> reentrant = ReentrantMutex.builder().name("x").of("x");
    ReentrantGuard<String> owned = reentrant.lockUninterruptibly(Owner.named("main"));
    RwLock<String> read = RwLock.builder().name("x").of("x");
    WriteGuard<String> beforeRead = read.writeUninterruptibly();
    RwLock<String> write = RwLock.builder().name("x").of("x");
    WriteGuard<String> beforeWrite = write.writeUninterruptibly();
    RwLock<String> upgrade = RwLock.builder().name("x").of("x");
    ReadGuard<String> beside = upgrade.readUninterruptibly();
    Semaphore semaphore = Semaphore.named("x", 0);
    Barrier barrier = Barrier.named("x", 3);
    Barrier acting = Barrier.named("x", 3, round -> {});
    CountDownLatch latch = CountDownLatch.named("x", 1);
    WaitGroup group = WaitGroup.named("x");
    group.add();
    Notify notify = Notify.named("x");
    OnceCell<String> got = OnceCell.named("x", OnFailure.RETRY);
    OnceCell<String> made = OnceCell.named("x", OnFailure.RETRY);
    OnceClaim<String> claim = ready(made.claimAsync());
    CountDownLatch makesLazy = CountDownLatch.named("supplier", 1);
    Lazy<String> lazy =
        Lazy.named(
            "x",
            () -> {
              makesLazy.awaitUninterruptibly();
              return "v";
            },
            OnFailure.RETRY);
    return Stream.of(
        new Case(
            "Mutex, lock",
            mutex::dump,
            call(() -> mutex.lock().close()),
            mutex::lockAsync,
            locked::close),
        new Case(
            "Mutex, tryLock for some time",
            timed::dump,
            call(() -> timed.tryLock(LONG).close()),
            timed::lockAsync,
            timedLocked::close),
        new Case(
            "ReentrantMutex, lock",
            reentrant::dump,
            call(() -> reentrant.lock(Owner.named("other")).close()),
            () -> reentrant.lockAsync(Owner.named("future")),
            owned::close),
        new Case(
            "RwLock, read",
            read::dump,
            call(() -> read.read().close()),
            read::readAsync,
            beforeRead::close),
        new Case(
            "RwLock, write",
            write::dump,
            call(() -> write.write().close()),
            write::writeAsync,
            beforeWrite::close),
        new Case(
            "RwLock, upgrade",
            upgrade::dump,
            call(() -> upgrade.readUninterruptibly().upgrade().close()),
            null,
            beside::close),
        new Case(
            "Semaphore, acquire",
            semaphore::dump,
            call(semaphore::acquire),
            semaphore::acquireAsync,
            () -> semaphore.release(2)),
        new Case(
            "Barrier, await",
            barrier::dump,
            barrier::await,
            barrier::awaitAsync,
            barrier::awaitUninterruptibly),
        new Case(
            "Barrier with an action, await for some time",
            acting::dump,
            () -> acting.await(LONG),
            acting::awaitAsync,
            acting::awaitUninterruptibly),
        new Case(
            "CountDownLatch, await",
            latch::dump,
            call(latch::await),
            latch::awaitAsync,
            latch::countDown),
        new Case(
            "WaitGroup, await", group::dump, call(group::await), group::awaitAsync, group::done),
        new Case(
            "Notify, await",
            notify::dump,
            call(notify::await),
            notify::awaitAsync,
            notify::notifyWaiters),
        new Case("OnceCell, get", got::dump, got::get, got::getAsync, () -> got.set("v")),
        new Case(
            "OnceCell, getOrInit",
            made::dump,
            () -> made.getOrInit(() -> "no"),
            () -> made.getOrInitAsync(() -> "no"),
            () -> claim.set("v")),
        new Case("Lazy, get", lazy::dump, lazy::get, lazy::getAsync, makesLazy::countDown));
  }

  // A thread and a future that wait are one event each, with the object, the kind and the time.
  @ParameterizedTest
  @MethodSource("cases")
  void wait_whileRecording_isOneEvent(Case c, @TempDir Path dir) throws Exception {
    List<RecordedEvent> events;
    try (Recording recording = new Recording()) {
      recording.enable("dev.interlock.ContendedWait").withThreshold(Duration.ZERO);
      recording.start();
      List<Running<?>> threads = new ArrayList<>();
      if (c.text.startsWith("Lazy")) { // its supplier runs in a thread that does not wait for it
        threads.add(Kind.PLATFORM.start(c.blocking).awaitAsleep());
      }
      threads.add(Kind.PLATFORM.start(c.blocking));
      Conditions.await(() -> c.dump.get().waiters().size() == 1, () -> "somebody queued at " + c);
      PollFuture<?> future = c.async == null ? null : pending(c.async.get());
      c.end.run();
      for (Running<?> thread : threads) {
        thread.get();
      }
      if (future != null) {
        Conditions.await(() -> future.poll(Polls.IGNORED).isReady());
      }
      recording.stop();
      events = events(recording, dir.resolve("a.jfr"));
    }
    List<String> seen = new ArrayList<>();
    for (RecordedEvent e : events) {
      assertTrue(e.getDuration().toNanos() >= 0);
      if (!e.getString("object").endsWith("(supplier)")) {
        seen.add(e.getString("object") + " by " + e.getString("waiter"));
      }
    }
    // A reentrant mutex that is not watched is called like the mutex within it.
    String kind = c.text.split("[, ]")[0].replace("ReentrantMutex", "Mutex");
    String object = kind + "(x) by ";
    List<String> expected = new ArrayList<>();
    expected.add(object + "platform thread");
    if (c.async != null) {
      expected.add(object + "future");
    }
    seen.sort(null);
    expected.sort(null);
    assertEquals(expected, seen);
  }

  private static List<RecordedEvent> events(Recording recording, Path file) throws IOException {
    recording.dump(file);
    List<RecordedEvent> found = new ArrayList<>();
    for (RecordedEvent e : RecordingFile.readAllEvents(file)) {
      if (e.getEventType().getName().equals("dev.interlock.ContendedWait")) {
        found.add(e);
      }
    }
    return found;
  }
}
