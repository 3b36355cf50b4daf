package dev.interlock.examples;

import dev.interlock.examples.census.CensusExample;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Command;

/** Every example, in the order in which to read them. */
final class Examples {
  private Examples() {}

  /** New instances: a command keeps the options that it was run with. */
  static List<Example> all() {
    return List.of(
        new CensusExample(),
        new CountingExample(),
        new ReentrantExample(),
        new PoisoningExample(),
        new RwLockExample(),
        new CountersExample(),
        new CheckThenActExample(),
        new BackoffExample(),
        new FalseSharingExample(),
        new AbaExample(),
        new MachineCodeExample(),
        new ProgressExample(),
        new MemoryOrdersExample(),
        new StealingExample(),
        new DeadlinesExample(),
        new SemaphoreExample(),
        new BankExample(),
        new LivelockExample(),
        new BoundedBufferExample(),
        new OnceExample(),
        new StarvationExample(),
        new ConfigurationExample(),
        new BarrierExample(),
        new NotifyExample(),
        new LatchExample(),
        new PhilosophersExample(),
        new MixedDeadlockExample(),
        new ForeignLocksExample(),
        new ChannelBoundedExample(),
        new ChannelRendezvousExample(),
        new ChannelUnboundedExample(),
        new ChannelCloseExample(),
        new BatchExample(),
        new MixedExample(),
        new HazardPointersExample(),
        new EpochsExample(),
        new RefCountedExample(),
        new OffHeapExample(),
        new SpscRingExample(),
        new MpmcRingExample(),
        new MailboxExample(),
        new CancellationExample(),
        new StackExample(),
        new LinkedQueueExample(),
        new UnboundedQueueExample());
  }

  /** The name and the one line of an example. */
  static Command commandOf(Example example) {
    return Objects.requireNonNull(
        example.getClass().getAnnotation(Command.class), "an example is a command");
  }
}
