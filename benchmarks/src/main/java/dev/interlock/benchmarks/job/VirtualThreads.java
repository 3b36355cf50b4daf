package dev.interlock.benchmarks.job;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ThreadFactory;

/** Virtual threads where the JDK has them, reached by name because this is compiled for JDK 17. */
public final class VirtualThreads {
  private static final ThreadFactory FACTORY = find();

  private VirtualThreads() {}

  /** Whether this JDK has them. */
  public static boolean areSupported() {
    return FACTORY != null;
  }

  /** A virtual thread that was not started. */
  public static Thread unstarted(Runnable body) {
    if (FACTORY == null) {
      throw new IllegalStateException("virtual threads need JDK 21 or newer");
    }
    return FACTORY.newThread(body);
  }

  private static ThreadFactory find() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
      MethodHandle ofVirtual =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(builder));
      MethodHandle factory =
          lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
      return (ThreadFactory) factory.invoke(ofVirtual.invoke());
    } catch (ReflectiveOperationException beforeJdk21) {
      return null;
    } catch (Throwable unexpected) {
      throw new ExceptionInInitializerError(unexpected);
    }
  }
}
