package dev.interlock.benchmarks.queue;

import dev.interlock.channel.Channel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.function.IntFunction;

/** The queues by the names that the benchmarks' parameter {@code subject} uses. */
public final class Queues {
  /** The capacity that stands for "any number". */
  public static final int UNBOUNDED = -1;

  private static final String JOX = "dev.interlock.benchmarks.queue.JoxQueues";

  private Queues() {}

  /** A fresh queue. */
  public static QueueUnderTest create(String subject, int capacity) {
    switch (subject) {
      case "interlock":
        return new InterlockQueue(interlock(capacity));
      case "ArrayBlockingQueue":
        return new JdkQueue(new ArrayBlockingQueue<>(capacity));
      case "SynchronousQueue":
        return new JdkQueue(new SynchronousQueue<>());
      case "LinkedTransferQueue":
        return new JdkQueue(new LinkedTransferQueue<>());
      case "jox":
        return jox(capacity);
      default:
        throw new IllegalArgumentException("no queue is called " + subject);
    }
  }

  /** Our channel of that capacity. */
  public static Channel<Object> interlock(int capacity) {
    switch (capacity) {
      case UNBOUNDED:
        return Channel.unbounded();
      case 0:
        return Channel.rendezvous();
      default:
        return Channel.bounded(capacity);
    }
  }

  /** Whether this build holds the jox adapter, which needs JDK 21 to compile and to run. */
  public static boolean hasJox() {
    try {
      Class.forName(JOX);
      return true;
    } catch (ClassNotFoundException | LinkageError absent) {
      return false;
    }
  }

  @SuppressWarnings("unchecked") // the class is ours, only compiled apart
  private static QueueUnderTest jox(int capacity) {
    try {
      return ((IntFunction<QueueUnderTest>)
              Class.forName(JOX).getDeclaredConstructor().newInstance())
          .apply(capacity);
    } catch (ReflectiveOperationException | LinkageError absent) {
      throw new IllegalStateException("jox needs a build and a run with JDK 21 or newer", absent);
    }
  }
}
