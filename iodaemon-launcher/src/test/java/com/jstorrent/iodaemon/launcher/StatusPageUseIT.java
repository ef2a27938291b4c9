package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** What a reader does with the status page (PROTOCOL.md § 2.5), by the keyboard alone. */
class StatusPageUseIT {
  private static final String TOKEN = "token";

  private static BrowserPage page;

  @TempDir
  Path root;

  private DaemonProcess daemon;
  private StatusPageView view;

  @BeforeAll
  static void open() throws Exception {
    page = new BrowserPage();
  }

  @AfterAll
  static void shut() {
    if (page != null) {
      page.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    page.open("about:blank");
    daemon = DaemonProcess.start(Map.of(), "--token", TOKEN, "--root", "downloads=" + root);
    view = new StatusPageView(page, daemon.port(), TOKEN);
  }

  @AfterEach
  void stop() throws Exception {
    daemon.close();
  }

  private WireClient client() throws Exception {
    return new WireClient(
        HttpClient.newHttpClient(), view.port(), TOKEN,
        Json.write(Map.of("session", "engine")));
  }

  /** Opens UDP sockets with these ids. */
  private static void bind(WireClient client, int... ids) throws Exception {
    for (int id : ids) {
      client.send(new ClientFrame.UdpBind(id, id, 0, "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.UdpBound.class).errno()).isZero();
    }
  }

  private void showSockets(int count) {
    view.unlock();
    page.await("document.querySelectorAll('.session').length === 1");
    page.type(".opener", Keys.ENTER);
    page.await("document.querySelectorAll('.sockets tbody tr').length === args[0]", count);
  }

  /** The ids in the table of sockets, from above. */
  private static Object ids() {
    return page.value(
        "[...document.querySelectorAll('.sockets tbody th')].map(each => Number(each.innerText))");
  }

  @Test
  void aFailedConnectIsToldByItsErrno() throws Exception {
    int free;
    try (Peer peer = Peer.open()) {
      free = peer.port();
    }
    try (WireClient client = client()) {
      client.send(new ClientFrame.TcpConnect(1, 1, free, "127.0.0.1"));
      assertThat(client.expect(DaemonFrame.TcpConnected.class).errno()).isEqualTo(111);
      view.unlock();
      assertThat(view.tile("Failed connects")).isEqualTo("1");
      assertThat(view.note("Failed connects")).isEqualTo("ECONNREFUSED 1");
      assertThat(page.value("document.getElementById('counters').textContent"))
          .asString()
          .contains("connect_errors ECONNREFUSED1");
    }
  }

  /** How many samples of the daemon were taken since it has begun to relay. */
  private long movingSamples() {
    try {
      Object sent =
          Json.readObject(view.answer("/stats/history?names=bytes_sent")).get("bytes_sent");
      return ((List<?>) sent).stream().filter(each -> (Long) each > 0).count();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theChartsBeginWithWhatTheDaemonRemembers() throws Exception {
    try (BusyClient client = new BusyClient(view.port(), TOKEN, "engine")) {
      TestDaemon.await("samples of the relay", () -> movingSamples() > 2);
      view.unlock();
      page.await("(document.querySelector('.plot .line').getAttribute('d') ?? '') !== ''");
      TestDaemon.await("a point from before the page was opened", this::firstPointIsOlderThanPage);
      assertThat(page.value("document.activeElement.getAttribute('aria-valuetext')"))
          .asString()
          .matches("(\\d+\\hmin )?\\d+\\hs ago: From peers .*B/s, To peers .*B/s");
      page.type(Keys.ESCAPE);
      assertThat(page.value("document.activeElement.getAttribute('aria-valuetext')"))
          .isEqualTo("now");
      assertThat(client.isBusy()).isTrue();
    }
  }

  /** Chooses the first point. The page may have drawn points of its own before the history came. */
  private boolean firstPointIsOlderThanPage() {
    try {
      page.type(".plot", Keys.HOME);
      return Boolean.TRUE.equals(
          page.value(
              "document.activeElement.getAttribute('aria-valuenow') * -1000 > performance.now()"));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void socketsAreSortedAndSearched() throws Exception {
    try (WireClient client = client();
        Peer peer = Peer.echoing()) {
      bind(client, 3, 20, 100);
      client.send(new ClientFrame.TcpConnect(7, 7, peer.port(), "127.0.0.1"));
      client.expect(DaemonFrame.TcpConnected.class);
      showSockets(4);
      assertThat(ids()).isEqualTo(List.of(3L, 7L, 20L, 100L));
      page.type(".sorter", Keys.ENTER);
      assertThat(ids()).isEqualTo(List.of(100L, 20L, 7L, 3L));
      assertThat(page.value("document.querySelector('.sockets th').getAttribute('aria-sort')"))
          .isEqualTo("descending");
      page.type("th:nth-child(2) .sorter", Keys.ENTER);
      assertThat(ids()).as("by kind").isEqualTo(List.of(7L, 3L, 20L, 100L));
      page.type(".sockets input", "127.0.0.1:" + peer.port());
      assertThat(ids()).isEqualTo(List.of(7L));
      assertThat(view.text(".found")).isEqualTo("1 of 4");
      page.run("document.querySelector('.sockets input').select()");
      page.type(".sockets input", "udp");
      assertThat(ids()).isEqualTo(List.of(3L, 20L, 100L));
    }
  }

  @Test
  void aSocketIsClosedAfterTheReaderHasAgreed() throws Exception {
    try (WireClient client = client()) {
      bind(client, 3, 20);
      showSockets(2);
      page.type("[aria-label='Close socket 20']", Keys.ENTER);
      assertThat(view.text("#closing")).contains("Close UDP socket 20?", "session 1, engine");
      assertThat(view.focus()).as("the safe answer").isEqualTo("closing-no");
      page.type(Keys.ESCAPE);
      page.await("!document.getElementById('closing').open");
      assertThat(page.value("document.activeElement.getAttribute('aria-label')"))
          .isEqualTo("Close socket 20");
      assertThat(view.counter("udp_sockets")).isEqualTo(2);
      page.type(Keys.ENTER);
      page.type(Keys.TAB);
      page.type(Keys.ENTER);
      page.await("document.querySelectorAll('.sockets tbody tr').length === 1");
      assertThat(ids()).isEqualTo(List.of(3L));
      page.await("document.activeElement.type === 'search'");
      assertThat(view.counter("udp_sockets")).isEqualTo(1);
    }
  }

  @Test
  void aPausedPageAsksNothingUntilItGoesOn() throws Exception {
    view.unlock();
    page.await(
        "['history', 'roots'].every(part =>"
            + " performance.getEntriesByType('resource').some(each => each.name.includes(part)))");
    page.type("#pause", Keys.ENTER);
    view.awaitState("paused");
    page.run("performance.clearResourceTimings()");
    double now = page.number("performance.now()");
    page.await("performance.now() > args[0]", now + 4000);
    assertThat(page.number("performance.getEntriesByType('resource').length"))
        .as("one that was in progress")
        .isLessThanOrEqualTo(1);
    assertThat(view.text("#state")).isEqualTo("Paused");
    page.type("#pause", Keys.ENTER);
    view.awaitState("live");
  }

  @Test
  void aQuestionThatFailsAfterAPauseDoesNotEndIt() throws Exception {
    view.unlock();
    daemon.signal("STOP");
    try {
      page.await( // the next question is on its way
          "(window.since ??= performance.now()) + 2000 < performance.now()");
      page.type("#pause", Keys.ENTER);
      view.awaitState("paused");
      double now = page.number("performance.now()");
      page.await("performance.now() > args[0]", now + 11_000); // longer than its patience
      assertThat(view.text("#state")).isEqualTo("Paused");
      assertThat(view.isShown("trouble")).isFalse();
    } finally {
      daemon.signal("CONT");
    }
    page.type("#pause", Keys.ENTER);
    view.awaitState("live");
  }

  /** At 375 pixels, where a label would be the first to collide with another one. */
  @Test
  void labelsDoNotCollideOnANarrowScreenAndTablesTellThatTheyScroll() throws Exception {
    try (BusyClient client = new BusyClient(view.port(), TOKEN, "engine")) {
      showSockets(1);
      page.size(375, 800);
      assertThat(page.value("document.documentElement.scrollWidth <= innerWidth")).isEqualTo(true);
      assertThat(
          page.value(
              "[...document.querySelectorAll('.plot > svg')].flatMap(chart => {"
                  + "const labels = [...chart.querySelectorAll('text')];"
                  + "const box = each => each.getBoundingClientRect();"
                  + "return labels.flatMap((one, i) => labels.slice(i + 1).filter(other =>"
                  + " box(one).left < box(other).right && box(other).left < box(one).right"
                  + " && box(one).top < box(other).bottom && box(other).top < box(one).bottom)"
                  + ".map(other => one.textContent + ' / ' + other.textContent))})"))
          .isEqualTo(List.of());
      assertThat(hints()).isEqualTo(2);
      page.size(1180, 800);
      page.await("[...document.querySelectorAll('.more')].every(each => each.hidden)");
      assertThat(hints()).isZero();
      assertThat(client.isBusy()).isTrue();
    } finally {
      page.size(1180, 800);
    }
  }

  private static long hints() {
    return (Long) page.value(
        "[...document.querySelectorAll('.more')].filter(each => each.checkVisibility()).length");
  }
}
