package dev.interlock.reclaim;

import static dev.interlock.testing.Polls.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.interlock.ClosedException;
import dev.interlock.testing.Kind;
import dev.interlock.testing.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;

class RefCountedTest {
  private final AtomicInteger closed = new AtomicInteger();

  // The resource is closed once, by whoever gives up the last share.
  @Test
  void close_lastShare_closesOnce() {
    RefCounted<String> a = RefCounted.of("file", "value", v -> closed.incrementAndGet());
    RefCounted<String> b = a.share();
    RefCounted<String> c = b.share();
    assertEquals(3, a.shares());
    b.close();
    a.close();
    assertEquals("value", c.get());
    assertEquals(0, closed.get());
    c.close();
    assertEquals(1, closed.get());
    assertEquals(0, c.shares());
  }

  // Closing a share again takes nothing from the other owners.
  @Test
  void close_again_doesNothing() {
    RefCounted<String> a = RefCounted.of("file", "value", v -> closed.incrementAndGet());
    RefCounted<String> b = a.share();
    a.close();
    a.close();
    a.close();
    assertEquals(1, b.shares());
    assertEquals("value", b.get());
    b.close();
    b.close();
    assertEquals(1, closed.get());
  }

  // Use after the last release, and of a share that was given up, is an error that names the
  // object.
  @Test
  void use_afterRelease_namesTheObject() {
    RefCounted<String> a = RefCounted.of("journal", "value", v -> closed.incrementAndGet());
    RefCounted<String> b = a.share();
    a.close();
    assertTrue(a.isClosed());
    assertContains(
        assertThrows(ClosedException.class, a::get).getMessage(),
        "RefCounted(journal)",
        "used after it was given up",
        "1 shares");
    assertContains(assertThrows(ClosedException.class, a::share).getMessage(), "shared after");
    assertFalse(b.isClosed());
    b.close();
    assertContains(
        assertThrows(ClosedException.class, b::get).getMessage(),
        "RefCounted(journal)",
        "the last owner has closed the resource");
  }

  // What closing throws reaches the last owner, checked exceptions in a wrapper; it is not tried
  // again.
  @Test
  void close_resourceThrows_reachesTheLastOwner() {
    IOException io = new IOException("disk");
    RefCounted<AutoCloseable> a =
        RefCounted.of(
            () -> {
              closed.incrementAndGet();
              throw io;
            });
    a.share().close();
    assertSame(io, assertThrows(UncheckedIOException.class, a::close).getCause());
    a.close();
    assertEquals(1, closed.get());

    Exception checked = new Exception("checked");
    RefCounted<AutoCloseable> b =
        RefCounted.of(
            "b",
            () -> {
              throw checked;
            });
    assertSame(checked, assertThrows(IllegalStateException.class, b::close).getCause());

    RuntimeException unchecked = new ArithmeticException();
    RefCounted<AutoCloseable> c =
        RefCounted.of(
            () -> {
              throw unchecked;
            });
    assertSame(unchecked, assertThrows(ArithmeticException.class, c::close));

    RefCounted<AutoCloseable> d =
        RefCounted.of(
            () -> {
              throw new InterruptedException();
            });
    assertThrows(IllegalStateException.class, d::close);
    assertTrue(Thread.interrupted(), "the interrupt is kept");
  }

  // Owners that come and go at the same time close the resource once, after all of them.
  @Test
  void shares_byManyThreads_closedOnce() throws Exception {
    for (Kind kind : Kind.values()) {
      for (int round = 0; round < 200; round++) {
        closed.set(0);
        AtomicInteger users = new AtomicInteger();
        RefCounted<AtomicInteger> first =
            RefCounted.of(
                "users",
                users,
                u -> {
                  assertEquals(0, u.get());
                  closed.incrementAndGet();
                });
        CyclicBarrier start = new CyclicBarrier(3);
        List<Running<Object>> owners = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          RefCounted<AtomicInteger> mine = first.share();
          owners.add(
              kind.start(
                  () -> {
                    start.await();
                    for (int j = 0; j < 20; j++) {
                      try (RefCounted<AtomicInteger> more = mine.share()) {
                        more.get().incrementAndGet();
                        assertEquals(0, closed.get());
                        more.get().decrementAndGet();
                      }
                    }
                    mine.close();
                    return null;
                  }));
        }
        first.close();
        owners.forEach(Running::get);
        assertEquals(1, closed.get());
        assertEquals(0, first.shares());
      }
    }
  }

  // Nulls are refused, the text tells the state, and a share is small.
  @Test
  void shape_isAsDocumented() {
    assertThrows(NullPointerException.class, () -> RefCounted.of((AutoCloseable) null));
    assertThrows(NullPointerException.class, () -> RefCounted.of(null, "x", v -> {}));
    assertThrows(NullPointerException.class, () -> RefCounted.of("n", "x", null));
    RefCounted<String> a = RefCounted.of("n", "x", v -> {});
    assertEquals("RefCounted(n)[held, shares=1]", a.toString());
    a.close();
    assertEquals("RefCounted(n)[given up, shares=0]", a.toString());
    assertTrue(ClassLayout.parseInstance(a).instanceSize() <= 24);
  }
}
