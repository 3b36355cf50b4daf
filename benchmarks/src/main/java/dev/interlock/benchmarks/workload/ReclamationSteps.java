package dev.interlock.benchmarks.workload;

import dev.interlock.reclaim.EpochDomain;
import dev.interlock.reclaim.HazardPointers;
import dev.interlock.reclaim.OffHeapQueue;
import dev.interlock.reclaim.OffHeapSlab;
import dev.interlock.reclaim.OffHeapStack;
import dev.interlock.reclaim.RefCounted;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * What a thread of a reclamation benchmark does again and again, by the name of the subject. The supplier
 * is made once for all threads and called once by each, which so gets a participant of its own.
 */
final class ReclamationSteps {
  /** One operation; the result goes into the black hole. */
  interface Step {
    long step();
  }

  private static final int SLOTS = 4096;

  private ReclamationSteps() {}

  static Supplier<Step> create(String subject) {
    switch (subject) {
      case "hazard":
        return hazard();
      case "epoch":
        return epoch();
      case "count":
        return count();
      case "synchronized":
        return synchronizedCount();
      case "hazardRetire":
        return hazardRetire();
      case "epochDefer":
        return epochDefer();
      case "slab":
        return slab();
      case "Arena.ofShared":
        return () -> ArenaPeer::openAndClose;
      case "offHeapStack":
        return stack();
      case "ConcurrentLinkedDeque":
        return linkedDeque();
      case "offHeapQueue":
        return queue();
      case "ConcurrentLinkedQueue":
        return linkedQueue();
      case "RefCounted":
        return shares();
      default:
        throw new IllegalArgumentException("no subject is called " + subject);
    }
  }

  /** Read a name, protect it, look again, clear. */
  private static Supplier<Step> hazard() {
    AtomicLong source = new AtomicLong(7);
    HazardPointers domain = HazardPointers.create(1);
    return () -> {
      HazardPointers.Participant me = domain.join();
      return () -> {
        long name = me.protect(0, source::get);
        me.clear(0);
        return name;
      };
    };
  }

  /** Pin, read a name, unpin. */
  private static Supplier<Step> epoch() {
    AtomicLong source = new AtomicLong(7);
    EpochDomain domain = EpochDomain.create();
    return () -> {
      EpochDomain.Participant me = domain.join();
      return () -> {
        try (EpochDomain.Guard guard = me.pin()) {
          return source.get();
        }
      };
    };
  }

  /** What one would write without either: a count of those who use the thing. */
  private static Supplier<Step> count() {
    AtomicLong source = new AtomicLong(7);
    AtomicInteger users = new AtomicInteger();
    return () ->
        () -> {
          users.incrementAndGet();
          long name = source.get();
          users.decrementAndGet();
          return name;
        };
  }

  private static Supplier<Step> synchronizedCount() {
    AtomicLong source = new AtomicLong(7);
    return () ->
        () -> {
          synchronized (source) {
            return source.get();
          }
        };
  }

  private static Supplier<Step> hazardRetire() {
    AtomicLong names = new AtomicLong(1);
    HazardPointers domain = HazardPointers.create(1);
    LongConsumer callback = name -> {};
    return () -> {
      HazardPointers.Participant me = domain.join();
      return () -> {
        long name = names.getPlain();
        me.retire(name, callback);
        return name;
      };
    };
  }

  private static Supplier<Step> epochDefer() {
    AtomicLong names = new AtomicLong(1);
    EpochDomain domain = EpochDomain.create();
    LongConsumer callback = name -> {};
    return () -> {
      EpochDomain.Participant me = domain.join();
      return () -> {
        long name = names.getPlain();
        me.defer(name, callback);
        return name;
      };
    };
  }

  /** Take a record of 64 bytes, write and read a word of it, give it back. */
  private static Supplier<Step> slab() {
    OffHeapSlab slab = OffHeapSlab.create(SLOTS, 8);
    return () ->
        () -> {
          long slot = slab.acquire();
          slab.set(slot, 0, slot);
          long value = slab.get(slot, 0);
          slab.release(slot);
          return value;
        };
  }

