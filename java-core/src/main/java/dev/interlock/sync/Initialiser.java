package dev.interlock.sync;

/**
 * Makes the value of a {@link OnceCell}; a supplier that may be interrupted.
 *
 * @param <T> the type of the value
 */
@FunctionalInterface
public interface Initialiser<T> {
  /**
   * Makes the value.
   *
   * @throws InterruptedException when interrupted; the role of the initialiser then goes to the next caller,
   *     and no failure is remembered
   */
  T get() throws InterruptedException;
}
