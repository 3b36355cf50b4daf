package dev.interlock.benchmarks;

import java.util.Optional;
import java.util.function.IntUnaryOperator;

/** Finds peers that this JDK may be too old for. */
final class Peers {
  private static final String JOX = "dev.interlock.benchmarks.JoxPeer";

  private Peers() {}

  /** The jox adapter, or nothing when the build had no JDK 21 to compile it with. */
  static Optional<IntUnaryOperator> jox() {
    try {
      return Optional.of(
          (IntUnaryOperator) Class.forName(JOX).getDeclaredConstructor().newInstance());
    } catch (ReflectiveOperationException | UnsupportedClassVersionError absent) {
      return Optional.empty();
    }
  }
}
