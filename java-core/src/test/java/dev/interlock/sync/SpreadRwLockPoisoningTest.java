package dev.interlock.sync;

/** Everything again while readers are spread over slots. */
class SpreadRwLockPoisoningTest extends RwLockPoisoningTest {
  @Override
  RwLock.Builder options() {
    return RwLock.builder().manyReaders();
  }
}