  private static Supplier<Step> stack() {
    OffHeapStack stack = OffHeapStack.on(OffHeapSlab.create(SLOTS, 1));
    return () ->
        () -> {
          stack.push(1L << 40);
          return stack.popOr(0);
        };
  }

  private static Supplier<Step> linkedDeque() {
    ConcurrentLinkedDeque<Long> deque = new ConcurrentLinkedDeque<>();
    return () ->
        () -> {
          deque.push(1L << 40);
          Long popped = deque.poll();
          return popped == null ? 0 : popped;
        };
  }

  private static Supplier<Step> queue() {
    OffHeapQueue queue = OffHeapQueue.on(OffHeapSlab.create(SLOTS, 1));
    return () ->
        () -> {
          queue.offer(1L << 40);
          return queue.pollOr(0);
        };
  }

  private static Supplier<Step> linkedQueue() {
    Queue<Long> queue = new ConcurrentLinkedQueue<>();
    return () ->
        () -> {
          queue.offer(1L << 40);
          Long polled = queue.poll();
          return polled == null ? 0 : polled;
        };
  }

  private static Supplier<Step> shares() {
    RefCounted<Long> first = RefCounted.of("r", 7L, value -> {});
    return () ->
        () -> {
          try (RefCounted<Long> mine = first.share()) {
            return mine.get();
          }
        };
  }

  /** Whether this JDK has shared arenas as a final feature: 22 or newer. */
  static boolean hasArena() {
    return ArenaPeer.OF_SHARED != null;
  }

  /** {@code Arena.ofShared()}, by name: the sources are compiled for Java 17. */
  private static final class ArenaPeer {
    private static final MethodHandle OF_SHARED;
    private static final MethodHandle ALLOCATE;
    private static final MethodHandle CLOSE;
    private static final MethodHandle SET;
    private static final MethodHandle GET;

    static {
      MethodHandle ofShared = null;
      MethodHandle allocate = null;
      MethodHandle close = null;
      MethodHandle set = null;
      MethodHandle get = null;
      if (Runtime.version().feature() >= 22) {
        try {
          MethodHandles.Lookup lookup = MethodHandles.publicLookup();
          Class<?> arena = Class.forName("java.lang.foreign.Arena");
          Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
          Class<?> layout = Class.forName("java.lang.foreign.ValueLayout");
          Class<?> ofLong = Class.forName("java.lang.foreign.ValueLayout$OfLong");
          Object javaLong = layout.getField("JAVA_LONG").get(null);
          ofShared =
              lookup
                  .findStatic(arena, "ofShared", MethodType.methodType(arena))
                  .asType(MethodType.methodType(Object.class));
          allocate =
              lookup
                  .findVirtual(
                      arena, "allocate", MethodType.methodType(segment, long.class, long.class))
                  .asType(
                      MethodType.methodType(Object.class, Object.class, long.class, long.class));
          close =
              lookup
                  .findVirtual(arena, "close", MethodType.methodType(void.class))
                  .asType(MethodType.methodType(void.class, Object.class));
          set =
              MethodHandles.insertArguments(
                      lookup.findVirtual(
                          segment,
                          "set",
                          MethodType.methodType(void.class, ofLong, long.class, long.class)),
                      1,
                      javaLong,
                      0L)
                  .asType(MethodType.methodType(void.class, Object.class, long.class));
          get =
              MethodHandles.insertArguments(
                      lookup.findVirtual(
                          segment, "get", MethodType.methodType(long.class, ofLong, long.class)),
                      1,
                      javaLong,
                      0L)
                  .asType(MethodType.methodType(long.class, Object.class));
        } catch (ReflectiveOperationException e) {
          throw new ExceptionInInitializerError(e);
        }
      }
      OF_SHARED = ofShared;
      ALLOCATE = allocate;
      CLOSE = close;
      SET = set;
      GET = get;
    }

    static long openAndClose() {
      try {
        Object arena = (Object) OF_SHARED.invokeExact();
        Object segment = (Object) ALLOCATE.invokeExact(arena, 64L, 8L);
        SET.invokeExact(segment, 7L);
        long value = (long) GET.invokeExact(segment);
        CLOSE.invokeExact(arena);
        return value;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
