package dev.interlock.lincheck;

import dev.interlock.ClosedException;
import dev.interlock.reclaim.EpochDomain;
import dev.interlock.reclaim.HazardPointers;
import dev.interlock.reclaim.OffHeapSlab;
import dev.interlock.reclaim.ReclamationFigures;
import dev.interlock.reclaim.RefCounted;
import dev.interlock.reclaim.VisibleSlab;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * A register whose value stands in a slot of a poisoning slab: each write takes a new slot and retires the
 * old one. It is linearizable, and no read meets a slot that was released, whether hazard pointers or
 * epochs keep it. Participants join and leave in each operation, and stay over two in some.
 */
class ReclamationLincheckTest {
  /** What both registers share. */
  public abstract static class Register extends Operations {
    // The first slot and one for each write of a deep execution, should none be reclaimed.
    final OffHeapSlab slab = VisibleSlab.of(12, 1);
    final AtomicLong current = new AtomicLong();

    Register() {
      current.set(slotWith(0));
    }

    final long slotWith(int value) {
      long slot = slab.acquire();
      slab.set(slot, 0, value);
      return slot;
    }
  }

  @Param(name = "v", gen = IntGen.class, conf = "1:3")
  public static class HazardRegister extends Register {
    private final HazardPointers domain = HazardPointers.named("d", 1, 1);

    @Operation
    public long read() {
      try (HazardPointers.Participant p = domain.join()) {
        return slab.get(p.protect(0, current::get), 0);
      }
    }

    /** By publish and a look of one's own; the name stays protected while its slot is read twice. */
    @Operation
    public long readTwice() {
      try (HazardPointers.Participant p = domain.join()) {
        long slot;
        do {
          slot = current.get();
          p.publish(0, slot);
        } while (current.get() != slot);
        long value = slab.get(slot, 0);
        long again = slab.get(slot, 0);
        p.clear(0);
        return value == again ? value : -1;
      }
    }

    @Operation
    public void write(@Param(name = "v") int v) {
      try (HazardPointers.Participant p = domain.join()) {
        p.retire(current.getAndSet(slotWith(v)), slab.releaser());
      }
    }

    /** Two writes retired by one participant, with a scan between them. */
    @Operation
    public void writeScan(@Param(name = "v") int v) {
      try (HazardPointers.Participant p = domain.join()) {
        p.retire(current.getAndSet(slotWith(v)), slab.releaser());
        p.scan();
      }
    }

    @Operation
    public void scan() {
      domain.scan();
    }

    @Operation
    public boolean figuresHold() {
      ReclamationFigures f = domain.figures();
      return f.pending() >= 0 && f.peak() <= domain.garbageBound();
    }
  }

  @Param(name = "v", gen = IntGen.class, conf = "1:3")
  public static class EpochRegister extends Register {
    private final EpochDomain domain = EpochDomain.builder().name("d").collectEvery(1).build();

    @Operation
    public long read() {
      try (EpochDomain.Participant p = domain.join();
          EpochDomain.Guard guard = p.pin()) {
        return slab.get(current.get(), 0);
      }
    }

    @Operation
    public long readTwice() {
      try (EpochDomain.Participant p = domain.join();
          EpochDomain.Guard guard = p.pin()) {
        long slot = current.get();
        long value = slab.get(slot, 0);
        long again = slab.get(slot, 0);
        return value == again ? value : -1;
      }
    }

    @Operation
    public void write(@Param(name = "v") int v) {
      try (EpochDomain.Participant p = domain.join()) {
        p.defer(current.getAndSet(slotWith(v)), slab.releaser());
        p.collect();
      }
    }

    /** Retires under its own pin. */
    @Operation
    public void writePinned(@Param(name = "v") int v) {
      try (EpochDomain.Participant p = domain.join()) {
        try (EpochDomain.Guard guard = p.pin()) {
          p.defer(current.getAndSet(slotWith(v)), slab.releaser());
        }
        p.collect();
        p.collect();
      }
    }

    @Operation
    public void collect() {
      domain.collect();
    }

    @Operation
    public boolean figuresHold() {
      ReclamationFigures f = domain.figures();
      return f.pending() >= 0 && f.reclaimed() <= f.retired();
    }
  }

  /** A register. */
  public static class RegisterSpecification {
    private long value;

    public long read() {
      return value;
    }

    public long readTwice() {
      return value;
    }

    public void write(int v) {
      value = v;
    }

    public void writeScan(int v) {
      value = v;
    }

    public void writePinned(int v) {
      value = v;
    }

    public void scan() {}

    public void collect() {}

    public boolean figuresHold() {
      return true;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof RegisterSpecification s && value == s.value;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(value);
    }
  }

