package dev.interlock.examples;

import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * One runnable example: a command that prints what it did, and checks it. Its exit code is 0 when every
 * check held and 1 when one failed; bad input is 2.
 *
 * <p>A subclass has a {@link Command} annotation with a name and a description of one line, and its
 * sizes as options.
 */
@Command(showDefaultValues = true, sortOptions = false)
public abstract class Example implements Callable<Integer> {
  /** More threads than an example needs, and fewer than a machine refuses. */
  protected static final int MAX_THREADS = 1000;

  private final List<String> scope;
  private boolean checked;
  private boolean failed;

  @Spec private @Nullable CommandSpec spec;

  /** An example for these rows of the scope. */
  protected Example(String... scope) {
    this.scope = List.of(scope);
  }

  /** The rows of the scope that this example shows. */
  public final List<String> scope() {
    return scope;
  }

  /** The options with which {@code run all} runs this example; its defaults unless it says more. */
  public List<String> boundedArguments() {
    return List.of();
  }

  /** Does the work, prints what was seen, and calls {@link #check} for each claim. */
  protected abstract void run() throws Exception;

  @Override
  public final Integer call() throws Exception {
    checked = false;
    failed = false;
    try {
      run();
    } finally {
      out().flush();
    }
    if (!checked) {
      throw new IllegalStateException("the example checked nothing: " + spec().name());
    }
    return failed ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
  }

  /** Notes and prints whether a claim held. */
  protected final void check(boolean held, String claim) {
    checked = true;
    failed |= !held;
    out().println((held ? "[ok]     " : "[FAILED] ") + claim);
  }

  /** Where results go. */
  protected final PrintWriter out() {
    return spec().commandLine().getOut();
  }

  /** Where progress and warnings go. */
  protected final PrintWriter err() {
    return spec().commandLine().getErr();
  }

  /** An error that ends the example with exit code 2 and this sentence. */
  protected final ParameterException badInput(String sentence) {
    return new ParameterException(spec().commandLine(), sentence);
  }

  /** Refuses a size below {@code least}. */
  protected final void requireAtLeast(int least, String option, int value) {
    if (value < least) {
      throw badInput(option + " is " + value + "; it must be " + least + " or more.");
    }
  }

  /** Refuses a size outside of these bounds. */
  protected final void requireBetween(int least, int most, String option, int value) {
    if (value < least || value > most) {
      throw badInput(
          option + " is " + value + "; it must be between " + least + " and " + most + ".");
    }
  }

  private CommandSpec spec() {
    return Objects.requireNonNull(spec, "not run by the launcher");
  }
}
