package dev.interlock.reclaim;

/** Slabs whose memory the model checker can look into; it does not see accesses to direct memory. */
public final class VisibleSlab {
  private VisibleSlab() {}

  /** Poisoning, and on the heap. */
  public static OffHeapSlab of(int capacity, int words) {
    return OffHeapSlab.visible("visible", capacity, words);
  }
}
