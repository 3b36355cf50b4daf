package dev.interlock.sync;

import dev.interlock.diagnostics.DeadlockDetector;
import dev.interlock.future.PollFuture;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is made at its first use, once, by the thread that uses it first. Where each caller brings
 * its own way to make it, or the way is a coroutine, take {@link OnceCell}.
 *
 * <pre>{@code
 * private final Lazy<Pattern> pattern = Lazy.of(() -> Pattern.compile(text));
 * ... pattern.get().matcher(line) ...
 * }</pre>
 *
 * <p><b>Progress.</b> Wait-free once there is a value: one volatile read. Before that, blocking.
 *
 * <p><b>Memory effects.</b> Actions of the supplier happen-before actions after any operation that returned
 * its value.
 *
 * <p><b>Ordering and fairness.</b> As {@link OnceCell}: one runs the supplier, the others wait in the order in
 * which they came, and the first of them takes over when the supplier fails and that is not remembered.
 *
 * <p><b>Blocking and errors.</b> {@code get} is not interruptible, as {@link Supplier} has it; an interrupt is
 * kept for later. {@code getInterruptibly} is. What a supplier that throws, or returns null, or asks this
 * object again, does is said at {@link OnceCell}; and what two do that need each other.
 *
 * <p><b>Cost.</b> A hit is one volatile read and a comparison with null.
 *
 * <p><b>Footprint.</b> 40 bytes with compressed references; the queue is made when somebody waits for the
 * first time. The supplier is let go once there is a value.
 *
 * <p><b>Source.</b> The contract of Kotlin's <i>lazy</i> and of JEP 526, <i>Lazy Constants</i>; differs from
 * them in who may wait, and in the choice of what a failure does.
 *
 * @param <T> the type of the value, which is never null
 */
public final class Lazy<T> extends Once<T> implements Supplier<T> {
  /**
   * Read by who has the role, cleared by who has set the value: nobody has the role after that, and who has
   * it comes after the one before.
   */
  private @Nullable Supplier<? extends T> supplier;

  private Lazy(
      @Nullable String name,
      @Nullable DeadlockDetector detector,
      OnFailure onFailure,
      Supplier<? extends T> supplier) {
    super(name, detector, onFailure, null);
    this.supplier = Objects.requireNonNull(supplier, "supplier");
  }

  /** A value that {@code supplier} makes; when that fails, the next who asks tries again. */
  public static <T> Lazy<T> of(Supplier<? extends T> supplier) {
    return new Lazy<>(null, null, OnFailure.RETRY, supplier);
  }

  /** A value that {@code supplier} makes. */
  public static <T> Lazy<T> of(Supplier<? extends T> supplier, OnFailure onFailure) {
    return new Lazy<>(null, null, onFailure, supplier);
  }

  /** As {@link #of}, with a name that errors, dumps and {@code toString} show. */
  public static <T> Lazy<T> named(
      String name, Supplier<? extends T> supplier, OnFailure onFailure) {
    return new Lazy<>(Objects.requireNonNull(name, "name"), null, onFailure, supplier);
  }

  /** A builder, for a detector and what else there is. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options of a lazy value. */
  public static final class Builder {
    private @Nullable String name;
    private @Nullable DeadlockDetector detector;
    private OnFailure onFailure = OnFailure.RETRY;

    private Builder() {}

    /** The name that errors, dumps and {@code toString} show. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** What happens when the supplier throws. */
    public Builder onFailure(OnFailure onFailure) {
      this.onFailure = Objects.requireNonNull(onFailure, "onFailure");
      return this;
    }

    /** Who looks for deadlocks, as {@link OnceCell.Builder#detector}. */
    public Builder detector(DeadlockDetector detector) {
      this.detector = Objects.requireNonNull(detector, "detector");
      return this;
    }

    /** A value that {@code supplier} makes. */
    public <T> Lazy<T> of(Supplier<? extends T> supplier) {
      return new Lazy<>(name, detector, onFailure, supplier);
    }
  }

  /**
   * The value, made now if there is none.
   *
   * @throws dev.interlock.InitialisationException when a failure is remembered
   * @throws IllegalStateException when called by its own supplier
   */
  @Override
  public T get() {
    T v = tryGet();
    return v != null ? v : makeUninterruptibly(this::supply);
  }

  /**
   * As {@link #get}.
   *
   * @throws InterruptedException when interrupted before there was a value
   */
  public T getInterruptibly() throws InterruptedException {
    T v = tryGet();
    return v != null ? v : make(this::supply);
  }

  /** As {@link #get} as a future: queued from its first poll on; its poll may run the supplier. */
  public PollFuture<T> getAsync() {
    return new OnceOperation<>(this, CLAIM, new Makes(this::supply, null));
  }

  /**
   * As {@link #getAsync()}, for a value that is watched.
   *
   * @param party who waits; the thread that runs the supplier is a party by itself
   */
  public PollFuture<T> getAsync(Object party) {
    return new OnceOperation<>(
        this, CLAIM, new Makes(this::supply, Objects.requireNonNull(party, "party")));
  }

  private T supply() {
    return Objects.requireNonNull(supplier, "without the role").get();
  }

  @Override
  void settled() {
    supplier = null;
  }
}
