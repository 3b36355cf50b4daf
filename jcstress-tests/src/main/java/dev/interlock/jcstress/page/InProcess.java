package dev.interlock.jcstress.page;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.StateCase;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.SpinLoopStyle;

/**
 * Runs a test of the harness in this very process: no forks, no choice of compilers, and more threads than
 * processors if need be. Quicker than the harness and less thorough.
 */
public final class InProcess {
  private static final int STRIDE = 256;
  private static final int STRIDES = 40;
  private static final int FOOTPRINT_MB = 64;

  private InProcess() {}

  /** How often each outcome was seen, and what went wrong besides. */
  public record Seen(String test, Map<String, Long> outcomes, Status status, String message) {
    /** The first forbidden outcome, or other failure; an empty text if there is none. */
    public String failure(TestInfo info) {
      if (status != Status.NORMAL) {
        return status + (message.isEmpty() ? "" : ": " + message);
      }
      for (Map.Entry<String, Long> outcome : outcomes.entrySet()) {
        if (expectOf(info, outcome.getKey()) == Expect.FORBIDDEN) {
          return "forbidden outcome " + outcome.getKey() + ", " + outcome.getValue() + " times";
        }
      }
      return "";
    }
  }

  /** What the test says of an outcome: exactly first, then by pattern, then by its default. */
  public static Expect expectOf(TestInfo info, String outcome) {
    for (StateCase c : info.cases()) {
      if (c.matchesExactly(outcome)) {
        return c.expect();
      }
    }
    for (StateCase c : info.cases()) {
      if (c.matches(outcome)) {
        return c.expect();
      }
    }
    return info.unmatched().expect();
  }

  /** Runs the test {@code iterations} times for about {@code millis} each. */
  public static Seen run(TestInfo info, int millis, int iterations, ClassLoader loader)
      throws ReflectiveOperationException {
    boolean crowded = info.threads() > Runtime.getRuntime().availableProcessors();
    SpinLoopStyle style = crowded ? SpinLoopStyle.THREAD_YIELD : SpinLoopStyle.THREAD_SPIN_WAIT;
    ForkedTestConfig config = config(info.generatedRunner(), style, millis, iterations);
    Runner<?> runner =
        (Runner<?>)
            Class.forName(info.generatedRunner(), true, loader)
                .getConstructor(ForkedTestConfig.class)
                .newInstance(config);
    TestResult result = runner.run();
    Map<String, Long> outcomes = new TreeMap<>();
    for (String state : result.getStateKeys()) {
      outcomes.merge(state, result.getCount(state), Long::sum);
    }
    String message = result.getMessages().isEmpty() ? "" : result.getMessages().get(0);
    return new Seen(info.name(), outcomes, result.status(), message);
  }

  /** The harness hands its settings to a fork in this form, which is the only one that we may make. */
  private static ForkedTestConfig config(
      String runner, SpinLoopStyle style, int millis, int iterations) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(style.ordinal());
      out.writeInt(millis);
      out.writeInt(iterations);
      out.writeUTF(runner);
      out.writeInt(FOOTPRINT_MB);
      out.writeInt(STRIDE);
      out.writeInt(STRIDES);
      out.writeBoolean(false); // no binding of threads to processors
      out.flush();
      return new ForkedTestConfig(
          new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    } catch (IOException e) {
      throw new AssertionError("in memory", e);
    }
  }
}
