package dev.interlock.examples.census;

import dev.interlock.channel.Channel;
import dev.interlock.channel.ChannelClosedException;
import dev.interlock.examples.Threads;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline in three stages with a bounded channel between each two, so that the slowest of them sets
 * the pace of all and nothing piles up:
 *
 * <pre>
 *   walker (thread) --- jobs (capacity) ---> workers (threads) --- results (capacity) ---> collector (coroutine)
 *   walks the tree      Channel of Path      open and read jars    Channel of JarRecord    adds up
 * </pre>
 *
 * <p>Ends from the front: the walker closes {@code jobs}, each worker ends when that is drained, the last
 * of them closes {@code results}, the collector ends when that is drained. {@link #stop} does the same
 * early: it cancels {@code jobs}, whose handler counts what was queued and not opened; what is open is
 * finished and collected as always.
 *
 * <p>One run per instance.
 */
final class Census {
  /** Which kind of thread walks and reads. */
  enum ThreadKind {
    PLATFORM,
    VIRTUAL
  }

  /**
   * The settings of a census.
   *
   * @param dir the directory to walk
   * @param workers how many threads read jars
   * @param capacity of both channels; 0 makes each hand-over a rendezvous
   * @param threads their kind
   * @param limit how many jars to read, at most
   */
  record Settings(Path dir, int workers, int capacity, ThreadKind threads, int limit) {}

  /**
   * What a run found and how it went.
   *
   * @param settings what it was run with
   * @param totals the sums over the jars
   * @param fed how many jars the walker found and the channel accepted
   * @param notOpened how many of them were still queued when the census was stopped
   * @param complete false when it was stopped before the walk was over
   * @param limited whether the walk ended at the limit
   * @param peakQueued the most jobs seen in the channel
   * @param walkerWaitedNanos how long the walker spent in send: the back-pressure it felt
   * @param elapsedNanos the whole run
   */
  record Report(
      Settings settings,
      Totals totals,
      int fed,
      int notOpened,
      boolean complete,
      boolean limited,
      int peakQueued,
      long walkerWaitedNanos,
      long elapsedNanos) {
    double seconds() {
      return elapsedNanos / 1e9;
    }

    /** Every jar that was fed came back once, or was given back by the channel. */
    boolean addsUp() {
      return totals.twice() == 0 && totals.jars() + notOpened == fed;
    }
  }

  private final Settings settings;
  private final AtomicInteger notOpened = new AtomicInteger();
  private final Channel<Path> jobs;
  private final Channel<JarRecord> results;
  private final AtomicInteger workersRunning;
  private final ConcurrentLinkedQueue<Totals.Problem> walkProblems = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;

  // Written by the walker, read after it was joined.
  private int fed;
  private int peakQueued;
  private long walkerWaitedNanos;
  private boolean walkedToTheEnd;
  private boolean limited;

  Census(Settings settings) {
    this.settings = settings;
    this.workersRunning = new AtomicInteger(settings.workers());
    Channel.Builder<Path> jobsBuilder =
        Channel.<Path>builder().name("jobs").onUndelivered(path -> notOpened.incrementAndGet());
    Channel.Builder<JarRecord> resultsBuilder = Channel.<JarRecord>builder().name("results");
    if (settings.capacity() > 0) {
      jobsBuilder.bounded(settings.capacity());
      resultsBuilder.bounded(settings.capacity());
    }
    this.jobs = jobsBuilder.build();
    this.results = resultsBuilder.build();
  }

  /**
   * Runs the census on threads of its own and a coroutine on this thread.
   *
   * @param onJar called in the coroutine for each jar
   * @throws InterruptedException when interrupted; the census is stopped
   */
  Report run(Consumer<? super JarRecord> onJar) throws InterruptedException {
    long start = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    Totals totals = new Totals();
    try {
      threads.add(start("census-walker", this::walk));
      for (int i = 1; i <= settings.workers(); i++) {
        threads.add(start("census-worker-" + i, this::work));
      }
      Collector.collect(
          results,
          jar -> {
            totals.add(jar);
            onJar.accept(jar);
          });
      for (Thread thread : threads) {
        thread.join();
      }
    } finally {
      stop();
      results.cancel(null);
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("the census broke off: " + failed, failed);
    }
    walkProblems.forEach(problem -> totals.addProblem(problem.path(), problem.what()));
    return new Report(
        settings,
        totals,
        fed,
        notOpened.get(),
        walkedToTheEnd && notOpened.get() == 0,
        limited,
        peakQueued,
        walkerWaitedNanos,
        System.nanoTime() - start);
  }

  /** Feeds no more; what is open is finished. Harmless when called again, or after the end. */
  void stop() {
    stopped = true;
    jobs.cancel(null);
  }

  private Thread start(String name, Runnable body) {
    return settings.threads() == ThreadKind.VIRTUAL
        ? Threads.startVirtual(name, body)
        : Threads.startPlatform(name, body);
  }

  private void walk() {
    try {
      Files.walkFileTree(settings.dir(), new Feeder());
      walkedToTheEnd = !stopped;
    } catch (ChannelClosedException stoppedWhileWaiting) {
      // stop() was called: nothing more to feed
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    } finally {
      jobs.close();
    }
  }

  private void work() {
    try {
      JarInspector inspector = new JarInspector(settings.dir());
      for (Path jar : jobs) {
        results.send(inspector.inspect(jar));
      }
    } catch (InterruptedException | RuntimeException | Error e) {
      // Without its worker the walker would wait for room for ever.
      failure.compareAndSet(null, e);
      stop();
    } finally {
      if (workersRunning.decrementAndGet() == 0) {
        results.close();
      }
    }
  }

  static boolean isJar(Path file, BasicFileAttributes attributes) {
    return attributes.isRegularFile() && file.toString().toLowerCase(Locale.ROOT).endsWith(".jar");
  }

  private final class Feeder extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
      return stopped ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!isJar(file, attributes)) {
        return FileVisitResult.CONTINUE;
      }
      if (fed == settings.limit()) {
        limited = true;
        return FileVisitResult.TERMINATE;
      }
      long before = System.nanoTime();
      try {
        jobs.send(file);
      } catch (InterruptedException nobodyElseHasThisThread) {
        throw new IllegalStateException(nobodyElseHasThisThread);
      }
      walkerWaitedNanos += System.nanoTime() - before;
      fed++;
      peakQueued = Math.max(peakQueued, jobs.size());
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      problem(file, e);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) {
      if (e != null) {
        problem(dir, e);
      }
      return FileVisitResult.CONTINUE;
    }

    private void problem(Path file, IOException e) {
      walkProblems.add(
          new Totals.Problem(
              Objects.toString(settings.dir().relativize(file)),
              "cannot be walked (" + e.getClass().getSimpleName() + ")"));
    }
  }
}
