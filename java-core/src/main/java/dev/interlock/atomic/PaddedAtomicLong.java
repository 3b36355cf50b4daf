package dev.interlock.atomic;

import dev.interlock.annotation.Progress;
import dev.interlock.annotation.ProgressGuarantee;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * A {@code long} that has its cache lines to itself, for words that several threads write all the time.
 * Where one thread writes at a time, {@link java.util.concurrent.atomic.AtomicLong} does the same in 24
 * bytes.
 *
 * <p><b>Progress.</b> Wait-free; the methods that take a function are lock-free.
 *
 * <p><b>Memory effects.</b> Those of {@link java.lang.invoke.VarHandle}: the mode in a method's name, and
 * volatile when there is none. A failed {@code compareAndSet} has the effects of a volatile read.
 *
 * <p><b>Ordering and fairness.</b> Linearizable; no thread is preferred to another.
 *
 * <p><b>Blocking and errors.</b> Never waits. A function that throws leaves the word as it was. Additions wrap
 * around.
 *
 * <p><b>Cost.</b> One access, or one atomic read-modify-write, for each call; the methods that take a
 * function retry when another thread came in between.
 *
 * <p><b>Footprint.</b> 280 bytes with compressed references, so that no other field, of whatever
 * object, lies within 120 bytes of the word. Read from the real layout in {@code PaddedLayoutTest}. Do not
 * make a million of them.
 *
 * <p><b>Source.</b> The technique is that of JCTools' padded indices: superclass fields are laid out
 * before subclass fields, and bytes leave no gap. Differs from {@code @Contended} in needing no option of
 * the virtual machine.
 */
@ProgressGuarantee(
    value = Progress.WAIT_FREE,
    unless = "the processor has no fetch-and-add or swap: lock-free there")
@SuppressWarnings({"unused", "MultipleNullnessAnnotations"}) // padding is never read
public final class PaddedAtomicLong extends PaddedLongValue {
  /*
   *   | header | 64 + 64 bytes | value | 128 bytes |
   *     8..16    LeadingPad,     8       this class
   *              WideLeadingPad
   *
   * Each bracket is a class; the next one's fields follow behind it. A virtual machine may fill the gap
   * that alignment leaves in front of `value` with bytes of this class, at most seven of them.
   */
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

  /** Zero. */
  public PaddedAtomicLong() {
    this(0);
  }

  /** The given value. */
  public PaddedAtomicLong(long initial) {
    super(initial);
  }

  /** The value. */
  public long get() {
    return value;
  }

  /** Replaces the value. */
  public void set(long newValue) {
    value = newValue;
  }

  /** The value, in no order with anything. */
  public long getPlain() {
    // Ordering: Plain. What the name of the method promises; the caller knows the partner.
    return (long) VALUE.get(this);
  }

  /** Replaces the value, in no order with anything. */
  public void setPlain(long newValue) {
    // Ordering: Plain. What the name of the method promises; the caller knows the partner.
    VALUE.set(this, newValue);
  }

  /** The value; never cached by the compiler, in no order with other words. */
  public long getOpaque() {
    // Ordering: Opaque. What the name of the method promises; the caller knows the partner.
    return (long) VALUE.getOpaque(this);
  }

  /** Replaces the value; seen in the end, in no order with other words. */
  public void setOpaque(long newValue) {
    // Ordering: Opaque. What the name of the method promises; the caller knows the partner.
    VALUE.setOpaque(this, newValue);
  }

  /** The value; nothing after this comes before it. */
  public long getAcquire() {
    // Ordering: Acquire. What the name of the method promises; the caller knows the partner.
    return (long) VALUE.getAcquire(this);
  }

  /** Replaces the value; nothing before this comes after it. */
  public void setRelease(long newValue) {
    // Ordering: Release. What the name of the method promises; the caller knows the partner.
    VALUE.setRelease(this, newValue);
  }

