package dev.interlock.sync;

import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The same while readers are spread over slots. */
@Execution(ExecutionMode.CONCURRENT)
class SpreadRwLockCancellationTest extends RwLockCancellationTest {
  @Override
  RwLock.Builder options() {
    return RwLock.builder().manyReaders().bypassBound(0);
  }
}
