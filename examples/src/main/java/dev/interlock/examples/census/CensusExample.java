package dev.interlock.examples.census;

import dev.interlock.channel.Channel;
import dev.interlock.examples.Example;
import dev.interlock.examples.Threads;
import dev.interlock.examples.census.Census.ThreadKind;
import java.io.Console;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the {@link Census}. */
@Command(
    name = "census",
    description =
        "Reads every jar file of a directory: class-file versions, modules, duplicates, damage.",
    footer = {
      "",
      "Reads only. Ctrl-C finishes the jars that are open and reports what was done so far."
    })
public final class CensusExample extends Example {
  private static final int STOP_PATIENCE_SECONDS = 30;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Directory to walk (default: the local Maven repository).")
  private @Nullable Path dir;

  @Option(
      names = "--workers",
      paramLabel = "N",
      showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Threads that read jars (default: one for each processor, at least 2).")
  private int workers = Math.max(2, Runtime.getRuntime().availableProcessors());

  @Option(
      names = "--capacity",
      paramLabel = "N",
      defaultValue = "64",
      description = "Capacity of the channels between the stages; 0 for rendezvous.")
  private int capacity;

  @Option(
      names = "--threads",
      paramLabel = "KIND",
      defaultValue = "platform",
      description = "Kind of the threads: platform or virtual (JDK 21 and newer).")
  private String threads = "platform";

  @Option(
      names = "--limit",
      paramLabel = "N",
      showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Read not more than N jars (default: all).")
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      defaultValue = "interlock-census.html",
      description = "Where to write the page with charts.")
  private Path html = Path.of("interlock-census.html");

  @Option(names = "--no-html", description = "Write no page.")
  private boolean noHtml;

  @Option(
      names = "--no-progress",
      description = "Show no progress bar; there is none either when this is not a terminal.")
  private boolean noProgress;

  /** For the launcher. */
  public CensusExample() {
    super("E1", "E6", "G1");
  }

  @Override
  public List<String> boundedArguments() {
    return List.of("--limit", "200", "--no-html");
  }

  @Override
  protected void run() throws IOException, InterruptedException {
    Census.Settings settings = settings();
    if (!noHtml) {
      checkTarget();
    }
    Census census = new Census(settings);
    CountDownLatch reported = new CountDownLatch(1);
    Thread onExit = new Thread(() -> stopInOrder(census, reported), "census-stop");
    Runtime.getRuntime().addShutdownHook(onExit);
    try {
      Census.Report report;
      try (Progress progress = progress(settings)) {
        report = census.run(jar -> progress.step());
      }
      new TextReport(report, out()).print();
      out().println();
      if (!noHtml) {
        HtmlReport.write(report, html);
        out().println("Charts: " + html.toAbsolutePath().normalize());
      }
      check(
          report.addsUp(),
          "each of "
              + Figures.of(report.fed(), "jar")
              + " sent by the walker was read once"
              + (report.complete() ? "" : " or given back by the channel"));
      out().flush();
    } finally {
      reported.countDown();
      removeHook(onExit);
    }
  }

  private Census.Settings settings() {
    requireBetween(1, MAX_THREADS, "--workers", workers);
    requireBetween(0, Channel.MAX_CAPACITY, "--capacity", capacity);
    requireAtLeast(1, "--limit", limit);
    ThreadKind kind =
        switch (threads.toLowerCase(Locale.ROOT)) {
          case "platform" -> ThreadKind.PLATFORM;
          case "virtual" -> ThreadKind.VIRTUAL;
          default ->
              throw badInput("--threads is '" + threads + "'; it must be platform or virtual.");
        };
    if (kind == ThreadKind.VIRTUAL && !Threads.hasVirtual()) {
      throw badInput(
          "JDK "
              + Runtime.version().feature()
              + " has no virtual threads; use --threads platform, or JDK 21 or newer.");
    }
    Path root = (dir == null ? MavenRepository.local() : dir).toAbsolutePath().normalize();
    String which = dir == null ? "The local Maven repository " : "The directory ";
    if (!Files.exists(root)) {
      throw badInput(
          which + root + " does not exist" + (dir == null ? "; name another with --dir." : "."));
    }
    if (!Files.isDirectory(root)) {
      throw badInput(root + " is not a directory.");
    }
    if (!Files.isReadable(root) || !Files.isExecutable(root)) {
      throw badInput(which + root + " cannot be read: permission denied.");
    }
    return new Census.Settings(root, workers, capacity, kind, limit);
  }

  /** Finds out before the work, not after it, that the page cannot be written. */
  private void checkTarget() {
    Path target = html.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (Files.isDirectory(target)) {
      throw badInput("--html " + html + " is a directory; name a file in it.");
    }
    if (parent == null || !Files.isDirectory(parent)) {
      throw badInput("--html " + html + " is in a directory that does not exist.");
    }
    if (!Files.isWritable(Files.exists(target) ? target : parent)) {
      throw badInput(
          "--html " + html + " cannot be written: permission denied (or use --no-html).");
    }
  }

  /** What Ctrl-C does; the process ends when this returns. */
  private void stopInOrder(Census census, CountDownLatch reported) {
    census.stop();
    try {
      if (!reported.await(STOP_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        err()
            .println("A jar takes longer than " + STOP_PATIENCE_SECONDS + " s: ending without it.");
        err().flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shutdownHasBegun) {
      // The hook runs, or has run: nothing to remove.
    }
  }

  private Progress progress(Census.Settings settings) throws IOException {
    return noProgress || !isTerminal() ? Progress.NONE : new Bar(settings);
  }

  /** Before JDK 22 there is a console only at a terminal; since then the console has to be asked. */
  @SuppressWarnings("SystemConsoleNull") // null on the older JDKs, which is what is asked here
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException olderJdk) {
      return true;
    }
  }

  private interface Progress extends AutoCloseable {
    Progress NONE = () -> {};

    void step();

    @Override
    default void close() {}
  }

  private static final class Bar implements Progress {
    private final ProgressBar bar;

    /** Walks the tree once more before the census, only for the number of jars. */
    Bar(Census.Settings settings) throws IOException {
      JarCounter counter = new JarCounter();
      Files.walkFileTree(settings.dir(), counter);
      bar =
          new ProgressBarBuilder()
              .setTaskName("census")
              .setInitialMax(Math.min(counter.jars, settings.limit()))
              .setUnit(" jars", 1)
              .setStyle(ProgressBarStyle.ASCII)
              // A fixed width: asking the terminal for its own would need native code.
              .setConsumer(new ConsoleProgressBarConsumer(System.err, 78))
              .setUpdateIntervalMillis(100)
              .build();
    }

    @Override
    public void step() {
      bar.step();
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  private static final class JarCounter extends SimpleFileVisitor<Path> {
    int jars;

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (Census.isJar(file, attributes)) {
        jars++;
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }
}
