package dev.interlock.sync;

/** Everything again where turns are kept strictly. */
class StrictRwLockTest extends RwLockTest {
  @Override
  RwLock.Builder options() {
    return RwLock.builder().bypassBound(0);
  }
}
