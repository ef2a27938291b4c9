package com.jstorrent.iodaemon.net.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In which order a loop serves channels that are ready together. The loop runs on the test's own thread. */
@Timeout(600)
class BulkTurnsTest {
  private final List<String> served = new ArrayList<>();
  private final List<Integer> servedBeforeBulk = new ArrayList<>();
  private final List<Channel> channels = new ArrayList<>();
  private int expected;
  private boolean paused;
  private SelectorLoop loop;

  /** One end of a pipe, which is ready when something was written to the other. */
  private final class Channel implements Selectable {
    private final Pipe pipe = Pipe.open();
    private final String name;
    private final boolean bulk;
    private Runnable onServed = () -> {};

    Channel(String name, boolean bulk) throws IOException {
      this.name = name;
      this.bulk = bulk;
    }

    Channel onServed(Runnable action) {
      onServed = action;
      return this;
    }

    Channel write() {
      try {
        pipe.sink().write(ByteBuffer.allocate(1));
        return this;
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void ready(SelectionKey key) {
      try {
        assertThat(pipe.source().read(ByteBuffer.allocate(1))).isOne();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      served.add(name);
      onServed.run();
      if (served.size() == expected) {
        loop.end();
      }
    }

    @Override
    public boolean isBulk() {
      return bulk;
    }
  }

  @BeforeEach
  void open() throws IOException {
    loop = new SelectorLoop();
  }

  @AfterEach
  void close() throws IOException {
    loop.close();
    for (Channel channel : channels) {
      channel.pipe.sink().close();
      channel.pipe.source().close();
    }
  }

  private Channel channel(String name, boolean bulk) throws IOException {
    Channel channel = new Channel(name, bulk);
    channels.add(channel);
    channel.pipe.source().configureBlocking(false);
    loop.register(channel.pipe.source(), SelectionKey.OP_READ, channel);
    return channel;
  }

  private List<String> serveSoMany(int count) throws IOException {
    expected = count;
    assertThat(
        loop.run(new LastingLoopHandler(() -> paused, () -> servedBeforeBulk.add(served.size()))))
        .isTrue();
    return served;
  }

  @Test
  void bulkTransfersAreServedAfterTheOthersThatAreReadyWithThem() throws Exception {
    channel("bulk 1", true).write();
    channel("small 1", false).write();
    channel("bulk 2", true).write();
    channel("small 2", false).write();
    assertThat(serveSoMany(4).stream().map(name -> name.split(" ")[0]).toList())
        .containsExactly("small", "small", "bulk", "bulk");
  }

  @Test
  void whatTheOthersSentCanBeWrittenBeforeBulkTransfersAreServed() throws Exception {
    Channel small = channel("small", false).write();
    for (int i = 0; i < SelectorLoop.BULK_TURNS + 1; i++) {
      channel("bulk", true).onServed(small::write).write();
    }
    serveSoMany(SelectorLoop.BULK_TURNS + 3);
    assertThat(servedBeforeBulk).as("frames that were served before, in %s", served)
        .startsWith(1, SelectorLoop.BULK_TURNS + 2);
  }

  @Test
  void aChannelThatBecomesReadyWaitsForAFewBulkTransfersOnly() throws Exception {
    Channel small = channel("small", false);
    for (int i = 0; i < SelectorLoop.BULK_TURNS + 2; i++) {
      channel("bulk", true).onServed(() -> afterTheFirst(small::write)).write();
    }
    assertThat(serveSoMany(SelectorLoop.BULK_TURNS + 3).indexOf("small"))
        .isEqualTo(SelectorLoop.BULK_TURNS);
  }

  @Test
  void manyOthersLeaveBulkTransfersHalfOfTheTurns() throws Exception {
    int others = 2 * SelectorLoop.BULK_TURNS;
    int transfers = 4 * SelectorLoop.BULK_TURNS;
    List<Channel> small = new ArrayList<>();
    for (int i = 0; i < others; i++) {
      small.add(channel("small", false).onServed(() -> small.forEach(Channel::write)));
    }
    for (int i = 0; i < transfers; i++) {
      channel("bulk", true).onServed(() -> afterTheFirst(() -> small.forEach(Channel::write)))
          .write();
    }
    List<String> round = serveSoMany(transfers + others + 1);
    int firstCheck = SelectorLoop.BULK_TURNS + others;
    assertThat(round.subList(SelectorLoop.BULK_TURNS, firstCheck)).containsOnly("small");
    assertThat(round.subList(firstCheck, firstCheck + others)).containsOnly("bulk");
  }

  @Test
  void aPauseHoldsAmongBulkTransfers() throws Exception {
    for (int i = 0; i < 3; i++) {
      channel("bulk", true).onServed(() -> {
        paused = true;
        loop.end();
      }).write();
    }
    assertThat(serveSoMany(1)).containsExactly("bulk");
  }

  private void afterTheFirst(Runnable action) {
    if (served.size() == 1) {
      action.run();
    }
  }

  @Test
  void aBulkTransferHasOneTurnInARound() throws Exception {
    int transfers = SelectorLoop.BULK_TURNS + 1;
    for (int i = 0; i < transfers; i++) {
      channel("bulk " + i, true).write().write();
    }
    List<String> turns = serveSoMany(2 * transfers);
    assertThat(Set.copyOf(turns.subList(0, transfers))).as("the first round in %s", turns)
        .hasSize(transfers);
  }

  @Test
  void aBulkTransferThatWasClosedBeforeItsTurnIsLeftOut() throws Exception {
    Channel first = channel("bulk 1", true);
    Channel second = channel("bulk 2", true);
    first.onServed(() -> loop.cancel(second.pipe.source())).write();
    second.onServed(() -> loop.cancel(first.pipe.source())).write();
    assertThat(serveSoMany(1)).hasSize(1);
  }
}
