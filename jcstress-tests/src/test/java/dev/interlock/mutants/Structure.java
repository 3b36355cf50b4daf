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
 *     runs, for the model checker itself knows no weak memory; or {@code Class#method}, where the others of
 *     that class check something else
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
              "Value made once",
              List.of("sync.Once", "sync.Lazy"),
              "OnceCellPublication(?!.*Twin)",
              List.of("sync.OnceCellTest", "sync.LazyTest"),
              List.of("OnceCellLincheckTest")),
          new Structure(
              "Locks that spin",
              List.of("sync.SpinLock", "sync.TicketLock", "sync.McsLock", "sync.ClhLock"),
              "SpinLockPublication(?!.*Twin)",
              List.of("sync.SpinningLockTest"),
              List.of("SpinLocksLincheckTest")),
          new Structure(
              "Sequence lock",
              List.of("sync.SeqLock"),
              "SeqLockTornRead(?!.*Twin)",
              List.of("sync.SeqLockTest"),
              List.of("SeqLockLincheckTest")),
          new Structure(
              "Single-producer ring",
              List.of("collection.SpscRingBuffer", "collection.SoleThread"),
              "jcstress.SpscRingBuffer(?!.*Twin)",
              List.of("collection.SpscRingBufferTest", "collection.QueueStressTest"),
              List.of("SpscRingBufferLincheckTest")),
          new Structure(
              "Bounded array queue",
              List.of("collection.MpmcArrayQueue", "collection.RingCell"),
              "jcstress.MpmcArrayQueue(?!.*Twin)",
              List.of("collection.MpmcArrayQueueTest", "collection.QueueStressTest"),
              List.of("MpmcArrayQueueLincheckTest")),
          // The counts of both; apart, because a mutant belongs to one structure.
          new Structure(
              "Counts of the bounded rings",
              List.of("collection.RingLayout"),
              "jcstress.(SpscRingBuffer|MpmcArrayQueue)(?!.*Twin)",
              List.of(
                  "collection.SpscRingBufferTest",
                  "collection.MpmcArrayQueueTest",
                  "collection.QueueStressTest"),
              List.of("SpscRingBufferLincheckTest", "MpmcArrayQueueLincheckTest")),
          new Structure(
              "Single-consumer queue",
              List.of("collection.MpscQueue", "collection.MpscLayout"),
              "jcstress.MpscQueue(?!.*Twin)",
              List.of("collection.MpscQueueTest", "collection.QueueStressTest"),
              List.of("MpscQueueLincheckTest")),
          new Structure(
              "Unbounded queue of arrays",
              List.of("collection.MpmcUnboundedQueue"),
              "jcstress.MpmcUnbounded(?!.*Twin)",
              List.of("collection.MpmcUnboundedQueueTest"),
              List.of("MpmcUnboundedQueueLincheckTest")),
          new Structure(
              "Michael-Scott queue",
              List.of("collection.MichaelScottQueue"),
              "jcstress.MichaelScott(?!.*Twin)",
              List.of("collection.MichaelScottQueueTest"),
              List.of("MichaelScottQueueLincheckTest")),
          new Structure(
              "Treiber stack",
              List.of("collection.TreiberStack", "collection.EliminationArray"),
              "jcstress.TreiberStack(?!.*Twin)",
              List.of("collection.TreiberStackTest"),
              List.of("TreiberStackLincheckTest")),
          new Structure(
              "Work-stealing deque",
              List.of(
                  "collection.WorkStealingDeque",
                  "collection.StealingTop",
                  "collection.DequeOwner"),
              "jcstress.Deque(?!.*Twin)",
              List.of("collection.WorkStealingDequeTest", "collection.StealingStressTest"),
              List.of("WorkStealingDequeLincheckTest")),
          new Structure(
              "Injector",
              List.of("collection.Injector", "collection.InjectorIndex"),
              "jcstress.Injector(?!.*Twin)",
              List.of("collection.InjectorTest", "collection.StealingStressTest"),
              List.of("InjectorLincheckTest")),
          new Structure(
              "Ordered set",
              List.of("collection.LockFreeSkipListSet"),
              "jcstress.SkipList(?!.*Twin)",
              List.of(
                  "collection.LockFreeSkipListSetTest", "collection.LockFreeSkipListSetStressTest"),
              List.of("LockFreeSkipListSetLincheckTest")),
          new Structure(
              "Watch of a detector",
              List.of("diagnostics.Watch", "diagnostics.SharedWatch", "diagnostics.Cell"),
              "WatchPublication(?!.*Twin)",
              List.of(
                  "diagnostics.DeadlockDetectorTest",
                  "diagnostics.DeadlockStressTest",
                  "diagnostics.RwLockDeadlockStressTest"),
              List.of()),
          new Structure(
              "Order of acquisitions",
              List.of("diagnostics.Holdings"),
              "HoldingsPublication(?!.*Twin)",
              List.of("diagnostics.HoldingsTest", "diagnostics.LockOrderStressTest"),
              List.of()),
          new Structure(
              "Epochs",
              List.of("reclaim.EpochDomain"),
              "Epoch",
              List.of("reclaim.EpochDomainTest", "reclaim.ReclamationStressTest"),
              List.of("ReclamationLincheckTest#epochs_stress")),
          new Structure(
              "Hazard pointers",
              List.of("reclaim.HazardPointers"),
              "Hazard",
              List.of("reclaim.HazardPointersTest", "reclaim.ReclamationStressTest"),
              List.of("ReclamationLincheckTest#hazardPointers_stress")),
          new Structure(
              "Shared ownership",
              List.of("reclaim.RefCounted"),
              "RefCounted",
              List.of("reclaim.RefCountedTest", "reclaim.ReclamationStressTest"),
              List.of("ReclamationLincheckTest#refCounted_stress")),
          new Structure(
              "Off-heap slab, stack and queue",
              List.of(
                  "reclaim.OffHeapSlab",
                  "reclaim.SlabMemory",
                  "reclaim.OffHeapStack",
                  "reclaim.OffHeapQueue",
                  "reclaim.PaddedHandle"),
              "OffHeap",
              List.of(
                  "reclaim.OffHeapSlabTest",
                  "reclaim.OffHeapStackTest",
                  "reclaim.OffHeapQueueTest"),
              List.of(
                  "ReclamationLincheckTest#slab_stress",
                  "OffHeapStackLincheckTest",
                  "OffHeapQueueLincheckTest")),
          // Of both domains; apart, because a mutant belongs to one structure.
          new Structure(
              "Figures of reclamation",
              List.of("reclaim.Tally"),
              "ReclamationFigures|(Hazard|Epoch)RecordHandOver(?!.*Twin)",
              List.of(
                  "reclaim.HazardPointersTest",
                  "reclaim.EpochDomainTest",
                  "reclaim.ReclamationStressTest"),
              List.of(
                  "ReclamationLincheckTest#hazardPointers_stress",
                  "ReclamationLincheckTest#epochs_stress")));
}
