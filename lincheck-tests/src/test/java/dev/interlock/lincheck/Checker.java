package dev.interlock.lincheck;

import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.util.AnalysisSectionsKt;

/** What of the checker can be reached from Java alone. */
final class Checker {
  private Checker() {}

  /**
   * Lets the parks of the named classes block for real. The checker otherwise lets every park return
   * at any moment, as the JDK may, and so never sees that a wake-up was lost.
   */
  static ManagedStrategyGuarantee blockingParks(String... classes) {
    return ManagedStrategyGuaranteeKt.forClasses(classes).allMethods().mute$lincheck();
  }

  /**
   * Gives one execution three minutes instead of half a one before it counts as hung. The checker sees
   * deadlocks of the code under test at once; this limit is for itself, whose threads hand over to each
   * other by spinning, which takes long on a machine with other work.
   */
  static void patiently(Options<?, ?> options) {
    options.invocationTimeout$lincheck(180_000);
  }

  /**
   * Runs {@code action} as code under test although the checker calls from code of its own. Prompt
   * cancellation cancels the job in such a place: what is done there would be hidden from the checker,
   * and a lock that is taken there while another thread is stopped inside it would never be left.
   */
  static void watched(Runnable action) {
    AnalysisSectionsKt.runOutsideIgnoredSection(
        () -> {
          action.run();
          return null;
        });
  }
}
