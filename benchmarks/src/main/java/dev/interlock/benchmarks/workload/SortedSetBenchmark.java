package dev.interlock.benchmarks.workload;

import dev.interlock.collection.LockFreeSkipListSet;
import java.util.NavigableSet;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * A sorted set of which every second key of a range is in it, and stays so on average. Keys are boxed
 * before the measurement. The option {@code -t} says how many threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SortedSetBenchmark {
  @Param({"interlock", "ConcurrentSkipListSet"})
  public String subject;

  /** A power of two. */
  @Param("65536")
  public int range;

  private Integer[] keys;
  private NavigableSet<Integer> set;

  /** The sets by the names of the parameter. */
  public static NavigableSet<Integer> create(String subject) {
    switch (subject) {
      case "interlock":
        return LockFreeSkipListSet.create();
      case "ConcurrentSkipListSet":
        return new ConcurrentSkipListSet<>();
      default:
        throw new IllegalArgumentException("no sorted set is called " + subject);
    }
  }

  @Setup
  public void fill() {
    keys = new Integer[range];
    for (int i = 0; i < range; i++) {
      keys[i] = i;
    }
    set = create(subject);
    Random random = new Random(7);
    for (int n = 0; n < range / 2; ) {
      n += set.add(keys[random.nextInt(range)]) ? 1 : 0;
    }
  }

  /** Draws keys. */
  @State(Scope.Thread)
  public static class Draw {
    private int state;

    @Setup
    public void seed(ThreadParams thread) {
      state = 0x9E3779B9 * (thread.getThreadIndex() + 1);
    }

    int next() {
      int x = state;
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      state = x;
      return x;
    }
  }

  @Benchmark
  public boolean contains(Draw draw) {
    return set.contains(keys[draw.next() & range - 1]);
  }

  /** Half of the calls ask, a quarter adds, a quarter removes. */
  @Benchmark
  public boolean mix(Draw draw) {
    int x = draw.next();
    Integer key = keys[x & range - 1];
    switch (x >>> 30) {
      case 0:
        return set.add(key);
      case 1:
        return set.remove(key);
      default:
        return set.contains(key);
    }
  }

  /** As a queue of priorities: take the least, put another in. */
  @Benchmark
  public boolean pollAndAdd(Draw draw) {
    Integer least = set.pollFirst();
    return set.add(keys[draw.next() & range - 1]) | least == null;
  }
}
