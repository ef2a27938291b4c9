package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
    address = "http://127.0.0.1:" + daemon.port();
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

  private void unlock() {
    page.open(address + "/#token=" + URLEncoder.encode(TOKEN, UTF_8));
    page.await(LIVE);
  }

  private long counter(String name) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + "/stats")).header("X-JST-Auth", TOKEN).build();
    String stats =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return (Long) Json.readObject(stats).get(name);
  }

  private static boolean isShown(String id) {
    return (boolean) page.value("document.getElementById(args[0]).checkVisibility()", id);
  }

  private static String text(String selector) {
    return (String) page.value("document.querySelector(args[0]).innerText", selector);
  }

  /** The value of the tile with this name. */
  private static String tile(String name) {
    return (String) page.value(
        "[...document.querySelectorAll('.tile')].find(tile =>"
            + " tile.querySelector('dt').innerText === args[0]).querySelector('.value').innerText",
        name);
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
    assertThat(isShown("entry")).isTrue();
    assertThat(isShown("dashboard")).isFalse();
    page.picture(PICTURES.resolve("status-locked.png"), 900, 640);
    page.type("#token", TOKEN, "\n");
    page.await(LIVE);
    assertThat(isShown("entry")).isFalse();
    assertThat(isShown("dashboard")).isTrue();
    assertThat(page.value("location.href")).isEqualTo(address + "/");
    assertThat(page.value("document.getElementById('token').value")).isEqualTo("");
    page.await("document.getElementById('roots').innerText.includes('free')");
    assertThat(text("#roots")).startsWith("downloads");
    assertThat(text("#no-sessions")).contains("No client is connected");
    assertThat(text("#facts")).contains("up for");
    assertThat(counter("auth_failures")).isZero();
    assertNoComplaint();
  }

  @Test
  void theTokenInTheFragmentUnlocksThePageAndIsNotStored() throws Exception {
    unlock();
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

  @Test
  void aWrongTokenIsReportedAndAskedForAgain() throws Exception {
    page.open(address + "/#token=wrong");
    page.await("document.getElementById('token-problem').innerText.includes('not the token')");
    assertThat(isShown("dashboard")).isFalse();
    assertThat(counter("auth_failures")).isEqualTo(1);
    page.type("#token", "wröng", "\n"); // which does not fit into a header
    page.await(LOCKED + " && document.getElementById('token-problem').innerText !== ''");
    page.type("#token", TOKEN, "\n");
    page.await(LIVE);
    assertThat(counter("auth_failures")).as("it does not try again").isEqualTo(1);
    assertThat(tile("Errors")).isEqualTo("1");
  }

  @Test
  void theFiguresChangeWhileTheDaemonRelays() throws Exception {
    unlock();
    try (BusyClient client = new BusyClient(URI.create(address).getPort(), TOKEN, NAME)) {
      page.await("document.querySelectorAll('.session').length === 1");
      assertThat(text(".session .name")).isEqualTo(NAME);
      page.await(
          "document.querySelectorAll('#network .legend .rate')[0].innerText.includes('iB/s')"
              + " && document.querySelectorAll('#network .legend .rate')[1].innerText.includes('iB/s')");
      String points =
          "(document.querySelector('#network .plot .line').getAttribute('d').match(/[ML]/g) ?? []).length";
      double before = page.number(points);
      page.await(points + " >= args[0] + 3", before);
      assertThat(tile("TCP sockets")).isEqualTo("1");
      assertThat(tile("Sessions")).isEqualTo("1");
      page.type(".opener", "\n");
      page.await("document.querySelectorAll('.sockets tbody tr').length === 1");
      assertThat(text(".sockets tbody")).contains("TCP", "127.0.0.1:" + client.peerPort());
      page.picture(PICTURES.resolve("status-light.png"), 1180, 1300);
      page.colours("dark");
      page.picture(PICTURES.resolve("status-dark.png"), 1180, 1300);
      page.colours("light");
      page.picture(PICTURES.resolve("status-narrow.png"), 500, 2100);
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
    unlock();
    restart(TOKEN);
    page.await(LIVE);
    assertThat(isShown("trouble")).isFalse();
    restart("another");
    page.await(LOCKED);
    assertThat(text("#token-problem")).contains("started again");
    assertThat(isShown("dashboard")).isFalse();
  }

  @Test
  void thePagePollsOnlyWhileItIsVisible() throws Exception {
    unlock();
    page.run(
        "Object.defineProperty(document, 'visibilityState', {configurable: true, value: 'hidden'});"
            + "document.dispatchEvent(new Event('visibilitychange'))");
    long before = counter("http_requests");
    double now = page.number("performance.now()");
    page.await("performance.now() > args[0]", now + 4000);
    assertThat(counter("http_requests"))
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
    unlock();
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
