package dev.interlock.internal.event;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The calls that need the module of the flight recorder; nothing else may load this class. */
final class RecorderEvents {
  private RecorderEvents() {}

  static @Nullable Object beginWait() {
    ContendedWaitEvent event = new ContendedWaitEvent();
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  static void endWait(Object begun, String waiter, Supplier<String> object) {
    ContendedWaitEvent event = (ContendedWaitEvent) begun;
    event.end();
    if (event.shouldCommit()) {
      event.waiter = waiter;
      event.object = object.get();
      event.commit();
    }
  }

  static void reclamationStall(
      String domain, String participant, long pending, Supplier<String> report) {
    ReclamationStallEvent event = new ReclamationStallEvent();
    if (event.shouldCommit()) {
      event.domain = domain;
      event.participant = participant;
      event.pending = pending;
      event.report = report.get();
      event.commit();
    }
  }

  static void deadlock(int parties, boolean thrown, Supplier<String> report) {
    DeadlockEvent event = new DeadlockEvent();
    if (event.shouldCommit()) {
      event.parties = parties;
      event.thrown = thrown;
      event.report = report.get();
      event.commit();
    }
  }
}
