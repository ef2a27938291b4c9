package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.DaemonFrame;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PROTOCOL.md § 5.5 with a real browser, and an engine that downloads what the browser requests.
 */
class BrowserPlaysIT {
  private static final int MIB = 1 << 20;

  private static VideoFile video;
  private static BrowserPage page;
  private static PageServer site;

  @TempDir
  Path root;

  private StreamingDaemon daemon;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    video = VideoFile.make(folder);
    page = new BrowserPage();
    site = new PageServer();
  }

  @AfterAll
  static void stop() {
    if (page != null) {
      page.close();
    }
    if (site != null) {
      site.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    daemon = new StreamingDaemon(root, site.origin(), video);
    page.open(site.page());
  }

  @AfterEach
  void close() throws Exception {
    page.open("about:blank");
    daemon.close();
  }

  private static String sha256(long start, long end) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(video.bytes(start, end)));
  }

  /** The page can examine the frames only if it has requested the video with CORS. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theVideoPlaysAsItsRangesArrive(boolean crossOrigin) throws Exception {
    page.run("play(...arguments)", daemon.ticket(), crossOrigin);
    page.await("lastFrame > 2 && video.currentTime > 2");
    assertThat(page.number("video.videoWidth")).isEqualTo(320);
    assertThat(page.number("video.duration")).isEqualTo(30);
    assertThat(page.value("canReadPicture()")).isEqualTo(crossOrigin);
    assertThat(daemon.engine().granted()).first().matches(first -> first.start() == 0);
  }

  @Test
  void seekingRequestsAndPlaysDistantRangesFirst() throws Exception {
    int gapStart = 3 * MIB;
    int gapEnd = 8 * MIB;
    double far = 25;
    assertThat(video.secondsAt(gapEnd)).isLessThan(far - 1);
    daemon.engine().hold(gapStart, gapEnd);
    page.run("play(arguments[0])", daemon.ticket());
    page.await("lastFrame > 0.5");
    page.run("seek(arguments[0])", far);
    daemon.engine().awaitGranted(range -> range.start() >= gapEnd, "a distant range");
    page.await("lastFrame > args[0] && video.currentTime > args[0]", far + 1);
    assertThat(daemon.engine().granted())
        .noneMatch(range -> range.start() < gapEnd && range.end() >= gapStart);
    double between = video.secondsAt((gapStart + gapEnd) / 2);
    page.run("seek(arguments[0])", between);
    daemon.engine().holdNothing();
    page.await("lastFrame > args[0] && lastFrame < args[1]", between + 1, far);
  }

  @Test
  void scrubbingThroughMissingRangesEndsAtTheLastPosition() throws Exception {
    daemon.engine().hold(3 * MIB, video.size());
    page.run("play(arguments[0])", daemon.ticket());
    page.await("lastFrame > 0.5");
    int last = 14;
    for (int seconds = 28; seconds >= last; seconds--) {
      page.run("seek(arguments[0])", seconds);
    }
    daemon.engine().awaitWaiting(1); // further ones would be those that the player has abandoned
    daemon.engine().holdNothing();
    page.await("lastFrame > args[0] && lastFrame < args[1]", last + 1, last + 10);
  }

  @Test
  void theVideoStopsAtMissingBytesAndOtherRequestsDoNot() throws Exception {
    RangeEngine engine = daemon.engine();
    int missing = 2 * MIB;
    engine.hold(missing, video.size());
    page.run("play(arguments[0])", daemon.ticket());
    DaemonFrame.RangeRequest held = engine.awaitWaiting(1).get(0);
    page.await(
        "lastFrame > args[0] && video.readyState < 3", video.secondsAt(held.start()) - 1);
    page.run(
        "window.kept = [fetch(arguments[0]), fetch(arguments[1], {headers: {Range: 'bytes=-1000'}})]",
        daemon.ticket(), daemon.ticket());
    engine.awaitWaiting(3);
    assertThat(
        page.value("fetch(args[0]).then(answer => answer.text())", daemon.address() + "/health"))
        .isEqualTo("ok");
    assertThat(
        page.value(
            "fetch(args[0], {method: 'POST', body: new Uint8Array(args[2]).fill(7), headers:"
                + " {'X-JST-Auth': args[1], 'X-Path-Base64': btoa('piece')}}).then(answer => answer.status)",
            daemon.address() + "/write/" + StreamingDaemon.ROOT, StreamingDaemon.TOKEN, MIB))
        .isEqualTo(200L);
    assertThat(Files.size(root.resolve("piece"))).isEqualTo(MIB);
    assertThat(page.number("video.currentTime")).isLessThan(video.secondsAt(missing));
    assertThat(page.number("lastFrame")).isLessThan(video.secondsAt(missing));
    engine.holdNothing();
    page.await("lastFrame > args[0]", video.secondsAt(missing) + 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "video.src = ''",
          "video.removeAttribute('src'); video.load()",
          "location = 'about:blank'"})
  void aPlayerThatLeavesWhileWaitingIsReported(String going) throws Exception {
    daemon.engine().hold(MIB, video.size());
    page.run("play(arguments[0])", daemon.ticket());
    DaemonFrame.RangeRequest held = daemon.engine().awaitWaiting(1).get(0);
    page.run(going);
    daemon.engine().awaitCancelled(held.requestId());
    daemon.engine().awaitWaiting(0);
  }

  @Test
  void aPageFetchesTheRightBytes() throws Exception {
    int size = video.size();
    String url = daemon.ticket();
    for (long[] range : List.of(new long[] {0, 0}, new long[] {MIB - 1, 3 * MIB},
        new long[] {4567891, 5678912}, new long[] {size - 1, size - 1})) {
      assertFetched(url, "bytes=%d-%d".formatted(range[0], range[1]), range[0], range[1]);
    }
    assertFetched(url, "bytes=%d-".formatted(size - 2 * MIB), size - 2 * MIB, size - 1);
    assertFetched(url, "bytes=-70000", size - 70000, size - 1); // only such a header causes a preflight
    Map<?, ?> whole = page.object("digest(args[0])", url);
    assertThat(whole.get("status")).isEqualTo(200L);
    assertThat(whole.get("length")).isEqualTo((long) size);
    assertThat(whole.get("sha256")).isEqualTo(sha256(0, size - 1));
  }

  private void assertFetched(String url, String header, long start, long end) throws Exception {
    Map<?, ?> part = page.object("digest(...args)", url, header);
    assertThat(part.get("status")).as(header).isEqualTo(206L);
    assertThat(part.get("range"))
        .isEqualTo("bytes %d-%d/%d".formatted(start, end, video.size()));
    assertThat(part.get("length")).isEqualTo(end - start + 1);
    assertThat(part.get("sha256")).as(header).isEqualTo(sha256(start, end));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "{headers: {Range: 'bytes=0-99'}}", "{headers: {Range: 'bytes=-100'}}"})
  void aPageOfAnotherOriginReadsNothing(String options) throws Exception {
    String read =
        "fetch(args[0], %s).then(answer => answer.arrayBuffer())"
            .formatted(options)
            + ".then(body => body.byteLength, failure => failure.name)";
    String url = daemon.ticket();
    try (PageServer other = new PageServer()) {
      page.open(other.page());
      assertThat(page.value(read, url)).isEqualTo("TypeError");
      assertThat(
          page.value(
              "fetch(args[0], {mode: 'no-cors'}).then(async answer =>"
                  + " [answer.type, (await answer.arrayBuffer()).byteLength])",
              url))
          .isEqualTo(List.of("opaque", 0L));
    }
    page.open(site.page());
    assertThat((long) page.value(read, url)).as("the allowed one does").isPositive();
  }
}
