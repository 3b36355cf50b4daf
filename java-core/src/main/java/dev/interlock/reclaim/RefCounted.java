package dev.interlock.reclaim;

import dev.interlock.ClosedException;
import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One share in a resource that several own: it is closed once, by whoever gives up the last share. Each
 * owner has a share of its own. Prefer {@link HazardPointers} or {@link EpochDomain} for readers that
 * come and go often: each share costs two atomic writes to a word that all owners contend for.
 *
 * <pre>{@code
 * RefCounted<FileChannel> mine = RefCounted.of("journal", FileChannel.open(path));
 * RefCounted<FileChannel> theirs = mine.share();      // give it to somebody else
 * mine.get().write(buffer);
 * mine.close();                                       // the channel stays open for them
 * theirs.close();                                     // now it is closed
 * }</pre>
 *
 * <p><b>Progress.</b> {@code get} and {@code isClosed} are wait-free, {@code share} is lock-free: it tries
 * again only when another share came or went. {@code close} takes a fixed number of steps, and the last
 * one runs the closing of the resource, which may block.
 *
 * <p><b>Memory effects.</b> Actions of each owner before it gives up its share happen-before the closing
 * of the resource.
 *
 * <p><b>Ordering and fairness.</b> Linearizable; no fairness is needed.
 *
 * <p><b>Blocking and errors.</b> Use of a share that was given up is a {@link ClosedException} that names
 * the resource and says whether it still lives. Closing a share again does nothing: it takes nothing away
 * from the other owners. What the closing of the resource throws reaches the caller that gave up the last
 * share; a checked exception is wrapped, an {@link IOException} into {@link UncheckedIOException}, any
 * other into {@link IllegalStateException}. More than {@link #MAX_SHARES} shares are an {@link
 * IllegalStateException}. A share that is forgotten keeps the resource open.
 *
 * <p><b>Cost.</b> {@code get}: one volatile load. {@code share}: one compare-and-set. {@code close}: two
 * atomic read-modify-writes.
 *
 * <p><b>Footprint.</b> 24 bytes a share, and 32 once for all.
 *
 * <p><b>Source.</b> The counting of Rust's {@code Arc}; differs in that a share knows whether it was given
 * up, so that a double release cannot take the share of somebody else.
 *
 * @param <T> the resource
 */
@ProgressGuarantee(Progress.LOCK_FREE)
public final class RefCounted<T> implements AutoCloseable {
  /*
   * shares (of the resource):  1, 2, ... up and down;  0 is final, and who makes it 0 closes
   * given (of each share):     false -> true, once, by compare-and-set; who succeeds takes 1 from shares
   *
   * Invariant: shares is the number of shares that were not given up, or are being given up: given is
   * true and shares not yet lowered. So it cannot reach 0 while one is still good.
   *
   * share() raises by compare-and-set and never from 0, because the share that it is called on may be
   * given up meanwhile by another thread, which is against the rules but must not revive the dead.
   *
   * Linearization: share at its successful compare-and-set; close at the compare-and-set on given for
   * the share, at the step to 0 for the resource.
   *
   * Rejected: one object for all owners with retain() and release(): a release too many takes the
   * resource from somebody else, and the error shows up there.
   */

  /** The most shares that one resource can have. */
  public static final int MAX_SHARES = Integer.MAX_VALUE;

  private final Resource<T> resource;
  private volatile boolean given;

  private RefCounted(Resource<T> resource) {
    this.resource = resource;
  }

  /** The first share of {@code resource}, which its last owner closes. */
  public static <T extends AutoCloseable> RefCounted<T> of(T resource) {
    return new RefCounted<>(new Resource<>(null, resource, RefCounted::closeUnchecked));
  }

  /** The same with a name for errors and {@code toString}. */
  public static <T extends AutoCloseable> RefCounted<T> of(String name, T resource) {
    return new RefCounted<>(
        new Resource<>(Objects.requireNonNull(name, "name"), resource, RefCounted::closeUnchecked));
  }

  /** The first share of a resource that is closed by {@code closer}. */
  public static <T> RefCounted<T> of(String name, T resource, Consumer<? super T> closer) {
    return new RefCounted<>(
        new Resource<>(
            Objects.requireNonNull(name, "name"),
            resource,
            Objects.requireNonNull(closer, "closer")));
  }

  /**
   * The resource, to be used until this share is given up and not later.
   *
   * @throws ClosedException when this share was given up
   */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public T get() {
    if (given) {
      throw closed("used");
    }
    return resource.value;
  }

  /**
   * One more share, for another owner.
   *
   * @throws ClosedException when this share was given up
   * @throws IllegalStateException when there are {@link #MAX_SHARES} already
   */
  public RefCounted<T> share() {
    if (given || !resource.tryAdd()) {
      throw closed("shared");
    }
    return new RefCounted<>(resource);
  }

  /** Gives up this share; the last one closes the resource. Again: nothing. */
  @Override
  @ProgressGuarantee(
      value = Progress.WAIT_FREE,
      unless = "it gives up the last share: then it closes the resource, which may block")
  public void close() {
    if (!given && GIVEN.compareAndSet(this, false, true)) {
      resource.remove();
    }
  }

  /** Whether this share was given up. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public boolean isClosed() {
    return given;
  }

  /** How many shares the resource has; 0 when it was closed. */
  @ProgressGuarantee(Progress.WAIT_FREE)
  public int shares() {
    return resource.shares;
  }

  @Override
  public String toString() {
    return resource.objectName()
        + "["
        + (given ? "given up" : "held")
        + ", shares="
        + resource.shares
        + "]";
  }

  private ClosedException closed(String how) {
    int shares = resource.shares;
    return new ClosedException(
        "a share of "
            + resource.objectName()
            + " was "
            + how
            + " after it was given up; "
            + (shares == 0
                ? "the last owner has closed the resource: "
                : "others still hold " + shares + " shares, but not this one: ")
            + "take a share of your own before you hand it on",
        null);
  }

  private static void closeUnchecked(AutoCloseable resource) {
    try {
      resource.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while closing " + resource, e);
    } catch (Exception e) {
      throw new IllegalStateException("closing " + resource + " failed", e);
    }
  }

  /** What the shares share. */
  private static final class Resource<T> {
    private final @Nullable String name;
    private final T value;
    private final Consumer<? super T> closer;
    private volatile int shares = 1;

    Resource(@Nullable String name, T value, Consumer<? super T> closer) {
      this.name = name;
      this.value = Objects.requireNonNull(value, "resource");
      this.closer = closer;
    }

    /** False when it is closed. */
    boolean tryAdd() {
      for (int n; (n = shares) != 0; ) {
        if (n == MAX_SHARES) {
          throw new IllegalStateException(
              objectName() + " has " + MAX_SHARES + " shares; give some up before sharing again");
        }
        if (SHARES.compareAndSet(this, n, n + 1)) {
          return true;
        }
      }
      return false;
    }

    void remove() {
      if ((int) SHARES.getAndAdd(this, -1) == 1) {
        closer.accept(value);
      }
    }

    String objectName() {
      return "RefCounted("
          + (name != null
              ? name
              : value.getClass().getSimpleName()
                  + "@"
                  + Integer.toHexString(System.identityHashCode(value)))
          + ")";
    }

    // VarHandle mechanics
    private static final VarHandle SHARES =
        ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "shares", VarHandle.class, Resource.class, int.class);
  }

  // VarHandle mechanics
  private static final VarHandle GIVEN =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "given", VarHandle.class, RefCounted.class, boolean.class);
}
