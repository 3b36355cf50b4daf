package dev.interlock.examples;

import dev.interlock.sync.Owner;
import dev.interlock.sync.ReentrantGuard;
import dev.interlock.sync.ReentrantMutex;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A store whose methods call each other, each under the same lock. Who holds it is an order, a handle, and
 * not the thread: an order that is begun by one thread and ended by another is still itself.
 */
@Command(
    name = "reentrant",
    description = "A mutex locked again by its owner, who may go on in another thread.")
public final class ReentrantExample extends Example {
  @Option(
      names = "--orders",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many orders there are, each on a thread of its own.")
  private int orders;

  @Option(
      names = "--items",
      paramLabel = "N",
      defaultValue = "500",
      description = "How many items each order takes.")
  private int items;

  /** For the launcher. */
  public ReentrantExample() {
    super("D2");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(1, MAX_THREADS, "--orders", orders);
    requireBetween(1, 1_000_000, "--items", items);
    sections();
    handOver();
    errors();
  }

  /** Shelf and counter together; taking one calls the method that moves one, and both lock. */
  private static final class Store {
    private final ReentrantMutex<int[]> stock;

    Store(int shelf) {
      stock = ReentrantMutex.builder().name("stock").of(new int[] {shelf, 0});
    }

    boolean take(Owner order) throws InterruptedException {
      try (ReentrantGuard<int[]> guard = stock.lock(order)) {
        return guard.get()[0] > 0 && move(order);
      }
    }

    /** Public as well, and right by itself. */
    boolean move(Owner order) throws InterruptedException {
      try (ReentrantGuard<int[]> guard = stock.lock(order)) {
        guard.get()[0]--;
        guard.get()[1]++;
        return true;
      }
    }
  }

  private void sections() throws InterruptedException {
    Store store = new Store(orders * items);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < orders; i++) {
      Owner order = Owner.named("order-" + i);
      threads.add(
          Threads.startPlatform(
              order.toString(),
              () -> {
                try {
                  for (int taken = 0; taken < items; taken++) {
                    store.take(order);
                  }
                } catch (InterruptedException e) {
                  return; // nobody does that; the count would show it
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    try (ReentrantGuard<int[]> guard = store.stock.lock(Owner.named("audit"))) {
      out().println("Shelf " + guard.get()[0] + ", counter " + guard.get()[1]);
      check(
          guard.get()[0] == 0 && guard.get()[1] == orders * items,
          "a section within a section: nothing was lost");
    }
    check(!store.stock.isLocked(), "and the last hold unlocked");
  }

  private void handOver() throws InterruptedException {
    Store store = new Store(2);
    Owner order = Owner.named("order");
    Owner other = Owner.named("other");
    ReentrantGuard<int[]> begun = store.stock.lock(order);
    AtomicBoolean taken = new AtomicBoolean();
    AtomicBoolean let = new AtomicBoolean(true);
    Thread elsewhere =
        Threads.startPlatform(
            "elsewhere",
            () -> {
              try {
                taken.set(store.take(order)); // it is the order's lock, not the thread's
                let.set(store.stock.tryLock(other) != null);
              } catch (InterruptedException e) {
                return; // nobody does that; taken stays false
              }
            });
    elsewhere.join();
    out().println("Meanwhile: " + store.stock);
    check(taken.get(), "the order went on in another thread, inside its own section");
    check(!let.get(), "another owner did not get in, in the very same thread");
    begun.close();
    check(!store.stock.isLocked(), "then the first thread ended the section");
  }

  private void errors() throws InterruptedException {
    Store store = new Store(1);
    Owner order = Owner.named("order");
    Owner other = Owner.named("other");
    try (ReentrantGuard<int[]> guard = store.stock.lock(order)) {
      String refused = messageOf(() -> store.stock.unlock(other));
      out().println("Refused: " + refused);
      check(refused.startsWith("Owner(other) does not hold"), "nobody unlocks for somebody else");

      int holds = 1;
      while (messageOf(() -> store.stock.lockUninterruptibly(order)).isEmpty()) {
        holds++;
      }
      out().println("After " + holds + " holds the next one is refused.");
      check(
          holds == ReentrantMutex.MAX_HOLDS && store.stock.holds(order) == holds,
          "a recursion without an end is an error, and changes nothing");
      while (store.stock.holds(order) > 1) {
        store.stock.unlock(order);
      }
    }
    @Nullable ReentrantGuard<int[]> next = store.stock.tryLock(other);
    check(next != null, "at last the other one gets in");
    if (next != null) {
      next.close();
    }
  }

  private static String messageOf(Runnable call) {
    try {
      call.run();
      return "";
    } catch (IllegalMonitorStateException | IllegalStateException e) {
      String message = String.valueOf(e.getMessage());
      return message.length() <= 80 ? message : message.substring(0, 77) + "...";
    }
  }
}
