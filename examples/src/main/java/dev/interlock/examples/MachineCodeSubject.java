package dev.interlock.examples;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The methods whose machine code {@link MachineCodeExample} prints; run in a virtual machine of its own. */
final class MachineCodeSubject {
  private static final int ENOUGH_TO_BE_COMPILED = 100_000;
  private static final VarHandle VALUE = findValue();

  private volatile long value;

  private MachineCodeSubject() {}

  static long fetchAndAdd(MachineCodeSubject cell) {
    return (long) VALUE.getAndAdd(cell, 5L);
  }

  static boolean compareAndSet(MachineCodeSubject cell, long expected) {
    return VALUE.compareAndSet(cell, expected, 7L);
  }

  static void releaseStore(MachineCodeSubject cell) {
    VALUE.setRelease(cell, 9L);
  }

  static void volatileStore(MachineCodeSubject cell) {
    VALUE.setVolatile(cell, 9L);
  }

  /** Runs each of them until it is compiled. */
  public static void main(String[] args) {
    MachineCodeSubject cell = new MachineCodeSubject();
    long sum = 0;
    for (int i = 0; i < ENOUGH_TO_BE_COMPILED; i++) {
      sum += fetchAndAdd(cell);
      sum += compareAndSet(cell, i) ? 1 : 0;
      releaseStore(cell);
      volatileStore(cell);
    }
    System.out.println("sum " + sum + ", value " + cell.value);
  }

  private static VarHandle findValue() {
    try {
      return MethodHandles.lookup().findVarHandle(MachineCodeSubject.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
