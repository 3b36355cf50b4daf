package dev.interlock.atomic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

/** The sizes that the classes promise, with compressed references and headers of twelve bytes or fewer. */
class AtomicFootprintTest {
  @Test
  void sizes_idle_areAsPromised() {
    assertAtMost(24, new LockFreeCounter());
    assertAtMost(40, new BoundedCounter(0, 1));
    assertAtMost(64, new StatisticsCounter());
    assertAtMost(32, new ShardedCounter());
    assertAtMost(40, Backoff.exponential());
    assertAtMost(280, new PaddedAtomicLong());
    assertAtMost(272, new PaddedAtomicReference<>(null));
    assertAtMost(40, new TaggedReference<>(null));
    assertAtMost(24, new TaggedIndex(0));
  }

  // The cells of a sharded counter: 128 bytes each, as much in front and behind, and a header.
  @Test
  void shardedCells_arePaddedOnAllSides() {
    int log2 = ShardedCounter.cellsLog2(Runtime.getRuntime().availableProcessors());
    long[] cells = new long[((1 << log2) + 2) * 16];
    assertEquals(
        128L * ((1 << log2) + 2) + 16, GraphLayout.parseInstance((Object) cells).totalSize());
  }

  private static void assertAtMost(long bytes, Object object) {
    GraphLayout graph = GraphLayout.parseInstance(object);
    assertTrue(graph.totalSize() <= bytes, () -> object + ": " + graph.toFootprint());
  }
}
