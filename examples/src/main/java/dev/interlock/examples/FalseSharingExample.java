package dev.interlock.examples;

import dev.interlock.atomic.PaddedAtomicLong;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Each thread adds to a word of its own. How far the words lie apart in memory decides how long that takes:
 * a cache line has one owner at a time.
 */
@Command(
    name = "false-sharing",
    description = "Words of different threads at growing distances, and padded; with a plot.")
public final class FalseSharingExample extends Example {
  private static final int[] DISTANCES = {8, 16, 32, 64, 128, 256};
  private static final String PADDED = "PaddedAtomicLong";
  private static final int BAR = 50;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many threads add, each to its own word.")
  private int threads;

  @Option(
      names = "--increments",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "How often each of them adds.")
  private int increments;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also write the plot as a page that needs no network.")
  private @Nullable Path html;

  private long added;

  /** For the launcher. */
  public FalseSharingExample() {
    super("A8");
  }

  @Override
  protected void run() throws Exception {
    requireBetween(1, 64, "--threads", threads);
    requireAtLeast(1, "--increments", increments);

    Map<String, Double> nanos = new LinkedHashMap<>();
    long sum = 0;
    for (int round = 0; round < 3; round++) { // the first warms up; the best of all counts
      for (int distance : DISTANCES) {
        int step = distance / Long.BYTES;
        AtomicLongArray words = new AtomicLongArray(64 + threads * step);
        best(
            nanos,
            distance + " bytes apart",
            time(i -> () -> words.incrementAndGet(32 + i * step)));
        for (int i = 0; i < threads; i++) {
          sum += words.get(32 + i * step);
        }
      }
      PaddedAtomicLong[] padded = new PaddedAtomicLong[threads];
      for (int i = 0; i < threads; i++) {
        padded[i] = new PaddedAtomicLong();
      }
      best(nanos, PADDED, time(i -> padded[i]::incrementAndGet));
      for (PaddedAtomicLong word : padded) {
        sum += word.get();
      }
    }

    double most = nanos.values().stream().mapToDouble(d -> d).max().orElseThrow();
    out().println("Nanoseconds for one addition by one of " + threads + " threads:");
    out().println();
    nanos.forEach(
        (name, value) ->
            out()
                .println(
                    String.format(
                        Locale.ROOT,
                        "%-18s %8.1f  %s",
                        name,
                        value,
                        "#".repeat((int) Math.max(1, Math.round(BAR * value / most))))));
    out().println();
    double near = nanos.getOrDefault(DISTANCES[0] + " bytes apart", 0.0);
    double padded = nanos.getOrDefault(PADDED, 1.0);
    out()
        .println(
            String.format(
                Locale.ROOT,
                "Padded words are %.1f times as fast as words that lie side by side.",
                near / padded));
    if (near < 1.2 * padded) {
      out().println("No false sharing was seen: it takes threads that run at the same time on");
      out()
          .println("different cores. Try more --increments, on a machine with nothing else to do.");
    }
    check(sum == added, "every addition is in a word, wherever the word lies");
    if (html != null) {
      writePage(html, nanos);
      out().println("Plot: " + html.toAbsolutePath());
    }
  }

  private static void best(Map<String, Double> nanos, String name, double value) {
    nanos.merge(name, value, Math::min);
  }

  /** Nanoseconds for an addition of one thread, from the first start to the last end. */
  private double time(IntFunction<Runnable> additions) throws InterruptedException {
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Runnable add = additions.apply(t);
      running.add(
          Threads.startPlatform(
              "adder-" + t,
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  return; // nobody does that; the sum would show it
                }
                for (int i = 0; i < increments; i++) {
                  add.run();
                }
              }));
    }
    long began = System.nanoTime();
    start.countDown();
    for (Thread thread : running) {
      thread.join();
    }
    added += (long) threads * increments;
    return (double) (System.nanoTime() - began) / increments;
  }

  private static void writePage(Path target, Map<String, Double> nanos) throws IOException {
    StringBuilder labels = new StringBuilder();
    StringBuilder values = new StringBuilder();
    StringBuilder rows = new StringBuilder();
    nanos.forEach(
        (name, value) -> {
          String number = String.format(Locale.ROOT, "%.2f", value);
          labels.append('"').append(name).append("\",");
          values.append(number).append(',');
          rows.append("<tr><td>").append(name).append("</td><td>").append(number);
          rows.append("</td></tr>\n");
        });
    String page =
        """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>False sharing</title>
        <style>body{font-family:sans-serif;max-width:50em;margin:2em auto;padding:0 1em}
        td{padding:.1em 1em .1em 0}td+td{text-align:right}</style></head>
        <body><h1>False sharing</h1>
        <p>Nanoseconds for one addition of a thread to its own word, by the distance of the words.</p>
        <canvas id="plot" height="140"></canvas>
        <table>
        %s</table>
        <script>%s</script>
        <script>new Chart(document.getElementById("plot"),{type:"bar",data:{labels:[%s],
        datasets:[{label:"ns for an addition",data:[%s]}]},
        options:{animation:false,scales:{y:{beginAtZero:true}}}});</script>
        </body></html>
        """
            .formatted(rows, chartScript(), labels, values);
    Files.writeString(target, page, StandardCharsets.UTF_8);
  }

  /** The chart library, which lies on the class path under a directory named by its version. */
  private static String chartScript() throws IOException {
    Properties properties = new Properties();
    properties.load(
        new StringReader(resource("/META-INF/maven/org.webjars.npm/chart.js/pom.properties")));
    String base = "/META-INF/resources/webjars/chart.js/" + properties.getProperty("version") + "/";
    String script =
        resource(base + "dist/chart.umd.min.js").replaceAll("(?m)^//# sourceMappingURL=.*$", "");
    if (script.contains("</script")) {
      throw new IOException("the chart library cannot stand in a page: it contains </script");
    }
    return "/*\n" + resource(base + "LICENSE.md").replace("*/", "") + "*/\n" + script;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = FalseSharingExample.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("not on the class path: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
