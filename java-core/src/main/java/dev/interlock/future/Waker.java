package dev.interlock.future;

/**
 * Called by whatever a future waits for, when polling the future again may lead further.
 *
 * <p><b>Progress.</b> Must not block and should not run long: it is called by the thread that released a
 * lock or sent an element, after that thread has left the object's own lock. So it may use the object.
 *
 * <p><b>Memory effects.</b> What was done before the step that makes the future ready happens-before the poll
 * that finds it ready, not before the call of the waker.
 *
 * <p><b>Ordering and fairness.</b> Called from any thread, any number of times, also when polling leads no
 * further and after the future has completed. Of two wakers that were registered one after the other the
 * later one is called; the earlier one may be, too.
 *
 * <p><b>Blocking and errors.</b> What it throws goes to the calling thread's handler of uncaught exceptions;
 * the release or the send that called it succeeds all the same, and other waiters are woken.
 */
@FunctionalInterface
public interface Waker {
  /** Asks for the future to be polled again. */
  void wake();
}
