package dev.interlock.sync;

/** Everything again where turns are kept strictly. */
class StrictRwLockPoisoningTest extends RwLockPoisoningTest {
  @Override
  RwLock.Builder options() {
    return RwLock.builder().bypassBound(0);
  }
}
