package dev.interlock.lincheck.broken;

import dev.interlock.internal.wait.WaitQueue;
import dev.interlock.internal.wait.Waiter;
import dev.interlock.lincheck.QueuedPermits;

/**
 * The wait queue, second twin. A cancelled waiter swallows a permit.
 *
 * <p><b>The fault:</b> the granter takes the head for granted. When its caller cancels between the look
 * and the grant, the grant fails, nobody looks for the next waiter, and nobody counts the permit.
 */
public final class SwallowingPermits extends QueuedPermits {
  @Override
  protected Waiter grantFirst(WaitQueue q) {
    Waiter head = q.head();
    if (head != null) {
      q.waiters().remove(head);
      head.grant(); // the answer decides whether to go on with the next
    }
    return head;
  }
}
