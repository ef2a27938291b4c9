package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The status page (PROTOCOL.md § 2) in a real browser. */
class StatusPageIT {
  private static final String TOKEN = "p+q/r=%41&#s";
  private static final String NAME = "<img src=x onerror=\"document.title='hacked'\">";
  private static final Path PICTURES = Path.of("target");
  private static final String LIVE = "document.body.dataset.state === 'live'";
  private static final String LOCKED = "document.body.dataset.state === 'locked'";

  private static BrowserPage page;

  @TempDir
  Path root;

  private DaemonProcess daemon;
  private StatusPageView view;
  private String address;

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
    page.log();
    daemon = start(0, TOKEN);
    view = new StatusPageView(page, daemon.port(), TOKEN);
    address = view.address();
  }

  @AfterEach
  void stop() throws Exception {
    daemon.close();
  }

  private DaemonProcess start(int port, String token) throws IOException {
    return DaemonProcess.start(
        Map.of("JSTORRENT_DEV_ORIGINS", "https://page.test"), "--token", token, "--port",
        Integer.toString(port), "--root", "downloads=" + root);
  }

  /** Kills the daemon and starts another one on its port. */
  private void restart(String token) throws Exception {
    daemon.close();
    daemon.awaitExit();
    page.await(
        "document.body.dataset.state === 'gone' && !document.getElementById('trouble').hidden");
    daemon = start(URI.create(address).getPort(), token);
    daemon.port();
  }

  private void assertNoComplaint() {
    assertThat(page.log()).noneMatch(entry -> entry.contains("SEVERE"));
    assertThat(
        page.value(
            "performance.getEntriesByType('resource').every(each => each.name.startsWith(location.origin + '/'))"))
        .isEqualTo(true);
  }

  @Test
  void typingTheTokenUnlocksThePage() throws Exception {
    page.open(address);
    assertThat(view.isShown("entry")).isTrue();
    assertThat(view.isShown("dashboard")).isFalse();
    page.picture(PICTURES.resolve("status-locked.png"), 900, 640);
    page.type("#token", TOKEN, "\n");
    page.await(LIVE);
    assertThat(view.isShown("entry")).isFalse();
    assertThat(view.isShown("dashboard")).isTrue();
    assertThat(page.value("location.href")).isEqualTo(address + "/");
    assertThat(page.value("document.getElementById('token').value")).isEqualTo("");
    page.await("document.getElementById('roots').innerText.includes('free')");
    assertThat(view.text("#roots")).startsWith("downloads");
    assertThat(view.text("#no-sessions")).contains("No client is connected");
    assertThat(view.text("#facts")).contains("up for");
    assertThat(view.note("Failed connects")).isEqualTo("none so far");
    assertThat(view.focus()).as("where the keyboard goes on").isEqualTo("dashboard");
    assertThat(view.counter("auth_failures")).isZero();
    assertNoComplaint();
  }

  @Test
  void theTokenInTheFragmentUnlocksThePageAndIsNotStored() throws Exception {
    view.unlock();
    assertThat(page.value("location.href")).isEqualTo(address + "/");
    assertThat(page.value("localStorage.length + sessionStorage.length + document.cookie.length"))
        .isEqualTo(0L);
    page.open(address + "/");
    page.await(LOCKED);
    page.run("location.hash = 'token=' + encodeURIComponent(arguments[0])", TOKEN);
    page.await(LIVE);
    assertThat(page.value("location.href")).isEqualTo(address + "/");
    assertNoComplaint();
  }

  private long authFailures() {
    try {
      return view.counter("auth_failures");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTokenMayHaveBlanksAndAnyLetters() throws Exception {
    String token = "sesam öffne dich 鍵";
    Path file = Files.writeString(root.resolve("token"), token);
    try (DaemonProcess other =
        DaemonProcess.start(Map.of(), "--token-file", file.toString())) {
      page.open("about:blank");
      new StatusPageView(page, other.port(), token).unlock();
    }
  }

  @Test
  void aWrongTokenIsReportedAndAskedForAgain() throws Exception {
    page.open(address + "/#token=wrong");
    page.await("document.getElementById('token-problem').innerText.includes('not the token')");
    assertThat(view.isShown("dashboard")).isFalse();
    assertThat(view.counter("auth_failures")).isEqualTo(1);
    page.type("#token", "wröng", "\n"); // a header has it in UTF-8
    TestDaemon.await("the second wrong token", () -> authFailures() == 2);
    page.await(LOCKED + " && document.getElementById('token-problem').innerText !== ''");
    page.type("#token", TOKEN, "\n");
    page.await(LIVE);
    assertThat(authFailures()).as("it does not try again").isEqualTo(2);
    assertThat(view.tile("Errors")).isEqualTo("2");
  }

  @Test
  void theFiguresChangeWhileTheDaemonRelays() throws Exception {
    view.unlock();
    try (BusyClient client = new BusyClient(URI.create(address).getPort(), TOKEN, NAME)) {
      page.await("document.querySelectorAll('.session').length === 1");
      assertThat(view.text(".session .name")).isEqualTo(NAME);
      page.await(
          "[...document.querySelectorAll('#charts .legend .rate')].slice(0, 2)"
              + ".every(each => each.innerText.includes('iB/s'))");
      String points =
          "(document.querySelector('.plot .line').getAttribute('d').match(/[ML]/g) ?? []).length";
      double before = page.number(points);
      page.await(points + " >= args[0] + 3", before);
      assertThat(view.tile("TCP sockets")).isEqualTo("1");
      assertThat(view.tile("Clients")).isEqualTo("1");
      page.type(".opener", "\n");
      page.await("document.querySelectorAll('.sockets tbody tr').length === 1");
      assertThat(view.text(".sockets tbody")).contains("TCP", "127.0.0.1:" + client.peerPort());
      page.await(
          "[...document.querySelectorAll('.sockets tbody .rate')].every(each =>"
              + " each.innerText.endsWith('iB/s'))");
      page.picture(PICTURES.resolve("status-light.png"), 1180, 1600);
      page.colours("dark");
      page.picture(PICTURES.resolve("status-dark.png"), 1180, 1600);
      page.colours("light");
      page.picture(PICTURES.resolve("status-narrow.png"), 375, 3000);
      assertThat(page.value("document.documentElement.scrollWidth <= innerWidth")).isEqualTo(true);
      assertThat(client.isBusy()).isTrue();
    }
    page.await("document.querySelectorAll('.session').length === 0");
    assertThat(page.value("document.title")).isEqualTo("I/O daemon");
    assertThat(page.value("document.querySelectorAll('main img').length")).isEqualTo(0L);
    assertNoComplaint();
  }

  @Test
  void thePageShowsWhetherTheDaemonIsReachable() throws Exception {
    view.unlock();
    restart(TOKEN);
    page.await(LIVE);
    assertThat(view.isShown("trouble")).isFalse();
    restart("another");
    page.await(LOCKED);
    assertThat(view.text("#token-problem")).contains("started again");
    assertThat(view.isShown("dashboard")).isFalse();
  }

  @Test
  void thePagePollsOnlyWhileItIsVisible() throws Exception {
    view.unlock();
    page.run(
        "Object.defineProperty(document, 'visibilityState', {configurable: true, value: 'hidden'});"
            + "document.dispatchEvent(new Event('visibilitychange'))");
    page.await(
        "['history', 'roots'].every(part =>"
            + " performance.getEntriesByType('resource').some(each => each.name.includes(part)))");
    long before = view.counter("http_requests");
    double now = page.number("performance.now()");
    page.await("performance.now() > args[0]", now + 4000);
    assertThat(view.counter("http_requests"))
        .as("this one, and one that may have been in progress")
        .isBetween(before + 1, before + 3);
    page.run(
        "delete document.visibilityState; performance.clearResourceTimings();"
            + "document.dispatchEvent(new Event('visibilitychange'))");
    page.await("performance.getEntriesByType('resource').length > 1");
  }

  /** The browser sends Origin with POST, so this checks the rule for the daemon's own origin. */
  @Test
  void onlyPagesOfTheDaemonsOwnPortMayUseIt() throws Exception {
    String post =
        "fetch(args[0] + '/hash/sha1', {method: 'POST', body: 'abc', headers: {'X-JST-Auth': args[1]}})"
            + ".then(answer => answer.status, failure => failure.name)";
    view.unlock();
    assertThat(page.value(post, address, TOKEN)).isEqualTo(200L);
    try (PageServer other = new PageServer()) {
      page.open(other.page());
      assertThat(page.value(post, address, TOKEN)).isEqualTo("TypeError");
    }
  }

  @Test
  void otherPagesCannotFrameIt() throws Exception {
    try (PageServer outer = new PageServer();
        PageServer inner = new PageServer()) {
      page.open(outer.page());
      assertThat(page.framed(inner.page())).as("frames work").isEqualTo(inner.page());
      assertThat(page.framed(address + "/")).isEqualTo("chrome-error://chromewebdata/");
    }
  }
}
