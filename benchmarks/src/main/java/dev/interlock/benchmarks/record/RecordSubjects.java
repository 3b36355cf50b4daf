package dev.interlock.benchmarks.record;

import dev.interlock.sync.SeqLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;

/** Records of four longs by the names that the benchmark's parameter {@code subject} uses. */
public final class RecordSubjects {
  private RecordSubjects() {}

  /** A record that is read and written as a whole. */
  public interface Subject {
    /** A figure of all four words. */
    long read();

    /** Replaces all four words. */
    void write(long value);
  }

  /** A fresh record. */
  public static Subject create(String subject) {
    switch (subject) {
      case "interlock":
        return new Sequence();
      case "copied":
        return new Copied();
      case "StampedLock":
        return new Optimistic();
      case "ReentrantReadWriteLock":
        return new Locked();
      case "volatileRecord":
        return new Immutable();
      default:
        throw new IllegalArgumentException("no record is called " + subject);
    }
  }

  private static final class Sequence implements Subject {
    private final SeqLock record = SeqLock.ofLongs(4);

    @Override
    public long read() {
      return record.readLong(w -> w.get(0) + w.get(1) + w.get(2) + w.get(3));
    }

    @Override
    public void write(long value) {
      record.write(value, value, value, value);
    }
  }

  private static final class Copied implements Subject {
    private final SeqLock record = SeqLock.ofLongs(4);

    @Override
    public long read() {
      long[] into = new long[4];
      record.read(into);
      return into[0] + into[1] + into[2] + into[3];
    }

    @Override
    public void write(long value) {
      record.write(value, value, value, value);
    }
  }

  /** As its documentation shows it, the words in an array as well. */
  private static final class Optimistic implements Subject {
    private final StampedLock lock = new StampedLock();
    private final long[] words = new long[4];

    @Override
    public long read() {
      long stamp = lock.tryOptimisticRead();
      long sum = words[0] + words[1] + words[2] + words[3];
      if (lock.validate(stamp)) {
        return sum;
      }
      stamp = lock.readLock();
      try {
        return words[0] + words[1] + words[2] + words[3];
      } finally {
        lock.unlockRead(stamp);
      }
    }

    @Override
    public void write(long value) {
      long stamp = lock.writeLock();
      try {
        for (int i = 0; i < words.length; i++) {
          words[i] = value;
        }
      } finally {
        lock.unlockWrite(stamp);
      }
    }
  }

  private static final class Locked implements Subject {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final long[] words = new long[4];

    @Override
    public long read() {
      lock.readLock().lock();
      try {
        return words[0] + words[1] + words[2] + words[3];
      } finally {
        lock.readLock().unlock();
      }
    }

    @Override
    public void write(long value) {
      lock.writeLock().lock();
      try {
        for (int i = 0; i < words.length; i++) {
          words[i] = value;
        }
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  /** A new object for each write. */
  private static final class Immutable implements Subject {
    private volatile long[] words = new long[4];

    @Override
    public long read() {
      long[] seen = words;
      return seen[0] + seen[1] + seen[2] + seen[3];
    }

    @Override
    public void write(long value) {
      words = new long[] {value, value, value, value};
    }
  }
}
