package dev.interlock.atomic;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A reference that has its cache lines to itself, for heads and tails that several threads write all the
 * time. Where one thread writes at a time, {@link java.util.concurrent.atomic.AtomicReference} does the
 * same in 16 bytes.
 *
 * <p><b>Progress.</b> Wait-free; the methods that take a function are lock-free.
 *
 * <p><b>Memory effects.</b> Those of {@link java.lang.invoke.VarHandle}: the mode in a method's name, and
 * volatile when there is none. A failed {@code compareAndSet} has the effects of a volatile read.
 *
 * <p><b>Ordering and fairness.</b> Linearizable; no thread is preferred to another.
 *
 * <p><b>Blocking and errors.</b> Never waits. Null is a value like others, if {@code T} says so. A function
 * that throws leaves the reference as it was.
 *
 * <p><b>Cost.</b> One access, or one atomic read-modify-write, for each call; the methods that take a
 * function retry when another thread came in between.
 *
 * <p><b>Footprint.</b> 272 bytes with compressed references, so that no other field, of whatever
 * object, lies within 120 bytes of the word. Read from the real layout in {@code PaddedLayoutTest}. Do not
 * make a million of them.
 *
 * <p><b>Source.</b> The technique is that of JCTools' padded indices: superclass fields are laid out
 * before subclass fields, and bytes leave no gap. Differs from {@code @Contended} in needing no option of
 * the virtual machine.
 */
@ProgressGuarantee(
    value = Progress.WAIT_FREE,
    unless = "the processor has no swap: lock-free there")
