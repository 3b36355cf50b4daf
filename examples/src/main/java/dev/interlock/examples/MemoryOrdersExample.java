package dev.interlock.examples;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What weak accesses let two threads see, counted, beside what the language and processors allow. */
@Command(
    name = "memory-orders",
    description = "Two threads, two words: which surprises show, and which are only allowed.")
public final class MemoryOrdersExample extends Example {
  /** Words in one batch: both threads walk over them at once, between two meetings. */
  private static final int BATCH = 512;

  private static final int SPINS = 2000;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "How often each of the seven tests is tried.")
  private int rounds;

  /** For the launcher. */
  public MemoryOrdersExample() {
    super("A5", "A6");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(BATCH, 100_000_000, "--rounds", rounds);
    out()
        .println(
            "store buffering: each writes its word and reads the other's; both read 0?\n"
                + "message passing: one writes data, then a flag; the other sees the flag, not the data?");
    Tables table =
        new Tables()
            .text("test", 15)
            .text("accesses", 15)
            .number("seen")
            .number("of")
            .text("Java", 9)
            .text("x86", 9)
            .text("Arm", 9);
    List<Litmus> forbiddenAndSeen = new ArrayList<>();
    long weak = 0;
    for (Litmus test : Litmus.values()) {
      Words[] all = words();
      walk(test, all);
      long seen = Arrays.stream(all).filter(test::isSurprise).count();
      if (test.java.equals("forbidden") && seen > 0) {
        forbiddenAndSeen.add(test);
      }
      weak += test.java.equals("forbidden") ? 0 : seen;
      table.row(
          test.shape,
          test.accesses,
          seen == 0 ? "never" : String.format(Locale.ROOT, "%,d", seen),
          String.format(Locale.ROOT, "%,d", all.length),
          test.java,
          test.x86,
          test.arm);
    }
    out().println(table);
    if (weak == 0) {
      out()
          .println("No surprise this time, as on a machine with one processor: try more --rounds.");
    }
    out()
        .println(
            "'allowed' and never seen is a mistake that no test on this machine finds: see"
                + " docs/memory-orders.md.");
    check(forbiddenAndSeen.isEmpty(), "what Java forbids was not seen");
  }

  private Words[] words() {
    Words[] all = new Words[rounds];
    Arrays.setAll(all, i -> new Words());
    return all;
  }

  /** Both sides of the test on all words, in batches, so that the two are at the same place. */
  private static void walk(Litmus test, Words[] all) throws InterruptedException {
    Meeting meeting = new Meeting();
    Thread left =
        Threads.startPlatform(
            "left",
            () -> {
              for (int from = 0; from < all.length; from += BATCH) {
                meeting.await();
                for (int i = from; i < Math.min(all.length, from + BATCH); i++) {
                  test.left(all[i]);
                }
              }
            });
    Thread right =
        Threads.startPlatform(
            "right",
            () -> {
              for (int from = 0; from < all.length; from += BATCH) {
                meeting.await();
                for (int i = from; i < Math.min(all.length, from + BATCH); i++) {
                  test.right(all[i]);
                }
              }
            });
    left.join();
    right.join();
  }

  /** Two threads meet again and again: a barrier that spins, for one that sleeps is too late. */
  private static final class Meeting {
    private final AtomicInteger arrived = new AtomicInteger();

    @SuppressWarnings("ThreadPriorityCheck") // with one processor the other needs it
    void await() {
      int ticket = arrived.getAndIncrement();
      int both = (ticket | 1) + 1;
      for (int spins = 0; arrived.get() < both; spins++) {
        if (spins < SPINS) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
    }
  }

  private enum Litmus {
    SB_PLAIN("store buffering", "plain", "allowed", "allowed", "allowed") {
      @Override
      void left(Words w) {
        X.set(w, 1);
        w.left = (int) Y.get(w);
      }

      @Override
      void right(Words w) {
        Y.set(w, 1);
        w.right = (int) X.get(w);
      }
    },
    SB_ACQUIRE_RELEASE("store buffering", "acquire/release", "allowed", "allowed", "depends") {
      @Override
      void left(Words w) {
        X.setRelease(w, 1);
        w.left = (int) Y.getAcquire(w);
      }

      @Override
      void right(Words w) {
        Y.setRelease(w, 1);
        w.right = (int) X.getAcquire(w);
      }
    },
    SB_VOLATILE("store buffering", "volatile", "forbidden", "forbidden", "forbidden") {
      @Override
      void left(Words w) {
        X.setVolatile(w, 1);
        w.left = (int) Y.getVolatile(w);
      }

      @Override
      void right(Words w) {
        Y.setVolatile(w, 1);
        w.right = (int) X.getVolatile(w);
      }
    },
    SB_FENCE("store buffering", "full fence", "forbidden", "forbidden", "forbidden") {
      @Override
      void left(Words w) {
        X.setOpaque(w, 1);
        VarHandle.fullFence();
        w.left = (int) Y.getOpaque(w);
      }

      @Override
      void right(Words w) {
        Y.setOpaque(w, 1);
        VarHandle.fullFence();
        w.right = (int) X.getOpaque(w);
      }
    },
    MP_PLAIN("message passing", "plain", "allowed", "forbidden", "allowed") {
      @Override
      void left(Words w) {
        X.set(w, 1);
        Y.set(w, 1);
      }

      @Override
      void right(Words w) {
        w.left = (int) Y.get(w);
        w.right = (int) X.get(w);
      }
    },
    MP_ACQUIRE_RELEASE(
        "message passing", "acquire/release", "forbidden", "forbidden", "forbidden") {
      @Override
      void left(Words w) {
        X.set(w, 1);
        Y.setRelease(w, 1);
      }

      @Override
      void right(Words w) {
        w.left = (int) Y.getAcquire(w);
        w.right = (int) X.get(w);
      }
    },
    MP_VOLATILE("message passing", "volatile", "forbidden", "forbidden", "forbidden") {
      @Override
      void left(Words w) {
        X.set(w, 1);
        Y.setVolatile(w, 1);
      }

      @Override
      void right(Words w) {
        w.left = (int) Y.getVolatile(w);
        w.right = (int) X.get(w);
      }
    };

    final String shape;
    final String accesses;
    final String java;
    final String x86;
    final String arm;

    Litmus(String shape, String accesses, String java, String x86, String arm) {
      this.shape = shape;
      this.accesses = accesses;
      this.java = java;
      this.x86 = x86;
      this.arm = arm;
    }

    abstract void left(Words w);

    abstract void right(Words w);

    /** What no interleaving of the lines above explains. */
    boolean isSurprise(Words w) {
      return shape.equals("store buffering")
          ? w.left == 0 && w.right == 0
          : w.left == 1 && w.right == 0;
    }
  }

  /** Two words that both threads race for, and what each has read, which is its own. */
  private static final class Words {
    @SuppressWarnings("unused") // through X
    int x;

    @SuppressWarnings("unused") // through Y
    int y;

    int left;
    int right;
  }

  private static final VarHandle X =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "x", VarHandle.class, Words.class, int.class);
  private static final VarHandle Y =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "y", VarHandle.class, Words.class, int.class);
}
