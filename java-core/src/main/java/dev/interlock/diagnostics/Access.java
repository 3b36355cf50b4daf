package dev.interlock.diagnostics;

/** What for a party holds an object, or waits for it. */
public enum Access {
  /** To have it alone: an object that knows no other way. */
  ALONE(""),
  /** To read, beside other readers. */
  READ(" to read"),
  /** To write, alone. */
  WRITE(" to write"),
  /** To write, by one that reads already and waits for the other readers. */
  UPGRADE(" to upgrade"),
  /**
   * Not yet the object: a writer that waits and keeps readers out, because they do not overtake it.
   * Whoever waits to read waits for it too.
   */
  NEXT("");

  private final String purpose;

  Access(String purpose) {
    this.purpose = purpose;
  }

  /** The object and the purpose, for reports. */
  String of(Object object) {
    return this == NEXT ? "the next turn at " + object : object + purpose;
  }
}
