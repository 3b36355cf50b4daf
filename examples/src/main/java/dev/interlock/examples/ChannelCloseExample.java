package dev.interlock.examples;

import dev.interlock.channel.Channel;
import dev.interlock.channel.ChannelClosedException;
import dev.interlock.channel.SendResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The two ends of a channel: close lets what was accepted be received, cancel gives it back. */
@Command(
    name = "channel-close",
    description =
        "Closes a channel with a cause and drains it; cancels one and gets the rest back.")
public final class ChannelCloseExample extends Example {
  @Option(
      names = "--items",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many elements are in the channel when it ends.")
  private int items;

  /** For the launcher. */
  public ChannelCloseExample() {
    super("E1");
  }

  @Override
  protected void run() throws InterruptedException {
    requireBetween(2, Channel.MAX_CAPACITY, "--items", items);
    close();
    out().println();
    cancel();
  }

  private void close() throws InterruptedException {
    Channel<Integer> channel = Channel.<Integer>builder().name("feed").bounded(items).build();
    fill(channel);
    IOException cause = new IOException("the source broke off");
    out().println("close(cause) with " + items + " elements in the channel");
    check(channel.close(cause), "the first close closes");
    check(!channel.close(null), "a second close changes nothing");
    check(
        channel.trySend(99) instanceof SendResult.Closed closed && closed.cause() == cause,
        "a send is refused, with the cause");

    List<Integer> received = new ArrayList<>();
    Throwable end = null;
    try {
      while (true) {
        received.add(channel.receive());
      }
    } catch (ChannelClosedException closed) {
      end = closed.getCause();
      out().println("received " + received + ", then: " + closed.getMessage());
    }
    check(received.equals(numbers()), "what was accepted was received, in order");
    check(end == cause, "then receivers are told the cause");
    check(channel.isDrained(), "the channel is drained");
  }

  private void cancel() throws InterruptedException {
    List<Integer> undelivered = new ArrayList<>();
    Channel<Integer> channel =
        Channel.<Integer>builder()
            .name("orders")
            .bounded(items)
            .onUndelivered(undelivered::add)
            .build();
    fill(channel);
    out().println("cancel() after one of " + items + " elements was received");
    int first = channel.receive();
    check(channel.cancel(null), "the first cancel cancels");
    check(!channel.cancel(null), "a second cancel changes nothing");
    out().println("received [" + first + "], given back " + undelivered);
    check(
        undelivered.equals(numbers().subList(1, items)),
        "each element that nobody received went to the handler, once and in order");
    check(channel.tryReceive().isClosed(), "receivers find the channel closed");
  }

  private void fill(Channel<Integer> channel) throws InterruptedException {
    for (int i : numbers()) {
      channel.send(i);
    }
  }

  private List<Integer> numbers() {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 1; i <= items; i++) {
      numbers.add(i);
    }
    return numbers;
  }
}
