package dev.interlock.benchmarks.harness;

import dev.interlock.benchmarks.coroutine.Idle;
import dev.interlock.sync.Mutex;
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

  /** Bytes of what the factory makes and of what it alone refers to. */
  static Figure of(Supplier<Object> factory) {
    Object one = factory.get();
    Object another = factory.get();
    // What both refer to is there once, however many there are, and falls out of the difference.
    long both = GraphLayout.parseInstance(one, another).totalSize();
    return Figure.exact(both - GraphLayout.parseInstance(one).totalSize());
  }
}
