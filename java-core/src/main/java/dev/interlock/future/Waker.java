package dev.interlock.future;

/**
 * Called by whatever a future waits for, when polling the future again may lead further.
 *
 * <p>May be called from any thread, any number of times, also after the future has completed. Must not
 * block and should not run long: it is called by the thread that released a lock or sent an element.
 * What it throws goes to that thread's handler of uncaught exceptions.
 */
@FunctionalInterface
public interface Waker {
  /** Asks for the future to be polled again. */
  void wake();
}
