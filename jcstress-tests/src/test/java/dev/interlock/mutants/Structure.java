package dev.interlock.mutants;

import java.util.List;

/**
 * What is weakened together, and which tests have to notice.
 *
 * @param name for the page
 * @param classes that are weakened with their nested ones, below {@code dev.interlock}; one that does not
 *     exist is an error, so that a renamed class is not forgotten
 * @param litmus the tests of the harness, as an expression that their names contain
 * @param tests contract and stress tests of java-core, below {@code dev.interlock}
 * @param lincheck classes of the model checker, below {@code dev.interlock.lincheck}; only their stress
 *     runs, for the model checker itself knows no weak memory
 */
record Structure(
    String name, List<String> classes, String litmus, List<String> tests, List<String> lincheck) {

  static final List<Structure> ALL =
      List.of(
          new Structure(
              "Queue lock",
              List.of("internal.wait.QueueLock"),
              "QueueLock",
              List.of("internal.wait.QueueLockTest"),
              List.of("WaitQueueLincheckTest")),
          new Structure(
              "Waiter",
              List.of(
                  "internal.wait.Waiter", "internal.wait.ThreadWaiter", "internal.op.Operation"),
              "Waiter|WakerReplaced|Granted|HandOver|Nudge|Rendezvous",
              List.of("internal.wait.ThreadWaiterTest", "internal.wait.WaiterTest"),
              List.of("SemaphoreLincheckTest")),
          new Structure(
              "Channel",
              List.of("channel.ChannelSide", "channel.BufferedChannel"),
              "ChannelPublication",
              List.of("channel.ChannelTest"),
              List.of("BoundedChannel2LincheckTest")),
          new Structure(
              "Semaphore",
              List.of("sync.Semaphore"),
              "SemaphorePublication",
              List.of("sync.SemaphoreTest"),
              List.of("SemaphoreLincheckTest")),
          new Structure(
              "Epochs",
              List.of("reclaim.EpochDomain"),
              "Epoch",
              List.of("reclaim.EpochDomainTest", "reclaim.ReclamationStressTest"),
              List.of("ReclamationLincheckTest")),
          new Structure(
              "Hazard pointers",
              List.of("reclaim.HazardPointers"),
              "Hazard",
              List.of("reclaim.HazardPointersTest", "reclaim.ReclamationStressTest"),
              List.of("ReclamationLincheckTest")),
          new Structure(
              "Shared ownership",
              List.of("reclaim.RefCounted"),
              "",
              List.of("reclaim.RefCountedTest", "reclaim.ReclamationStressTest"),
              List.of()),
          new Structure(
              "Off-heap slab, stack and queue",
              List.of(
                  "reclaim.OffHeapSlab",
                  "reclaim.SlabMemory",
                  "reclaim.OffHeapStack",
                  "reclaim.OffHeapQueue"),
              "",
              List.of(
                  "reclaim.OffHeapSlabTest",
                  "reclaim.OffHeapStackTest",
                  "reclaim.OffHeapQueueTest"),
              List.of("OffHeapStackLincheckTest", "OffHeapQueueLincheckTest")));
}
