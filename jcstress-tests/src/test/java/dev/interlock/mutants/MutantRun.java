package dev.interlock.mutants;

import dev.interlock.jcstress.page.InProcess;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.runners.TestList;

/** One kind of test against the classes that stand first in the class path, in a process of its own. */
final class MutantRun {
  static final int PASSED = 0;
  static final int FAILED = 3;
  static final int BROKEN = 4;
  static final String VERDICT = "VERDICT ";

  private MutantRun() {}

  /** {@code litmus MILLIS EXPRESSION} or {@code junit EXPRESSION CLASS[#METHOD]...}. */
  public static void main(String[] arguments) {
    PrintStream out = System.out;
    int code;
    try {
      code =
          arguments[0].equals("litmus")
              ? litmus(out, Integer.parseInt(arguments[1]), Pattern.compile(arguments[2]))
              : junit(out, arguments[1], Arrays.asList(arguments).subList(2, arguments.length));
    } catch (Throwable e) {
      e.printStackTrace(out);
      code = BROKEN;
    }
    out.flush();
    Runtime.getRuntime().halt(code); // threads that a mutant has lost do not keep us
  }

  private static int litmus(PrintStream out, int millis, Pattern chosen)
      throws ReflectiveOperationException {
    int run = 0;
    for (String name : new TreeSet<>(TestList.tests())) {
      TestInfo info = TestList.getInfo(name);
      if (!chosen.matcher(name).find() || name.contains(".litmus.") || !canFail(info)) {
        continue;
      }
      run++;
      InProcess.Seen seen = InProcess.run(info, millis, 2, MutantRun.class.getClassLoader());
      String failure = seen.failure(info);
      out.println(name + " " + seen.outcomes());
      if (!failure.isEmpty()) {
        out.println(VERDICT + name.replace("dev.interlock.jcstress.", "") + ": " + failure);
        return FAILED;
      }
    }
    return run == 0 ? noTests(out) : PASSED;
  }

  private static boolean canFail(TestInfo info) {
    return info.unmatched().expect() == Expect.FORBIDDEN
        || info.cases().stream().anyMatch(c -> c.expect() == Expect.FORBIDDEN);
  }

  private static int junit(PrintStream out, String methods, List<String> classes) {
    Pattern chosen = Pattern.compile(methods);
    List<DiscoverySelector> selectors = new ArrayList<>();
    for (String name : classes) {
      selectors.add(
          name.indexOf('#') < 0
              ? DiscoverySelectors.selectClass(name)
              : DiscoverySelectors.selectMethod(name));
    }
    PostDiscoveryFilter filter =
        test ->
            org.junit.platform.engine.FilterResult.includedIf(
                !test.isTest() || chosen.matcher(test.getUniqueId().toString()).find());
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectors).filters(filter).build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    var launcher = LauncherFactory.create();
    TestPlan plan = launcher.discover(request);
    launcher.execute(plan, listener);
    for (Failure failure : listener.getSummary().getFailures()) {
      Throwable cause = failure.getException();
      cause.printStackTrace(out);
      if (cause instanceof VerifyError || cause instanceof NoClassDefFoundError) {
        return BROKEN;
      }
      out.println(
          VERDICT
              + plan.getParent(failure.getTestIdentifier())
                  .map(p -> p.getDisplayName() + ".")
                  .orElse("")
              + failure.getTestIdentifier().getDisplayName());
      return FAILED;
    }
    return listener.getSummary().getTestsSucceededCount() == 0 ? noTests(out) : PASSED;
  }

  private static int noTests(PrintStream out) {
    out.println("no tests");
    return BROKEN;
  }
}
