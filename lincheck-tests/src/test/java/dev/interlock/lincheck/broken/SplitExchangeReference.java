package dev.interlock.lincheck.broken;

/** Its exchange is a get and a set: two callers are given the same reference, and one is given to nobody. */
public final class SplitExchangeReference<T> {
  private volatile T value;

  public SplitExchangeReference(T initial) {
    value = initial;
  }

  public T getAndSet(T newValue) {
    T before = value;
    value = newValue;
    return before;
  }

  public T get() {
    return value;
  }
}
