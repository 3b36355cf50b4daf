package dev.interlock.sync;

/** The same while readers are spread over slots. */
class SpreadRwLockCancellationTest extends RwLockCancellationTest {
  @Override
  RwLock.Builder options() {
    return RwLock.builder().manyReaders();
  }
}
