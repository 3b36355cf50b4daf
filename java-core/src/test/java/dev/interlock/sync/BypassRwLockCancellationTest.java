package dev.interlock.sync;

import static dev.interlock.testing.Polls.ready;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.future.Context;
import dev.interlock.future.PollFuture;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same where threads that sleep may be overtaken: they are asked to look, and not let in. */
class BypassRwLockCancellationTest extends RwLockCancellationTest {
  @Override
  RwLock.Builder options() {
    return RwLock.builder();
  }

  // One that is interrupted as it is asked to look has not been let in: it leaves the queue.
  @Override
  @ParameterizedTest
  @EnumSource
  void read_interruptMeetsGrant_reads(Kind kind) {
    RwLock<String> lock = options().of("value");
    WriteGuard<String> inside = lock.tryWrite();
    List<Running<ReadGuard<String>>> thread = new ArrayList<>();
    PollFuture<ReadGuard<String>> first = lock.readAsync();
    Context interrupting =
        new Context(
            () -> {
              thread.get(0).interrupt();
              Conditions.await(thread.get(0)::isDone, () -> "the end of the thread");
            });
    assertTrue(!first.poll(interrupting).isReady());
    thread.add(kind.start(lock::read));
    Conditions.await(() -> lock.waiting() == 2, () -> "two waiting, at " + lock);
    thread.get(0).awaitAsleep();
    inside.close();
    thread.get(0).failure(InterruptedException.class);
    assertEquals(1, lock.readers());
    assertEquals(0, lock.waiting());
    assertNull(lock.tryWrite());
    ready(first).close();
    lock.tryWrite().close();
  }
}
