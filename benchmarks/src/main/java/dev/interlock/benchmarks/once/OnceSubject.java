package dev.interlock.benchmarks.once;

/** A value that is made at its first use. */
public interface OnceSubject {
  /** The value, made now if there is none. */
  Object get();
}
