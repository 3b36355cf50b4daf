package dev.interlock.collection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A producer that stops between its two steps: it has a place, and has not filled it. */
final class MpscStall<E> {
  private final MpscQueue<E> queue;
  private final MpscQueue.Segment segment;
  private final long position;

  private MpscStall(MpscQueue<E> queue, MpscQueue.Segment segment, long position) {
    this.queue = queue;
    this.segment = segment;
    this.position = position;
  }

  static <E> MpscStall<E> of(MpscQueue<E> queue) throws ReflectiveOperationException {
    VarHandle tail =
        MethodHandles.lookup().findVarHandle(MpscLayout.Tail.class, "tail", long.class);
    MpscQueue.Segment segment = queue.tailSegment;
    return new MpscStall<>(queue, segment, (long) tail.getAndAdd(queue, 1L));
  }

  void goOn(E element) {
    if (position >= segment.end() || queue.size() == 0) {
      throw new IllegalStateException("made for the first segment");
    }
    MethodHandles.arrayElementVarHandle(Object[].class)
        .setRelease(segment.places, (int) (position - segment.base), element);
  }
}
