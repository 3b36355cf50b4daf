package dev.interlock.benchmarks.lock;

/** What a mutex guards that owns its value. */
final class Count {
  long value;
}
