package dev.interlock.benchmarks.job;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Binds the calling platform thread to one processor, on Linux. Elsewhere nothing is bound, and the
 * benchmark says so once.
 *
 * <p>A figure of two threads depends most on whether the scheduler put them on one core or on two, so
 * compare bound figures with bound ones and free with free.
 */
public final class Affinity {
  private static final int[] CPUS = allowedCpus();
  private static final int MASK_WORDS = 16;

  private Affinity() {}

  /** Whether threads can be bound here. */
  public static boolean isSupported() {
    return CPUS.length > 1;
  }

  /** Binds the calling thread to the processor at {@code index}, modulo those that may be used. */
  public static void pin(int index) {
    if (!isSupported()) {
      Unsupported.sayOnce();
      return;
    }
    int cpu = CPUS[index % CPUS.length];
    long[] mask = new long[MASK_WORDS];
    mask[cpu / Long.SIZE] = 1L << cpu;
    if (C.sched_setaffinity(0, new NativeLong(MASK_WORDS * Long.BYTES), mask) != 0) {
      throw new IllegalStateException("the system refused to bind a thread to processor " + cpu);
    }
  }

  private static int[] allowedCpus() {
    Path status = Path.of("/proc/thread-self/status");
    if (!Files.isReadable(status)) {
      return new int[0];
    }
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("Cpus_allowed_list:")) {
          return parse(line.substring(line.indexOf(':') + 1).trim());
        }
      }
    } catch (IOException unreadable) { // then nothing is bound
    }
    return new int[0];
  }

  /** The processors of a list such as {@code 0-3,8,10-11}. */
  static int[] parse(String list) {
    List<Integer> cpus = new ArrayList<>();
    for (String range : list.split(",")) {
      int dash = range.indexOf('-');
      int from = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
      int to = dash < 0 ? from : Integer.parseInt(range.substring(dash + 1));
      for (int cpu = from; cpu <= to && cpu < MASK_WORDS * Long.SIZE; cpu++) {
        cpus.add(cpu);
      }
    }
    return cpus.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The C library; loaded when a thread is bound for the first time. */
  private static final class C {
    static {
      Native.register(C.class, "c");
    }

    @SuppressWarnings("checkstyle:MethodName") // the name is the C library's
    static native int sched_setaffinity(int thread, NativeLong maskBytes, long[] mask);
  }

  private static final class Unsupported {
    static {
      System.err.println("note: threads cannot be bound to processors here; 'pinned' runs free");
    }

    static void sayOnce() {}
  }
}
