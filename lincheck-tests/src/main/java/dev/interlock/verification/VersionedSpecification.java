package dev.interlock.verification;

/** A value that counts its changes. */
public final class VersionedSpecification {
  private Object value;
  private long tag;

  /** Version 0. */
  public VersionedSpecification(Object initial) {
    value = initial;
  }

  /** The value. */
  public Object get() {
    return value;
  }

  /** The value with its number. */
  public String read() {
    return value + " #" + tag;
  }

  /** Replaces if value and number are as expected. */
  public boolean compareAndSet(Object expected, long expectedTag, Object newValue) {
    if (!value.equals(expected) || tag != expectedTag) {
      return false;
    }
    value = newValue;
    tag++;
    return true;
  }

  /** Replaces in any case and returns what was there, with its number. */
  public String getAndSet(Object newValue) {
    String before = read();
    value = newValue;
    tag++;
    return before;
  }
}