  /**
   * Slots of a slab. A release is not one step: the handle is stale first, and the slot can be had later,
   * so what is checked is that no slot has two owners, not which one comes next.
   */
  @Param(name = "v", gen = IntGen.class, conf = "1:3")
  public static class SlabOperations extends Operations {
    // For a deep execution: one slot kept before, two by each of three threads, then two in use by
    // each.
    private final OffHeapSlab slab = VisibleSlab.of(14, 1);

    /** Takes a slot, writes, reads it again, gives it back. */
    @Operation
    public boolean use(@Param(name = "v") int v) {
      long slot = slab.acquire();
      slab.set(slot, 0, v);
      boolean mine = slab.isLive(slot) && slab.get(slot, 0) == v;
      slab.release(slot);
      return mine && !slab.isLive(slot);
    }

    /** Two at a time, given back in the order in which they were taken. */
    @Operation
    public boolean useTwo(@Param(name = "v") int v) {
      long a = slab.acquire();
      long b = slab.acquire();
      slab.setVolatile(a, 0, v);
      slab.setVolatile(b, 0, -v);
      boolean mine = slab.compareAndSet(a, 0, v, v + 1) && slab.getVolatile(b, 0) == -v;
      slab.release(a);
      slab.release(b);
      return mine;
    }

    /** Takes a slot for good. */
    @Operation
    public boolean keep() {
      return slab.tryAcquire() != OffHeapSlab.NONE;
    }
  }

  /** Always true, as long as there are slots. */
  public static class SlabSpecification {
    public boolean use(int v) {
      return true;
    }

    public boolean useTwo(int v) {
      return true;
    }

    public boolean keep() {
      return true;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof SlabSpecification;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  /** Two shares of one resource, used and given up by everybody; new ones are kept. */
  @Param(name = "i", gen = IntGen.class, conf = "0:1")
  public static class RefCountedOperations extends Operations {
    private final AtomicInteger closings = new AtomicInteger();
    private final RefCounted<String> first =
        RefCounted.of("r", "value", v -> closings.incrementAndGet());
    private final RefCounted<String> second = first.share();

    private RefCounted<String> of(int i) {
      return i == 0 ? first : second;
    }

    @Operation
    public String get(@Param(name = "i") int i) {
      return of(i).get();
    }

    @Operation
    public String share(@Param(name = "i") int i) {
      return of(i).share().get();
    }

    @Operation
    public void close(@Param(name = "i") int i) {
      of(i).close();
    }

    @Operation
    public boolean isClosed(@Param(name = "i") int i) {
      return of(i).isClosed();
    }

    @Operation
    public boolean closedTwice() {
      return closings.get() > 1;
    }
  }

  /** Who has given up. */
  public static class RefCountedSpecification {
    private final boolean[] given = new boolean[2];

    public String get(int i) {
      if (given[i]) {
        throw new ClosedException("closed", null);
      }
      return "value";
    }

    public String share(int i) {
      return get(i);
    }

    public void close(int i) {
      given[i] = true;
    }

    public boolean isClosed(int i) {
      return given[i];
    }

    public boolean closedTwice() {
      return false;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof RefCountedSpecification s
          && given[0] == s.given[0]
          && given[1] == s.given[1];
    }

    @Override
    public int hashCode() {
      return Objects.hash(given[0], given[1]);
    }
  }

  private static final Subject HAZARDS = new Subject("Hazard pointers", "register", "B1");
  private static final Subject EPOCHS = new Subject("Epochs", "register", "B2");
  private static final Subject SHARES = new Subject("RefCounted", "two shares", "B3");
  private static final Subject SLAB = new Subject("Off-heap slab", "poisoning", "B4");

  @Test
  void hazardPointers_modelChecking() {
    HAZARDS.modelCheckLockFree(HazardRegister.class, RegisterSpecification.class);
  }

  @Test
  void hazardPointers_stress() {
    HAZARDS.stress(HazardRegister.class, RegisterSpecification.class);
  }

  @Test
  void epochs_modelChecking() {
    EPOCHS.modelCheckLockFree(EpochRegister.class, RegisterSpecification.class);
  }

  @Test
  void epochs_stress() {
    EPOCHS.stress(EpochRegister.class, RegisterSpecification.class);
  }

  @Test
  void refCounted_modelChecking() {
    SHARES.modelCheckLockFree(RefCountedOperations.class, RefCountedSpecification.class);
  }

  @Test
  void refCounted_stress() {
    SHARES.stress(RefCountedOperations.class, RefCountedSpecification.class);
  }

  @Test
  void slab_modelChecking() {
    SLAB.modelCheckLockFree(SlabOperations.class, SlabSpecification.class);
  }

  @Test
  void slab_stress() {
    SLAB.stress(SlabOperations.class, SlabSpecification.class);
  }
}
