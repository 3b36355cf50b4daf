package dev.interlock.reclaim;

/** Throws what is checked where Java does not expect it, as the code of another language may. */
final class Sneaky {
  private Sneaky() {}

  /** Never returns; the result is for {@code throw}, so that the compiler knows. */
  static RuntimeException thrown(Throwable any) {
    throw Sneaky.<RuntimeException>as(any);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T as(Throwable any) throws T {
    throw (T) any;
  }
}
