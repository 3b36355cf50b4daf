package dev.interlock.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {
  private static Launched run(String commandLine) {
    return Launched.with(
        Stream.concat(Stream.of("run"), Stream.of(commandLine.split(" "))).toArray(String[]::new));
  }

  // Each example holds its own checks at the smallest sizes, where off-by-one errors live.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "counting --threads 1 --increments 1",
        "counting --threads 3 --increments 2000",
        "stealing --workers 1 --numbers 1",
        "stealing --workers 4 --numbers 100000",
        "deadlines --threads 1 --deadlines 1",
        "deadlines --threads 3 --deadlines 3000",
        "memory-orders --rounds 512",
        "memory-orders --rounds 5000",
        "counters --threads 1 --increments 1",
        "counters --threads 3 --increments 5000",
        "check-then-act --tickets 1 --rounds 1",
        "check-then-act --tickets 3 --rounds 50",
        "backoff --threads 1 --increments 1",
        "backoff --threads 3 --increments 2000",
        "false-sharing --threads 1 --increments 1",
        "false-sharing --threads 2 --increments 20000",
        "aba",
        "machine-code",
        "machine-code --by-hand",
        "machine-code --all",
        "progress",
        "semaphore --permits 1 --jobs 2 --blocks 1",
        "semaphore --permits 5 --jobs 3 --blocks 2",
        "channel-bounded --capacity 1 --producers 1 --items 1",
        "channel-bounded --capacity 1 --producers 4 --items 500",
        "channel-rendezvous --items 1 --timeout-millis 0",
        "channel-unbounded --items 1",
        "channel-close --items 2",
        "batch --items 1 --capacity 1 --max 1",
        "batch --items 1000 --capacity 3 --max 100",
        "mixed --turns 1 --balls 1 --trace 0",
        "mixed --turns 30 --balls 1",
        "mixed --turns 30 --balls 4",
        "mixed --turns 30 --balls 9",
        "cancellation --timeout-millis 1",
        "hazard-pointers --readers 1 --writes 1",
        "hazard-pointers --readers 4 --writes 1000",
        "epochs --buffers 100",
        "ref-counted --owners 1",
        "starvation --greedy 1 --entries 1",
        "starvation --greedy 2 --entries 20",
        "reentrant --orders 1 --items 1",
        "reentrant --orders 3 --items 2000",
        "poisoning --threads 1",
        "poisoning --threads 7",
        "configuration --readers 1 --changes 1",
        "configuration --readers 3 --changes 2000",
        "once --threads 1 --failures 0",
        "once --threads 5 --failures 7",
        "off-heap --threads 1 --operations 1",
        "off-heap --threads 4 --operations 1000",
      })
  void run_smallSizes_checksHold(String commandLine) {
    Launched run = run(commandLine);
    assertEquals(0, run.code(), () -> run.out() + run.err());
    assertTrue(run.out().contains("[ok]"), run.out());
    assertFalse(run.out().contains("[FAILED]"), run.out());
    run.out().lines().forEach(line -> assertTrue(line.length() <= 100, line));
  }

  // A size that makes no sense is refused in one sentence that names it.
  @ParameterizedTest
  @CsvSource({
    "counting, --threads, 0",
    "counting, --increments, -5",
    "counters, --threads, 0",
    "counters, --increments, 0",
    "check-then-act, --tickets, 0",
    "check-then-act, --rounds, 0",
    "backoff, --threads, 0",
    "backoff, --increments, 0",
    "false-sharing, --threads, 0",
    "false-sharing, --increments, 0",
    "memory-orders, --rounds, 0",
    "semaphore, --permits, 0",
    "semaphore, --jobs, 0",
    "semaphore, --blocks, 0",
    "channel-bounded, --capacity, 0",
    "channel-bounded, --producers, 0",
    "channel-bounded, --items, 0",
    "channel-rendezvous, --items, 0",
    "channel-rendezvous, --timeout-millis, -1",
    "channel-unbounded, --items, 0",
    "channel-close, --items, 1",
    "batch, --items, 0",
    "batch, --capacity, 0",
    "batch, --max, 0",
    "mixed, --turns, 0",
    "mixed, --balls, 0",
    "mixed, --trace, -1",
    "cancellation, --timeout-millis, 0",
    "hazard-pointers, --readers, 0",
    "hazard-pointers, --writes, 0",
    "epochs, --buffers, 1",
    "ref-counted, --owners, 0",
    "starvation, --greedy, 0",
    "starvation, --entries, 0",
    "reentrant, --orders, 0",
    "reentrant, --items, 0",
    "poisoning, --threads, 0",
    "configuration, --readers, 0",
    "configuration, --changes, 0",
    "once, --threads, 0",
    "once, --failures, -1",
    "off-heap, --threads, 0",
    "off-heap, --operations, 0",
  })
  void run_sizeTooSmall_isRefused(String name, String option, String value) {
    Launched run = Launched.with("run", name, option, value);
    assertEquals(2, run.code());
    assertTrue(run.err().startsWith(option + " is " + value + "; it must be "), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    assertEquals("", run.out());
  }

  // A capacity that no channel has is refused as well, before any thread is started.
  @ParameterizedTest
  @ValueSource(strings = {"channel-bounded", "batch"})
  void run_capacityTooLarge_isRefused(String name) {
    Launched run = Launched.with("run", name, "--capacity", "2000000000");
    assertEquals(2, run.code(), run::err);
    assertTrue(run.err().startsWith("--capacity is 2000000000; it must be "), run.err());
  }

  // The trace of mixed shows one turn a line, each in the column of who had it.
  @Test
  void mixed_trace_showsEachTurn() {
    Launched run = run("mixed --turns 2 --balls 1 --trace 100");
    assertEquals(8, run.out().lines().filter(line -> line.contains(" ball 1 ")).count(), run.out());
  }

  // All four ways to give up a wait are shown for all four operations.
  @Test
  void cancellation_table_hasSixteenRows() {
    Launched run = run("cancellation");
    assertEquals(
        16,
        run.out()
            .lines()
            .filter(line -> line.matches("\\| (mutex|semaphore|channel) .*\\| +0 \\|"))
            .count(),
        run.out());
  }

  // The table has nested classes beside those around them, and what a promise depends on is not
  // cut.
  @Test
  void progress_output_isWhole() {
    String out = run("progress").out().replaceAll("\\s+", " "); // wherever lines end
    for (String part :
        new String[] {
          "| EpochDomain.Guard |",
          "| HazardPointers.Participant |",
          "SpscRingBuffer (contains,",
          "reaches its place, and nobody else."
        }) {
      assertTrue(out.contains(part), () -> part + " in\n" + out);
    }
    assertFalse(out.contains("..."), out);
  }
}
