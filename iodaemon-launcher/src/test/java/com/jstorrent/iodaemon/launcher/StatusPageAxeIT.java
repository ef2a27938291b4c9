package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** axe-core finds nothing on the status page, in either colour scheme. */
class StatusPageAxeIT {
  private static final Path AXE =
      Path.of("..", "target", "node", "node_modules", "axe-core", "axe.min.js");
  private static final String TOKEN = "token";

  private static BrowserPage page;

  @TempDir
  Path root;

  private DaemonProcess daemon;
  private StatusPageView view;

  @BeforeAll
  static void open() throws Exception {
    if (!Files.isRegularFile(AXE)) {
      String message =
          "SKIPPED: for this test run: npm install --no-save --prefix target/node axe-core";
      System.err.println(message);
      Assumptions.abort(message);
    }
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

  /** What is wrong with the page as it is, for each scheme and width. */
  private static void assertNoFindings(String state) throws Exception {
    page.run(Files.readString(AXE));
    for (String scheme : List.of("light", "dark")) {
      page.colours(scheme);
      for (int width : List.of(375, 1180)) {
        page.size(width, 900);
        assertThat(findings()).as(state + ", " + scheme + ", " + width + " pixels").isEmpty();
      }
    }
    page.colours("light");
  }

  private static List<?> findings() {
    return (List<?>) page.value(
        "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.flatMap(each =>"
            + " each.nodes.map(node => each.id + ': ' + node.html + ' ' + node.failureSummary)))");
  }

  /** So that an empty list of findings means something. */
  @Test
  void itFindsWhatIsWrong() throws IOException {
    page.open(view.address());
    page.run(Files.readString(AXE));
    page.run("document.documentElement.lang = ''");
    assertThat(findings()).hasSize(1).first().asString().startsWith("html-has-lang");
  }

  @Test
  void thePageThatAsksForTheTokenHasNoFindings() throws Exception {
    page.open(view.address());
    assertNoFindings("the token is asked for");
    page.type("#token", "wrong", Keys.ENTER);
    page.await("document.getElementById('token-problem').innerText !== ''");
    assertNoFindings("the token was wrong");
  }

  @Test
  void thePageOfABusyDaemonHasNoFindings() throws Exception {
    view.unlock();
    assertNoFindings("no client");
    try (BusyClient client = new BusyClient(view.port(), TOKEN, "engine")) {
      page.await("document.querySelectorAll('.session').length === 1");
      page.type(".opener", Keys.ENTER);
      page.type("summary", Keys.ENTER);
      page.await("document.querySelectorAll('.sockets tbody tr').length === 1");
      assertNoFindings("under load");
      page.type(".quiet", Keys.ENTER);
      assertNoFindings("a question");
      page.type(Keys.ESCAPE);
      page.type("#pause", Keys.ENTER);
      view.awaitState("paused");
      assertNoFindings("paused");
      page.type("#pause", Keys.ENTER);
      view.awaitState("live");
      assertThat(client.isBusy()).isTrue();
      daemon.close();
      daemon.awaitExit();
      view.awaitState("gone");
      assertNoFindings("no answer");
    }
  }
}
