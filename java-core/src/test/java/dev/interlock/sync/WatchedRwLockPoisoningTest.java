package dev.interlock.sync;

import static dev.interlock.testing.Polls.pending;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.interlock.PoisonedException;
import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.diagnostics.SharedWatch;
import dev.interlock.future.PollFuture;
import dev.interlock.testing.Conditions;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Polls;
import dev.interlock.testing.Running;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything again with a deadlock detector watching, and what it is told. */
class WatchedRwLockPoisoningTest extends RwLockPoisoningTest {
  private final ArithmeticException cause = new ArithmeticException("half-way");
  private final DeadlockDetector detector = detector();
  private final RwLock<Integer> watched =
      RwLock.builder().name("watched").detector(detector).poisoning().of(7);

  private static DeadlockDetector detector() {
    return DeadlockDetector.builder()
        .onDeadlock(
            report -> {
              throw new AssertionError(report);
            })
        .build();
  }

  @Override
  RwLock.Builder options() {
    return RwLock.builder().detector(detector());
  }

  private void assertNobodyKnown() {
    SharedWatch watch = (SharedWatch) watched.watch();
    assertNull(watch.holder());
    assertEquals(List.of(), watch.sharers());
    assertEquals(0, detector.waiting());
    assertEquals(List.of(), detector.check());
  }

  // Poisoned, nobody holds it and nobody waits; recovered, whoever has recovered it holds it.
  @Test
  void poison_detector_knowsOfNoHolder() {
    watched.tryRead().tryUpgrade().poison(cause);
    assertNobodyKnown();
    assertThrows(PoisonedException.class, watched::read);
    assertThrows(PoisonedException.class, watched::write);
    assertThrows(PoisonedException.class, watched.asReadWriteLock().readLock()::lock);
    assertNobodyKnown();
    WriteGuard<Integer> guard = watched.tryRecover();
    assertSame(Thread.currentThread(), watched.watch().holder());
    guard.close();
    assertNobodyKnown();
  }

  // Those who waited when it happened are not known as waiting or as holders any more.
  @ParameterizedTest
  @EnumSource
  void poison_detector_knowsOfNoWaiter(Kind kind) {
    WriteGuard<Integer> guard = watched.tryWrite();
    Running<?> reader = kind.start(watched::read);
    Running<?> writer = kind.start(watched::write);
    Object party = "party";
    PollFuture<?> future = pending(watched.writeAsync(party));
    Conditions.await(() -> watched.waiting() == 3 && detector.waiting() == 3);
    guard.poison(cause);
    reader.failure(PoisonedException.class);
    writer.failure(PoisonedException.class);
    assertThrows(PoisonedException.class, () -> future.poll(Polls.IGNORED));
    assertNobodyKnown();
    watched.tryRecover().close();
    assertNobodyKnown();
  }
}
