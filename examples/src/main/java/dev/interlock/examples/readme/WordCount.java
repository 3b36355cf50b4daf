package dev.interlock.examples.readme;

import dev.interlock.channel.Channel;
import dev.interlock.sync.Mutex;
import dev.interlock.sync.MutexGuard;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** The first sample of the README, compiled and run; {@code ReadmeTest} compares the two. */
public final class WordCount {
  private final List<String> text;

  /** Counts the lines of {@code text}. */
  public WordCount(List<String> text) {
    this.text = text;
  }

  private List<String> read() {
    return text;
  }

  /** How often each line stands in the text; the sender runs on {@code threads}. */
  public Map<String, Integer> count(Executor threads) throws InterruptedException {
    // readme:begin
    Channel<String> lines = Channel.bounded(64);
    Mutex<Map<String, Integer>> counts = Mutex.of(new HashMap<>());

    threads.execute(
        () -> { // a platform or a virtual thread sends
          try {
            for (String line : read()) {
              lines.send(line);
            }
            lines.close();
          } catch (InterruptedException e) {
            lines.close(e);
          }
        });
    for (String line : lines) { // this thread receives
      try (MutexGuard<Map<String, Integer>> guard = counts.lock()) {
        guard.get().merge(line, 1, Integer::sum);
      }
    }
    // readme:end
    try (MutexGuard<Map<String, Integer>> guard = counts.lock()) {
      return Map.copyOf(guard.get());
    }
  }
}
