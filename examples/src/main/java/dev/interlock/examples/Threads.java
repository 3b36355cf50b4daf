package dev.interlock.examples;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Threads of both kinds, from bytecode that runs on JDKs with only one. */
public final class Threads {
  private static final @Nullable MethodHandle UNSTARTED_VIRTUAL = findUnstartedVirtual();

  private Threads() {}

  /** Whether this JDK has virtual threads. */
  public static boolean hasVirtual() {
    return UNSTARTED_VIRTUAL != null;
  }

  /** A started platform thread. */
  public static Thread startPlatform(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.start();
    return thread;
  }

  /**
   * A started virtual thread.
   *
   * @throws UnsupportedOperationException when this JDK has none
   */
  public static Thread startVirtual(String name, Runnable body) {
    if (UNSTARTED_VIRTUAL == null) {
      throw new UnsupportedOperationException(
          "this JDK has no virtual threads: " + Runtime.version());
    }
    try {
      Thread thread = (Thread) UNSTARTED_VIRTUAL.invoke(Objects.requireNonNull(body, "body"));
      thread.setName(name);
      thread.start();
      return thread;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // the method called declares none
      throw new AssertionError(e);
    }
  }

  /** Thread.ofVirtual().unstarted(body), found by name: the sources are compiled for Java 17. */
  private static @Nullable MethodHandle findUnstartedVirtual() {
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    try {
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> virtualBuilder = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object ofVirtual =
          lookup
              .findStatic(Thread.class, "ofVirtual", MethodType.methodType(virtualBuilder))
              .invoke();
      return lookup
          .findVirtual(builder, "unstarted", MethodType.methodType(Thread.class, Runnable.class))
          .bindTo(ofVirtual);
    } catch (ReflectiveOperationException | UnsupportedOperationException notThisJdk) {
      return null;
    } catch (Throwable e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