@SuppressWarnings({"unused", "MultipleNullnessAnnotations"}) // padding is never read
public final class PaddedAtomicReference<T extends @Nullable Object>
    extends PaddedReferenceValue<T> {
  // Laid out as PaddedAtomicLong is: header, 128 bytes, the reference, 128 bytes.
  private byte p00, p01, p02, p03, p04, p05, p06, p07;
  private byte p10, p11, p12, p13, p14, p15, p16, p17;
  private byte p20, p21, p22, p23, p24, p25, p26, p27;
  private byte p30, p31, p32, p33, p34, p35, p36, p37;
  private byte p40, p41, p42, p43, p44, p45, p46, p47;
  private byte p50, p51, p52, p53, p54, p55, p56, p57;
  private byte p60, p61, p62, p63, p64, p65, p66, p67;
  private byte p70, p71, p72, p73, p74, p75, p76, p77;
  private byte p80, p81, p82, p83, p84, p85, p86, p87;
  private byte p90, p91, p92, p93, p94, p95, p96, p97;
  private byte pa0, pa1, pa2, pa3, pa4, pa5, pa6, pa7;
  private byte pb0, pb1, pb2, pb3, pb4, pb5, pb6, pb7;
  private byte pc0, pc1, pc2, pc3, pc4, pc5, pc6, pc7;
  private byte pd0, pd1, pd2, pd3, pd4, pd5, pd6, pd7;
  private byte pe0, pe1, pe2, pe3, pe4, pe5, pe6, pe7;
  private byte pf0, pf1, pf2, pf3, pf4, pf5, pf6, pf7;

  /** The given reference. */
  public PaddedAtomicReference(T initial) {
    super(initial);
  }

  /** The reference. */
  public T get() {
    return value;
  }

  /** Replaces the reference. */
  public void set(T newValue) {
    value = newValue;
  }

  /** The reference, in no order with anything. */
  @SuppressWarnings("unchecked") // only a T is ever stored
  public T getPlain() {
    // Ordering: Plain. What the name of the method promises; the caller knows the partner.
    return (T) VALUE.get(this);
  }

  /** Replaces the reference, in no order with anything. */
  public void setPlain(T newValue) {
    // Ordering: Plain. What the name of the method promises; the caller knows the partner.
    VALUE.set(this, newValue);
  }

  /** The reference; what it leads to need not be visible. */
  @SuppressWarnings("unchecked") // only a T is ever stored
  public T getOpaque() {
    // Ordering: Opaque. What the name of the method promises; the caller knows the partner.
    return (T) VALUE.getOpaque(this);
  }

  /** Replaces the reference; seen in the end, in no order with other words. */
  public void setOpaque(T newValue) {
    // Ordering: Opaque. What the name of the method promises; the caller knows the partner.
    VALUE.setOpaque(this, newValue);
  }

  /** The reference; nothing after this comes before it. */
  @SuppressWarnings("unchecked") // only a T is ever stored
  public T getAcquire() {
    // Ordering: Acquire. What the name of the method promises; the caller knows the partner.
    return (T) VALUE.getAcquire(this);
  }

  /** Replaces the reference; nothing before this comes after it. */
  public void setRelease(T newValue) {
    // Ordering: Release. What the name of the method promises; the caller knows the partner.
    VALUE.setRelease(this, newValue);
  }

  /** Replaces the reference if it is identical to {@code expected}, and says whether it was. */
  public boolean compareAndSet(T expected, T newValue) {
    return VALUE.compareAndSet(this, expected, newValue);
  }

  /** As {@link #compareAndSet}, but gives the reference that was there. */
  @SuppressWarnings("unchecked") // only a T is ever stored
  public T compareAndExchange(T expected, T newValue) {
    return (T) VALUE.compareAndExchange(this, expected, newValue);
  }

  /**
   * As {@link #compareAndSet}, but may fail for no reason, for loops that try again: some processors make it
   * of fewer instructions.
   */
  public boolean weakCompareAndSetVolatile(T expected, T newValue) {
    return VALUE.weakCompareAndSet(this, expected, newValue);
  }

  /** As {@link #weakCompareAndSetVolatile}; in no order with anything. */
  public boolean weakCompareAndSetPlain(T expected, T newValue) {
    // Ordering: Plain. What the name of the method promises; the caller knows the partner.
    return VALUE.weakCompareAndSetPlain(this, expected, newValue);
  }

  /** As {@link #weakCompareAndSetVolatile}; nothing after a success comes before it. */
  public boolean weakCompareAndSetAcquire(T expected, T newValue) {
    // Ordering: Acquire. What the name of the method promises; the caller knows the partner.
    return VALUE.weakCompareAndSetAcquire(this, expected, newValue);
  }

  /** As {@link #weakCompareAndSetVolatile}; nothing before a success comes after it. */
  public boolean weakCompareAndSetRelease(T expected, T newValue) {
    // Ordering: Release. What the name of the method promises; the caller knows the partner.
    return VALUE.weakCompareAndSetRelease(this, expected, newValue);
  }

  /** Replaces the reference and gives the one before. */
  @SuppressWarnings("unchecked") // only a T is ever stored
  public T getAndSet(T newValue) {
    return (T) VALUE.getAndSet(this, newValue);
  }

  /** Replaces the reference by what {@code update}, which may be called several times, makes of it. */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public T updateAndGet(UnaryOperator<T> update) {
    for (; ; ) {
      T before = value;
      T after = update.apply(before);
      if (compareAndSet(before, after)) {
        return after;
      }
    }
  }

  /** As {@link #updateAndGet}, but gives the reference before. */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public T getAndUpdate(UnaryOperator<T> update) {
    for (; ; ) {
      T before = value;
      if (compareAndSet(before, update.apply(before))) {
        return before;
      }
    }
  }

  /** Replaces the reference by what {@code function} makes of it and {@code x}; see {@link #updateAndGet}. */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public T accumulateAndGet(T x, BinaryOperator<T> function) {
    for (; ; ) {
      T before = value;
      T after = function.apply(before, x);
      if (compareAndSet(before, after)) {
        return after;
      }
    }
  }

  /** As {@link #accumulateAndGet}, but gives the reference before. */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public T getAndAccumulate(T x, BinaryOperator<T> function) {
    for (; ; ) {
      T before = value;
      if (compareAndSet(before, function.apply(before, x))) {
        return before;
      }
    }
  }

  @Override
  public String toString() {
    return String.valueOf(value);
  }

  // VarHandle mechanics
  private static final VarHandle VALUE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "value",
          VarHandle.class,
          PaddedReferenceValue.class,
          Object.class);
}
