package dev.interlock.internal.pause;

/**
 * Pauses: a thread keeps its processor and leaves memory alone for a moment, because another processor could
 * do something there meanwhile. How often, and before what, is the caller's affair.
 */
public final class Pause {
  /**
   * Whether anybody could do something while a thread pauses: not on one processor, and not where {@code
   * dev.interlock.spin.max} turns spinning off, as it does for the model checker, to which each look is one
   * more step of every schedule.
   */
  public static final boolean PAYS =
      Runtime.getRuntime().availableProcessors() > 1
          && Integer.getInteger("dev.interlock.spin.max", 1) > 0;

  /** 3 to 12 microseconds on x86, as long as a hundred changes of a word that nobody else wants. */
  private static final int AWAY = 256;

  private Pause() {}

  /**
   * Decides {@link #PAYS}, if nothing has decided it before. On Linux the platform counts the processors that
   * the calling thread may use. So a class that pauses calls this when it is initialised, not in its first
   * lost race, where a thread that is bound to one processor would decide for all.
   */
  public static void prepare() {
    // the initialisation of this class does it
  }

  /** So many pauses ({@link Thread#onSpinWait}), if they pay; 10 to 50 nanoseconds each on x86. */
  public static void times(int pauses) {
    if (PAYS) {
      for (int i = 0; i < pauses; i++) {
        Thread.onSpinWait();
      }
    }
  }

  /**
   * For a caller that has lost a word to another one: pauses for some microseconds. Two who change the same
   * word all the time fetch its line from each other for each change, some dozen times as long as the change
   * itself takes; while one stays away the other has the line.
   */
  public static void stayAway() {
    times(AWAY);
  }
}
