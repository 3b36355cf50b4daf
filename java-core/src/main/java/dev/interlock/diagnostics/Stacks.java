package dev.interlock.diagnostics;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stacks as a person wants to see them: from the call of the user on. */
final class Stacks {
  /** More frames than that of one stack are noise in a report. */
  private static final int MOST_SHOWN = 12;

  private Stacks() {}

  static List<StackTraceElement> of(@Nullable Throwable captured) {
    return captured == null ? List.of() : withoutTop(captured.getStackTrace());
  }

  /** Where a thread is now; for one that waits that is where it waits. */
  static List<StackTraceElement> of(Thread thread) {
    return withoutTop(
        thread == Thread.currentThread()
            ? new Throwable().getStackTrace()
            : thread.getStackTrace());
  }

  static void append(
      StringBuilder text, String heading, String indent, List<StackTraceElement> stack) {
    if (stack.isEmpty()) {
      return;
    }
    text.append(heading);
    for (int i = 0; i < Math.min(stack.size(), MOST_SHOWN); i++) {
      text.append('\n').append(indent).append(stack.get(i));
    }
    if (stack.size() > MOST_SHOWN) {
      text.append('\n').append(indent).append("... ").append(stack.size() - MOST_SHOWN);
    }
  }

  private static List<StackTraceElement> withoutTop(StackTraceElement[] stack) {
    int from = 0;
    while (from < stack.length && isOurs(stack[from].getClassName())) {
      from++;
    }
    List<StackTraceElement> rest = new ArrayList<>(stack.length - from);
    for (int i = from; i < stack.length; i++) {
      rest.add(stack[i]);
    }
    return rest;
  }

  /** The machinery of waiting and noting; the call of the lock itself is shown. */
  private static boolean isOurs(String name) {
    return name.startsWith("java.")
        || name.startsWith("jdk.internal.")
        || name.startsWith("dev.interlock.internal.")
        || name.equals(Stacks.class.getName())
        || name.equals(Watch.class.getName())
        || name.equals(SharedWatch.class.getName())
        || name.equals(Wait.class.getName())
        || name.equals(DeadlockDetector.class.getName())
        || name.equals("dev.interlock.sync.Synchronizer")
        || name.equals("dev.interlock.sync.Entry")
        || name.startsWith("dev.interlock.sync.PhaseFairLock")
        || name.equals("dev.interlock.sync.WaitNote");
  }
}
