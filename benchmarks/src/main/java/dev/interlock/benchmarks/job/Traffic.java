package dev.interlock.benchmarks.job;

import dev.interlock.benchmarks.queue.QueueUnderTest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.stream.IntStream;

/**
 * The job of every channel benchmark: so many senders move a number of elements, made before, to so many
 * receivers. Each thread has an equal share.
 */
public final class Traffic {
  /** What is moved. */
  private static final class Element {
    final int number;

    Element(int number) {
      this.number = number;
    }
  }

  private Traffic() {}

  /** Elements that were made before the measurement and have no identity to speak of. */
  public static Object[] elements(int count) {
    return IntStream.range(0, count).mapToObj(Element::new).toArray();
  }

  /** Adds the senders to {@code job}; they move the first {@code count} of the elements. */
  public static void send(
      ThreadJob job, QueueUnderTest queue, Object[] elements, int count, int senders) {
    int share = share(count, senders);
    for (int sender = 0; sender < senders; sender++) {
      int from = sender * share;
      job.start(
          () -> {
            for (int i = from; i < from + share; i++) {
              queue.put(elements[i]);
            }
          });
    }
  }

  /** Adds the receivers to {@code job}. */
  public static void receive(ThreadJob job, QueueUnderTest queue, int count, int receivers) {
    int share = share(count, receivers);
    for (int receiver = 0; receiver < receivers; receiver++) {
      job.start(
          () -> {
            for (int i = 0; i < share; i++) {
              if (queue.take() == null) {
                throw new IllegalStateException("received null");
              }
            }
          });
    }
  }

  /** Adds a receiver that takes up to {@code max} elements at a time. */
  public static void receiveBatches(ThreadJob job, QueueUnderTest queue, int count, int max) {
    job.start(
        () -> {
          Collection<Object> batch = new ArrayList<>(max);
          for (int left = count; left > 0; ) {
            left -= queue.takeBatch(batch, Math.min(left, max));
            batch.clear();
          }
        });
  }

  /** The share of one of {@code parties}; the count has to divide evenly. */
  public static int share(int count, int parties) {
    if (count % parties != 0) {
      throw new IllegalArgumentException(count + " elements cannot be shared by " + parties);
    }
    return count / parties;
  }
}
