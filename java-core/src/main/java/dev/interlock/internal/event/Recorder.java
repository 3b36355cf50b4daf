package dev.interlock.internal.event;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The flight recorder of the JDK. Its module is optional: where it is absent, nothing here does
 * anything. Called on slow paths alone; while nobody records, an event costs the look at whether one does.
 */
public final class Recorder {
  /** Looked for by the module, not by a class: a class that cannot be read would be found too. */
  private static final boolean PRESENT =
      ModuleLayer.boot()
          .findModule("jdk.jfr")
          .filter(Recorder.class.getModule()::canRead)
          .isPresent();

  private Recorder() {}

  /** The beginning of a wait, for {@link #endWait}; null when nobody records. */
  public static @Nullable Object beginWait() {
    return PRESENT ? RecorderEvents.beginWait() : null;
  }

  /**
   * The end of a wait, on whatever thread.
   *
   * @param begun from {@link #beginWait}, not null
   * @param waiter the kind of caller
   * @param object what was waited for; asked only if the event is kept
   */
  public static void endWait(Object begun, String waiter, Supplier<String> object) {
    RecorderEvents.endWait(begun, waiter, object);
  }

  /** A pinned participant keeps the garbage of a domain of epochs. */
  public static void reclamationStall(
      String domain, String participant, long pending, Supplier<String> report) {
    if (PRESENT) {
      RecorderEvents.reclamationStall(domain, participant, pending, report);
    }
  }

  /** A deadlock was found. */
  public static void deadlock(int parties, boolean thrown, Supplier<String> report) {
    if (PRESENT) {
      RecorderEvents.deadlock(parties, thrown, report);
    }
  }
}
