package dev.interlock.benchmarks.harness;

import static dev.interlock.benchmarks.harness.Metric.FOOTPRINT;
import static dev.interlock.benchmarks.harness.Target.oursAtMost;

import dev.interlock.benchmarks.coroutine.Idle;
import dev.interlock.benchmarks.deque.DequeSubject;
import dev.interlock.benchmarks.workload.SortedSetBenchmark;
import dev.interlock.collection.WorkStealingDeque;
import dev.interlock.sync.Barrier;
import dev.interlock.sync.ClhLock;
import dev.interlock.sync.CountDownLatch;
import dev.interlock.sync.Lazy;
import dev.interlock.sync.McsLock;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.Notify;
import dev.interlock.sync.OnceCell;
import dev.interlock.sync.ReentrantMutex;
import dev.interlock.sync.RwLock;
import dev.interlock.sync.Semaphore;
import dev.interlock.sync.SpinLock;
import dev.interlock.sync.TicketLock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Phaser;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;

/**
 * Bytes of one more object that nobody waits for and that holds nothing. The bounds of ours are what their
 * documentation says.
 */
final class FootprintWorkloads {
  /** Of the deques: the textbook's least. */
  private static final int DEQUE_CAPACITY = 64;

  private static final List<Integer> KEYS = keys(1_000);

  private FootprintWorkloads() {}

  static void addTo(Catalogue catalogue) {
    mutualExclusion(catalogue);
    others(catalogue);
    collections(catalogue);
  }

  private static void mutualExclusion(Catalogue catalogue) {
    idle(
            catalogue,
            "rwlock",
            "read-write lock",
            Map.of(
                "interlock", RwLock::create,
                "ReentrantReadWriteLock", ReentrantReadWriteLock::new,
                "StampedLock", StampedLock::new))
        .compare("interlock", "ReentrantReadWriteLock", FOOTPRINT, oursAtMost(32))
        .compare("interlock", "StampedLock", FOOTPRINT);
    idle(
            catalogue,
            "reentrant",
            "reentrant mutex",
            Map.of("interlock", ReentrantMutex::create, "ReentrantLock", ReentrantLock::new))
        .compare("interlock", "ReentrantLock", FOOTPRINT, oursAtMost(64));
    idle(
            catalogue,
            "spin-locks",
            "lock that spins, without handles",
            Map.of(
                "spin", SpinLock::create,
                "ticket", TicketLock::create,
                "mcs", McsLock::create,
                "clh", ClhLock::create,
                "ReentrantLock", ReentrantLock::new))
        .compare("spin", "ReentrantLock", FOOTPRINT, oursAtMost(16))
        .compare("ticket", "ReentrantLock", FOOTPRINT, oursAtMost(24))
        .compare("mcs", "ReentrantLock", FOOTPRINT, oursAtMost(16))
        .compare("clh", "ReentrantLock", FOOTPRINT, oursAtMost(32));
    Mutex<?> mutex = Mutex.create();
    ReentrantLock lock = new ReentrantLock();
    idle(
            catalogue,
            "condition",
            "condition of a lock",
            Map.of("interlock", mutex::newCondition, "ReentrantLock", lock::newCondition))
        .compare("interlock", "ReentrantLock", FOOTPRINT, oursAtMost(80));
  }

  private static void others(Catalogue catalogue) {
    idle(
            catalogue,
            "semaphore",
            "semaphore",
            Map.of(
                "interlock", () -> Semaphore.of(10),
                "Semaphore", () -> new java.util.concurrent.Semaphore(10),
                "kotlinx", () -> Idle.semaphore(10)))
        .compare("interlock", "Semaphore", FOOTPRINT, oursAtMost(32))
        .compare("interlock", "kotlinx", FOOTPRINT, oursAtMost(32));
    idle(
            catalogue,
            "barrier",
            "barrier",
            Map.of(
                "interlock", () -> Barrier.of(2),
                "CyclicBarrier", () -> new CyclicBarrier(2),
                "Phaser", () -> new Phaser(2)))
        .compare("interlock", "CyclicBarrier", FOOTPRINT, oursAtMost(48))
        .compare("interlock", "Phaser", FOOTPRINT);
    idle(
            catalogue,
            "latch",
            "latch",
            Map.of(
                "interlock", () -> CountDownLatch.of(1),
                "CountDownLatch", () -> new java.util.concurrent.CountDownLatch(1)))
        .compare("interlock", "CountDownLatch", FOOTPRINT, oursAtMost(24));
    idle(
            catalogue,
            "notify",
            "event",
            Map.of(
                "interlock", Notify::create,
                "Semaphore", () -> new java.util.concurrent.Semaphore(0),
                "kotlinxConflated", Idle::conflated))
        .compare("interlock", "Semaphore", FOOTPRINT, oursAtMost(24))
        .compare("interlock", "kotlinxConflated", FOOTPRINT, oursAtMost(24));
    idle(
            catalogue,
            "once",
            "value that will be made once",
            Map.of(
                "cell", OnceCell::create,
                "lazy", () -> Lazy.of(Object::new),
                "kotlinLazy", Idle::lazyValue))
        .compare("cell", "kotlinLazy", FOOTPRINT, oursAtMost(32))
        .compare("lazy", "kotlinLazy", FOOTPRINT, oursAtMost(40));
  }

  private static void collections(Catalogue catalogue) {
    idle(
            catalogue,
            "deque",
            "empty deque; the first two with room for " + DEQUE_CAPACITY,
            Map.of(
                "interlock", () -> WorkStealingDeque.create(DEQUE_CAPACITY),
                "textbook", () -> DequeSubject.create("textbook"),
                "ConcurrentLinkedDeque", ConcurrentLinkedDeque::new))
        .compare("interlock", "textbook", FOOTPRINT)
        .compare("interlock", "ConcurrentLinkedDeque", FOOTPRINT);
    idle(
            catalogue,
            "sorted-set",
            "empty sorted set",
            Map.of(
                "interlock", () -> SortedSetBenchmark.create("interlock"),
                "ConcurrentSkipListSet", () -> SortedSetBenchmark.create("ConcurrentSkipListSet")))
        .compare("interlock", "ConcurrentSkipListSet", FOOTPRINT);
    counted(
            catalogue,
            "sorted-set-footprint-1000",
            "bytes of one more sorted set of 1,000 keys, which are there anyway",
            Map.of(
                "interlock", () -> filled("interlock"),
                "ConcurrentSkipListSet", () -> filled("ConcurrentSkipListSet")))
        .compare("interlock", "ConcurrentSkipListSet", FOOTPRINT);
  }

  private static NavigableSet<Integer> filled(String subject) {
    NavigableSet<Integer> set = SortedSetBenchmark.create(subject);
    set.addAll(KEYS);
    return set;
  }

  private static List<Integer> keys(int count) {
    List<Integer> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(i);
    }
    Collections.shuffle(keys, new Random(7));
    return keys;
  }

  private static Workload idle(
      Catalogue catalogue, String name, String what, Map<String, Supplier<Object>> factories) {
    return counted(catalogue, name + "-footprint-idle", "bytes of one more " + what, factories);
  }

  private static Workload counted(
      Catalogue catalogue, String name, String about, Map<String, Supplier<Object>> factories) {
    return catalogue.addCounted(name, about, subject -> Footprint.of(factories.get(subject)));
  }
}
