package dev.interlock.benchmarks.queue;

import dev.interlock.collection.Injector;
import dev.interlock.collection.MichaelScottQueue;
import dev.interlock.collection.MpmcArrayQueue;
import dev.interlock.collection.MpmcUnboundedQueue;
import dev.interlock.collection.MpscQueue;
import dev.interlock.collection.SpscRingBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.concurrent.ManyToManyConcurrentArrayQueue;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.jctools.queues.MpmcUnboundedXaddArrayQueue;
import org.jctools.queues.MpscLinkedQueue;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jctools.queues.MpscUnboundedXaddArrayQueue;
import org.jctools.queues.SpscArrayQueue;

/** The never-waiting queues by the names that the benchmarks' parameter {@code subject} uses. */
public final class QueueSubjects {
  /** Elements in one chunk of the peers that are made of chunks. */
  private static final int CHUNK = 1024;

  private QueueSubjects() {}

  /** A fresh queue; those without a bound take no notice of {@code capacity}. */
  public static QueueSubject create(String subject, int capacity) {
    return new OfQueue(queue(subject, capacity));
  }

  /** The same without the adapter, for those who measure its size. */
  public static Queue<Object> queue(String subject, int capacity) {
    switch (subject) {
      case "SpscRingBuffer":
        return new SpscRingBuffer<>(capacity);
      case "MpmcArrayQueue":
        return new MpmcArrayQueue<>(capacity);
      case "MpscQueue":
        return new MpscQueue<>();
      case "JCToolsSpscArrayQueue":
        return new SpscArrayQueue<>(capacity);
      case "JCToolsMpmcArrayQueue":
        return new org.jctools.queues.MpmcArrayQueue<>(capacity);
      case "JCToolsMpscUnboundedArrayQueue":
        return new MpscUnboundedArrayQueue<>(CHUNK);
      case "JCToolsMpscUnboundedXaddArrayQueue":
        return new MpscUnboundedXaddArrayQueue<>(CHUNK);
      case "JCToolsMpscLinkedQueue":
        return new MpscLinkedQueue<>();
      case "AgronaOneToOne":
        return new OneToOneConcurrentArrayQueue<>(capacity);
      case "AgronaManyToMany":
        return new ManyToManyConcurrentArrayQueue<>(capacity);
      case "ArrayBlockingQueue":
        return new ArrayBlockingQueue<>(capacity);
      case "MpmcUnboundedQueue":
        return new MpmcUnboundedQueue<>(CHUNK);
      case "Injector":
        return Injector.create();
      case "MichaelScottQueue":
        return new MichaelScottQueue<>();
      case "JCToolsMpmcUnboundedXaddArrayQueue":
        return new MpmcUnboundedXaddArrayQueue<>(CHUNK);
      case "ConcurrentLinkedQueue":
        return new ConcurrentLinkedQueue<>();
      default:
        throw new IllegalArgumentException("no queue is called " + subject);
    }
  }

  /** All of them are {@code java.util} queues, so all go through the same call. */
  private static final class OfQueue implements QueueSubject {
    private final Queue<Object> queue;

    OfQueue(Queue<Object> queue) {
      this.queue = queue;
    }

    @Override
    public boolean offer(Object element) {
      return queue.offer(element);
    }

    @Override
    public Object poll() {
      return queue.poll();
    }
  }
}
