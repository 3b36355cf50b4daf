package dev.interlock.benchmarks.harness;

import java.util.ArrayList;
import java.util.List;

/**
 * How the measured JVMs are started; the same for ours and the peers.
 *
 * @param effort how much time is spent
 * @param forks how many JVMs each figure comes from
 * @param collector the garbage collector, by the name in {@code -XX:+Use...GC}
 * @param heap size of the heap, which does not grow
 * @param verbose whether JMH reports every iteration
 */
public record Settings(Effort effort, int forks, String collector, String heap, boolean verbose) {
  private static final int UNSAFE_IS_WARNED_OF_SINCE = 24;

  /** Those that run coroutines, and those that run virtual threads. */
  private static final int WORKERS = 2;

  List<String> jvmArgs() {
    List<String> args = new ArrayList<>();
    args.add("-Xms" + heap);
    args.add("-Xmx" + heap);
    // Otherwise whoever allocates pays for the first touch of each page of the heap, once in the
    // life of a JVM; where the host gives memory to a guest only then, that takes longer than what
    // is measured.
    args.add("-XX:+AlwaysPreTouch");
    args.add("-XX:+Use" + collector + "GC");
    // As many workers as the platform threads have cores here, whatever machine this is.
    args.add("-Dkotlinx.coroutines.scheduler.core.pool.size=" + WORKERS);
    args.add("-Djdk.virtualThreadScheduler.parallelism=" + WORKERS);
    // A peer, Agrona, takes its Unsafe from there; nothing of ours does.
    args.add("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
    if (Runtime.version().feature() >= UNSAFE_IS_WARNED_OF_SINCE) {
      args.add("--enable-native-access=ALL-UNNAMED");
      args.add("--sun-misc-unsafe-memory-access=allow");
    }
    return args;
  }
}
