package dev.interlock.benchmarks.lock;

import dev.interlock.sync.ClhLock;
import dev.interlock.sync.McsLock;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import dev.interlock.sync.SpinGuard;
import dev.interlock.sync.SpinLock;
import dev.interlock.sync.TicketLock;
import java.util.concurrent.locks.ReentrantLock;

/** Sections under locks that spin and under locks that sleep. */
public interface LockedSections {
  /** What one thread runs its sections by; called once by each. */
  Section forThread();

  /** A way to run something with the lock. */
  @FunctionalInterface
  interface Section {
    /** Runs {@code body} with the lock. */
    void run(Runnable body);
  }

  /** Sections under a fresh lock, by the name of the benchmark's subject. */
  static LockedSections create(String subject) {
    switch (subject) {
      case "spin":
        SpinLock spin = SpinLock.create();
        return () ->
            body -> {
              try (SpinGuard held = spin.lock()) {
                body.run();
              }
            };
      case "ticket":
        TicketLock ticket = TicketLock.create();
        return () ->
            body -> {
              try (SpinGuard held = ticket.lock()) {
                body.run();
              }
            };
      case "mcs":
        McsLock mcs = McsLock.create();
        return () -> under(mcs.handle());
      case "clh":
        ClhLock clh = ClhLock.create();
        return () -> under(clh.handle());
      case "mutex":
        Mutex<?> mutex = Mutex.create();
        return () ->
            body -> {
              try (MutexGuard<?> held = mutex.lockUninterruptibly()) {
                body.run();
              }
            };
      case "ReentrantLock":
        ReentrantLock lock = new ReentrantLock();
        return () ->
            body -> {
              lock.lock();
              try {
                body.run();
              } finally {
                lock.unlock();
              }
            };
      default:
        throw new IllegalArgumentException("no sections are called " + subject);
    }
  }

  private static Section under(McsLock.Handle handle) {
    return body -> {
      try (SpinGuard held = handle.lock()) {
        body.run();
      }
    };
  }

  private static Section under(ClhLock.Handle handle) {
    return body -> {
      try (SpinGuard held = handle.lock()) {
        body.run();
      }
    };
  }
}
