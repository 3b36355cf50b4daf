package dev.interlock.testing;

import java.lang.reflect.Method;
import java.util.concurrent.Callable;

/** The kinds of thread that may wait. */
public enum Kind {
  PLATFORM {
    @Override
    Thread startThread(Runnable body) {
      Thread thread = new Thread(body);
      thread.setDaemon(true); // one that hangs fails its test, and must not keep the others
      thread.start();
      return thread;
    }
  },
  /** A platform thread where the JDK has no virtual ones, so that no test is skipped there. */
  VIRTUAL {
    @Override
    Thread startThread(Runnable body) {
      if (START_VIRTUAL == null) {
        return PLATFORM.startThread(body);
      }
      try {
        return (Thread) START_VIRTUAL.invoke(null, body);
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
  };

  private static final Method START_VIRTUAL = findStartVirtual();

  abstract Thread startThread(Runnable body);

  /** Runs {@code body} on a new thread of this kind. */
  public <T> Running<T> start(Callable<? extends T> body) {
    return new Running<>(this, body);
  }

  /** Whether this JDK has virtual threads. */
  public static boolean hasVirtual() {
    return START_VIRTUAL != null;
  }

  private static Method findStartVirtual() {
    try {
      return Thread.class.getMethod("startVirtualThread", Runnable.class);
    } catch (NoSuchMethodException beforeJdk21) {
      return null;
    }
  }
}