  /** Replaces the value if it is {@code expected}, and says whether it was. */
  public boolean compareAndSet(long expected, long newValue) {
    return VALUE.compareAndSet(this, expected, newValue);
  }

  /** As {@link #compareAndSet}, but gives the value that was there. */
  public long compareAndExchange(long expected, long newValue) {
    return (long) VALUE.compareAndExchange(this, expected, newValue);
  }

  /**
   * As {@link #compareAndSet}, but may fail for no reason, for loops that try again: some processors make it
   * of fewer instructions.
   */
  public boolean weakCompareAndSetVolatile(long expected, long newValue) {
    return VALUE.weakCompareAndSet(this, expected, newValue);
  }

  /** As {@link #weakCompareAndSetVolatile}; in no order with anything. */
  public boolean weakCompareAndSetPlain(long expected, long newValue) {
    // Ordering: Plain. What the name of the method promises; the caller knows the partner.
    return VALUE.weakCompareAndSetPlain(this, expected, newValue);
  }

  /** As {@link #weakCompareAndSetVolatile}; nothing after a success comes before it. */
  public boolean weakCompareAndSetAcquire(long expected, long newValue) {
    // Ordering: Acquire. What the name of the method promises; the caller knows the partner.
    return VALUE.weakCompareAndSetAcquire(this, expected, newValue);
  }

  /** As {@link #weakCompareAndSetVolatile}; nothing before a success comes after it. */
  public boolean weakCompareAndSetRelease(long expected, long newValue) {
    // Ordering: Release. What the name of the method promises; the caller knows the partner.
    return VALUE.weakCompareAndSetRelease(this, expected, newValue);
  }

  /** Replaces the value and gives the one before. */
  public long getAndSet(long newValue) {
    return (long) VALUE.getAndSet(this, newValue);
  }

  /** Adds and gives the value before. */
  public long getAndAdd(long delta) {
    return (long) VALUE.getAndAdd(this, delta);
  }

  /** Adds one and gives the value before. */
  public long getAndIncrement() {
    return getAndAdd(1);
  }

  /** Subtracts one and gives the value before. */
  public long getAndDecrement() {
    return getAndAdd(-1);
  }

  /** Adds and gives the sum. */
  public long addAndGet(long delta) {
    return getAndAdd(delta) + delta;
  }

  /** Adds one and gives the sum. */
  public long incrementAndGet() {
    return getAndAdd(1) + 1;
  }

  /** Subtracts one and gives the difference. */
  public long decrementAndGet() {
    return getAndAdd(-1) - 1;
  }

  /** Replaces the value by what {@code update}, which may be called several times, makes of it. */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public long updateAndGet(LongUnaryOperator update) {
    for (; ; ) {
      long before = value;
      long after = update.applyAsLong(before);
      if (compareAndSet(before, after)) {
        return after;
      }
    }
  }

  /** As {@link #updateAndGet}, but gives the value before. */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public long getAndUpdate(LongUnaryOperator update) {
    for (; ; ) {
      long before = value;
      if (compareAndSet(before, update.applyAsLong(before))) {
        return before;
      }
    }
  }

  /** Replaces the value by what {@code function} makes of it and {@code x}; see {@link #updateAndGet}. */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public long accumulateAndGet(long x, LongBinaryOperator function) {
    for (; ; ) {
      long before = value;
      long after = function.applyAsLong(before, x);
      if (compareAndSet(before, after)) {
        return after;
      }
    }
  }

  /** As {@link #accumulateAndGet}, but gives the value before. */
  @ProgressGuarantee(Progress.LOCK_FREE)
  public long getAndAccumulate(long x, LongBinaryOperator function) {
    for (; ; ) {
      long before = value;
      if (compareAndSet(before, function.applyAsLong(before, x))) {
        return before;
      }
    }
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }

  // VarHandle mechanics
  private static final VarHandle VALUE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "value", VarHandle.class, PaddedLongValue.class, long.class);
}
