package dev.interlock.examples;

import dev.interlock.atomic.TaggedIndex;
import dev.interlock.atomic.TaggedReference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;

/**
 * A list of free slots, and a compare-and-set that is deceived because the same index is there again. The
 * interleaving is arranged, so it happens every time.
 */
@Command(
    name = "aba",
    description = "ABA made to happen on a list of free slots, and cured by a tag.")
public final class AbaExample extends Example {
  /** For the launcher. */
  public AbaExample() {
    super("A9");
  }

  /** The head of the list, with and without a tag. */
  private interface Head {
    /** A look at the head, to be compared with later. */
    Object look();

    int slotOf(Object look);

    boolean replace(Object look, int slot);

    default int slot() {
      return slotOf(look());
    }
  }

  private static final class Untagged implements Head {
    private final AtomicInteger head = new AtomicInteger(0);

    @Override
    public Object look() {
      return head.get();
    }

    @Override
    public int slotOf(Object look) {
      return (Integer) look;
    }

    @Override
    public boolean replace(Object look, int slot) {
      return head.compareAndSet((Integer) look, slot);
    }
  }

  private static final class Tagged implements Head {
    private final TaggedIndex head = new TaggedIndex(0);

    @Override
    public Object look() {
      return head.get();
    }

    @Override
    public int slotOf(Object look) {
      return TaggedIndex.index((Long) look);
    }

    @Override
    public boolean replace(Object look, int slot) {
      return head.compareAndSet((Long) look, slot);
    }
  }

  @Override
  protected void run() throws InterruptedException {
    out()
        .println(
            "Three free slots: 0 -> 1 -> 2. One thread is about to take slot 0 and is stopped");
    out().println("after it has read head and successor. Another takes 0, takes 1, puts 0 back.");
    out().println();
    boolean twice = slotInTwoHands("without a tag", new Untagged());
    boolean cured = !slotInTwoHands("with a tag", new Tagged());
    check(twice, "without a tag, slot 1 is in use and free at the same time");
    check(cured, "with a tag the first thread's compare-and-set fails: the list has changed");
    references();
  }

  private boolean slotInTwoHands(String name, Head head) throws InterruptedException {
    int[] next = {1, 2, TaggedIndex.NONE};
    CountDownLatch hasRead = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    boolean[] succeeded = new boolean[1];
    Thread slow =
        Threads.startPlatform(
            "slow",
            () -> {
              Object look = head.look();
              int successor = next[head.slotOf(look)];
              hasRead.countDown();
              try {
                mayGoOn.await();
              } catch (InterruptedException e) {
                return; // nobody does that; the check would fail
              }
              succeeded[0] = head.replace(look, successor);
            });
    hasRead.await();
    int first = take(head, next);
    int second = take(head, next);
    put(head, next, first);
    mayGoOn.countDown();
    slow.join();
    out()
        .println(
            name
                + ": its compare-and-set "
                + (succeeded[0] ? "succeeds" : "fails")
                + "; the list begins with slot "
                + head.slot()
                + ", and slot "
                + second
                + " is in use");
    return head.slot() == second;
  }

  private static int take(Head head, int[] next) {
    for (; ; ) {
      Object look = head.look();
      int slot = head.slotOf(look);
      if (head.replace(look, next[slot])) {
        return slot;
      }
    }
  }

  private static void put(Head head, int[] next, int slot) {
    Object look;
    do {
      look = head.look();
      next[slot] = head.slotOf(look);
    } while (!head.replace(look, slot));
  }

  /** The same with references, in one thread: what it takes is that an object comes back. */
  @SuppressWarnings("UnnecessaryAsync") // what it does not see is the point
  private void references() {
    String pooled = "buffer";
    AtomicReference<String> bare = new AtomicReference<>(pooled);
    TaggedReference<String> tagged = new TaggedReference<>(pooled);
    String read = bare.get();
    TaggedReference.Tagged<String> version = tagged.read();
    bare.set("another");
    bare.set(pooled);
    tagged.getAndSet("another");
    tagged.getAndSet(pooled);
    out().println();
    out().println("A reference that left and came back: " + version + " became " + tagged.read());
    check(bare.compareAndSet(read, "mine"), "a bare reference does not see that it was away");
    check(!tagged.compareAndSet(version, "mine"), "a tagged one does");
  }
}
