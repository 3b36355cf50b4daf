package dev.interlock.examples;

import dev.interlock.ClosedException;
import dev.interlock.reclaim.RefCounted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Several threads write to one file; it is closed by whoever is done last. */
@Command(
    name = "ref-counted",
    description = "A file that several threads own is closed once, by the last of them.")
public final class RefCountedExample extends Example {
  @Option(
      names = "--owners",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many threads write to the file.")
  private int owners;

  /** For the launcher. */
  public RefCountedExample() {
    super("B3");
  }

  @Override
  protected void run() throws IOException, InterruptedException {
    requireBetween(1, MAX_THREADS, "--owners", owners);
    Path file = Files.createTempFile("interlock-", ".txt");
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
      RefCounted<FileChannel> mine = RefCounted.of("journal", channel);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < owners; i++) {
        RefCounted<FileChannel> share = mine.share();
        String line = "line of owner " + i + System.lineSeparator();
        threads.add(Threads.startPlatform("owner-" + i, () -> write(share, line)));
      }
      mine.close(); // the others keep the file open
      for (Thread thread : threads) {
        thread.join();
      }
      long lines;
      try (var read = Files.lines(file)) {
        lines = read.count();
      }
      check(lines == owners, "every owner could write, " + lines + " lines");
      check(!channel.isOpen(), "the last owner closed the file");
      check(refusal(mine).contains("journal"), "use after that is an error that names the file");
      out().println(refusal(mine).replace("; ", ";\n  "));
    } finally {
      Files.delete(file);
    }
  }

  private static void write(RefCounted<FileChannel> share, String line) {
    try (share) {
      share.get().write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String refusal(RefCounted<FileChannel> share) {
    try {
      return "no error from " + share.get();
    } catch (ClosedException expected) {
      return String.valueOf(expected.getMessage());
    }
  }
}
