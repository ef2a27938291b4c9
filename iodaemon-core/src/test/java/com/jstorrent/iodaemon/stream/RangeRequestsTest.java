package com.jstorrent.iodaemon.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RangeRequestsTest {
  private final List<DaemonFrame> sent = new ArrayList<>();
  private final RangeRequests requests = new RangeRequests(sent::add);

  @Test
  void whatIsAskedWhileTheConnectionChangesHandsIsSentBehindThat() {
    RangeRequest first = requests.ask(1, 0, 9, "f");
    requests.holdWhile(
        () -> {
          requests.ask(2, 10, 19, "f");
          requests.cancel(first);
          assertThat(sent).containsExactly(new DaemonFrame.RangeRequest(1, 0, 9, "f"));
        });
    requests.ask(3, 20, 29, "f");
    assertThat(sent)
        .containsExactly(
            new DaemonFrame.RangeRequest(1, 0, 9, "f"),
            new DaemonFrame.RangeRequest(2, 10, 19, "f"),
            new DaemonFrame.RangeCancel(1),
            new DaemonFrame.RangeRequest(3, 20, 29, "f"));
  }
}
