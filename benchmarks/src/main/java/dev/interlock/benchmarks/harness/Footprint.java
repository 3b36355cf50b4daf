package dev.interlock.benchmarks.harness;

import dev.interlock.benchmarks.coroutine.Idle;
import dev.interlock.benchmarks.queue.QueueSubjects;
import dev.interlock.collection.TreiberStack;
import dev.interlock.sync.Mutex;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.openjdk.jol.info.GraphLayout;

/** The memory that one more idle lock takes. */
final class Footprint {
  static {
    // A lambda's fields have no offset that can be asked for; the reader then works it out.
    System.setProperty("jol.magicFieldOffset", "true");
    System.setProperty("jol.skipDynamicAttach", "true");
  }

  private Footprint() {}

  /** Bytes of a lock and of what it alone refers to. */
  static Figure ofMutex(String subject) {
    switch (subject) {
      case "interlock":
        return of(Mutex::create);
      case "ReentrantLock":
        return of(ReentrantLock::new);
      case "kotlinx":
        return of(Idle::mutex);
      default:
        throw new IllegalArgumentException("no lock is called " + subject);
    }
  }

  /** Bytes of an empty structure without a bound. */
  static Figure ofUnbounded(String subject) {
    switch (subject) {
      case "TreiberStack":
        return of(TreiberStack::new);
      case "ConcurrentLinkedDeque":
        return of(ConcurrentLinkedDeque::new);
      default:
        return of(() -> QueueSubjects.queue(subject, 0));
    }
  }

  /** Bytes of what the factory makes and of what it alone refers to. */
  static Figure of(Supplier<Object> factory) {
    Object one = factory.get();
    Object another = factory.get();
    // What both refer to is there once, however many there are, and falls out of the difference.
    long both = GraphLayout.parseInstance(one, another).totalSize();
    return Figure.exact(both - GraphLayout.parseInstance(one).totalSize());
  }
}
