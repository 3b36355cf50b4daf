package dev.interlock.jcstress;

/** How a holder fails, with a plain field that who is refused may see unset; without a stack, for speed. */
final class HalfWay extends RuntimeException {
  private int plain;

  HalfWay() {
    super("half-way", null, false, false);
    plain = 1;
  }

  /** What is seen of it: 1, or 0 when half of it was published; -2 when it is none of these. */
  static int seenIn(Throwable cause) {
    return cause instanceof HalfWay seen ? seen.plain : -2;
  }
}
