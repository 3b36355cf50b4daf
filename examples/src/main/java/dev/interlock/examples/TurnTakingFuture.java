package dev.interlock.examples;

import dev.interlock.channel.Channel;
import dev.interlock.future.Context;
import dev.interlock.future.Poll;
import dev.interlock.future.PollFuture;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The work of {@link MixedExample} as a state machine written by hand, as a compiler of coroutines would
 * write it. Ready with the number of turns it took.
 *
 * <pre>
 *   RECEIVE --a ball came--> LOCK --locked, written, unlocked--> SEND --accepted--> RECEIVE
 *      |                                                                               |
 *      +------------------------------ all turns taken --------------------------------+--> DONE
 * </pre>
 *
 * Each state but the last holds the one operation that it waits for. A poll goes on until that operation
 * is pending; then its waker, which is the waker of this future, will be called.
 */
final class TurnTakingFuture implements PollFuture<Integer> {
  private enum State {
    RECEIVE,
    LOCK,
    SEND,
    DONE
  }

  private final String name;
  private final int turns;
  private final Channel<Integer> balls;
  private final Mutex<List<Turn>> ledger;

  private final Runnable whileHolding;

  private State state = State.RECEIVE;
  private int taken;
  private int ball;
  private @Nullable PollFuture<Integer> receiving;
  private @Nullable PollFuture<MutexGuard<List<Turn>>> locking;
  private @Nullable PollFuture<@Nullable Void> sending;

  TurnTakingFuture(
      String name,
      int turns,
      Channel<Integer> balls,
      Mutex<List<Turn>> ledger,
      Runnable whileHolding) {
    this.whileHolding = whileHolding;
    this.name = name;
    this.turns = turns;
    this.balls = balls;
    this.ledger = ledger;
    this.receiving = balls.receiveAsync();
  }

  @Override
  public Poll<Integer> poll(Context cx) {
    while (true) {
      switch (state) {
        case RECEIVE -> {
          Poll<Integer> received = Objects.requireNonNull(receiving).poll(cx);
          if (!received.isReady()) {
            return Poll.pending();
          }
          ball = received.get();
          receiving = null;
          locking = ledger.lockAsync();
          state = State.LOCK;
        }
        case LOCK -> {
          Poll<MutexGuard<List<Turn>>> locked = Objects.requireNonNull(locking).poll(cx);
          if (!locked.isReady()) {
            return Poll.pending();
          }
          try (MutexGuard<List<Turn>> guard = locked.get()) {
            guard.get().add(new Turn(name, ball));
            whileHolding.run();
          }
          locking = null;
          sending = balls.sendAsync(ball);
          state = State.SEND;
        }
        case SEND -> {
          if (!Objects.requireNonNull(sending).poll(cx).isReady()) {
            return Poll.pending();
          }
          sending = null;
          taken++;
          if (taken == turns) {
            state = State.DONE;
            return Poll.ready(taken);
          }
          receiving = balls.receiveAsync();
          state = State.RECEIVE;
        }
        case DONE -> throw new IllegalStateException("polled after completion: " + this);
      }
    }
  }

  /** Drops the operation that is pending; a ball in hand goes back. */
  @Override
  public boolean cancel() {
    State dropped = state;
    state = State.DONE;
    switch (dropped) {
      case RECEIVE -> Objects.requireNonNull(receiving).cancel();
      case LOCK -> {
        Objects.requireNonNull(locking).cancel();
        balls.trySend(ball); // there is room for every ball
      }
      case SEND -> {
        if (Objects.requireNonNull(sending).cancel()) {
          balls.trySend(ball);
        }
      }
      case DONE -> {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return "TurnTakingFuture[" + name + ", " + state + ", " + taken + " of " + turns + "]";
  }
}
