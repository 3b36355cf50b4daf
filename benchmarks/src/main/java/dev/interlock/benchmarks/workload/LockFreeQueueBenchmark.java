package dev.interlock.benchmarks.workload;

import dev.interlock.benchmarks.job.ThreadJob;
import dev.interlock.benchmarks.job.Traffic;
import dev.interlock.benchmarks.queue.QueueSubject;
import dev.interlock.benchmarks.queue.QueueSubjects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Queues on which nobody waits. One job: so many producers, each on a fresh platform thread, move the
 * elements through one fresh queue to so many consumers. Who finds it full or empty spins, and yields
 * when that takes long; the same for all subjects.
 *
 * <p>Each fork of the virtual machine measures one subject, so that the calls go to one class and the
 * compiler inlines them for all alike.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LockFreeQueueBenchmark {
  /** Can be shared by 1 to 6 threads, and by 8. */
  private static final int MANY = 1_200_000;

  /** Looks at a full or empty queue before the thread offers its core to others. */
  private static final int SPINS = 200;

  @Param({
    "SpscRingBuffer",
    "MpmcArrayQueue",
    "MpscQueue",
    "JCToolsSpscArrayQueue",
    "JCToolsMpmcArrayQueue",
    "JCToolsMpscUnboundedArrayQueue",
    "JCToolsMpscUnboundedXaddArrayQueue",
    "JCToolsMpscLinkedQueue",
    "AgronaOneToOne",
    "AgronaManyToMany",
    "ArrayBlockingQueue",
    "ConcurrentLinkedQueue",
    "MpmcUnboundedQueue",
    "Injector",
    "MichaelScottQueue",
    "JCToolsMpmcUnboundedXaddArrayQueue"
  })
  public String subject;

  /** Those without a bound take no notice of it. */
  @Param("1024")
  public int capacity;

  @Param("1")
  public int producers;

  @Param("1")
  public int consumers;

  @Param({"false", "true"})
  public boolean pinned;

  private Object[] elements;
  private QueueSubject own;
  private int next;

  @Setup
  public void create() {
    elements = Traffic.elements(MANY);
    own = QueueSubjects.create(subject, capacity);
  }

  /** The job. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public void move() throws InterruptedException {
    QueueSubject queue = QueueSubjects.create(subject, capacity);
    ThreadJob job = ThreadJob.onPlatformThreads(pinned);
    int offered = Traffic.share(MANY, producers);
    int polled = Traffic.share(MANY, consumers);
    for (int producer = 0; producer < producers; producer++) {
      int from = producer * offered;
      job.start(() -> offer(queue, elements, from, from + offered));
    }
    for (int consumer = 0; consumer < consumers; consumer++) {
      job.start(() -> poll(queue, polled));
    }
    job.join();
  }

  /** One thread appends an element and takes it out again: what the operations cost by themselves. */
  @Benchmark
  public Object offerAndPoll() {
    int i = next;
    next = i + 1 & 1023; // of a thousand elements, so that they stay in the cache
    QueueSubject queue = own;
    queue.offer(elements[i]);
    return queue.poll();
  }

  private static void offer(QueueSubject queue, Object[] elements, int from, int to) {
    for (int i = from; i < to; i++) {
      Object element = elements[i];
      for (int failures = 0; !queue.offer(element); failures++) {
        pause(failures);
      }
    }
  }

  private static void poll(QueueSubject queue, int count) {
    for (int i = 0; i < count; i++) {
      for (int failures = 0; queue.poll() == null; failures++) {
        pause(failures);
      }
    }
  }

  private static void pause(int failures) {
    if (failures < SPINS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }
}
