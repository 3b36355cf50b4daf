package dev.interlock.internal.wait;

import java.util.ArrayList;
import java.util.List;

/** A waiter that notes its wake-ups in a list that several may share. */
final class TestWaiter extends Waiter {
  private final List<Waiter> woken;

  TestWaiter() {
    this(1, null, new ArrayList<>());
  }

  TestWaiter(int need, Object item, List<Waiter> woken) {
    super(need, item);
    this.woken = woken;
  }

  @Override
  protected void wake() {
    woken.add(this);
  }

  int wakeUps() {
    return woken.size();
  }

  @Override
  public String toString() {
    return stateName();
  }
}
