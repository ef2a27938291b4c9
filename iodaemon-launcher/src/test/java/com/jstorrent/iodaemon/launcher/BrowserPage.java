package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.testkit.Program;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openqa.selenium.ImmutableCapabilities;
import org.openqa.selenium.ScriptTimeoutException;
import org.openqa.selenium.remote.RemoteWebDriver;

/** A window of Chromium without a screen. Its paths are Debian's, so that nothing is looked for elsewhere. */
final class BrowserPage implements AutoCloseable {
  private static final String BROWSER = "/usr/bin/chromium";
  private static final String DRIVER = "/usr/bin/chromedriver";
  private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
  private static final List<String> OPTIONS =
      List.of(
          "--headless=new",
          "--no-sandbox", // a container's root has none
          "--disable-dev-shm-usage", // a container's /dev/shm is small
          "--disable-features=BackForwardCache", // it keeps a page that was left, and what that loads, for 40 s
          "--autoplay-policy=no-user-gesture-required");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Program service;
  private final RemoteWebDriver driver;

  /** Skips the test when Chromium or its driver is not there. */
  BrowserPage() throws IOException {
    Program.assumeThere(BROWSER, "--version");
    Program.assumeThere(DRIVER, "--version");
    service = Program.start(DRIVER, "--port=0");
    try {
      driver =
          new RemoteWebDriver(
              URI.create("http://127.0.0.1:" + port(service)).toURL(),
              new ImmutableCapabilities(
                  "browserName", "chrome", "goog:chromeOptions",
                  Map.of("binary", BROWSER, "args", OPTIONS)));
    } catch (IOException | RuntimeException e) {
      service.close();
      throw e;
    }
    driver.manage().timeouts().scriptTimeout(PATIENCE).pageLoadTimeout(PATIENCE);
  }

  private static String port(Program service) throws IOException {
    while (true) {
      Matcher matcher = STARTED.matcher(service.readLine());
      if (matcher.find()) {
        return matcher.group(1);
      }
    }
  }

  void open(String url) {
    driver.get(url);
  }

  /** Runs statements in the page. */
  void run(String script, Object... arguments) {
    driver.executeScript(script, arguments);
  }

  /** The value of an expression, or of its promise. */
  Object value(String expression, Object... arguments) {
    return finish("return " + expression, arguments);
  }

  double number(String expression) {
    return ((Number) value(expression)).doubleValue();
  }

  /** The value of an expression as an object of names and values. */
  Map<?, ?> object(String expression, Object... arguments) {
    return (Map<?, ?>) value(expression, arguments);
  }

  /** Waits until a condition of the page holds. */
  void await(String condition, Object... arguments) {
    finish("await until(() => " + condition + ")", arguments);
  }

  /** A failure of the script comes as a value, since that of a driver has no message of the page. */
  private Object finish(String statements, Object... arguments) {
    String script =
        "const done = arguments[arguments.length - 1];"
            + "(async (...args) => {"
            + statements
            + "})(...arguments).then(value => done([value]), failure => done([null, String(failure)]))";
    try {
      List<?> result = (List<?>) driver.executeAsyncScript(script, arguments);
      if (result.size() > 1) {
        throw new AssertionError(statements + ": " + result.get(1));
      }
      return result.get(0);
    } catch (ScriptTimeoutException e) {
      throw new AssertionError(
          "Not in time: " + statements + "; " + driver.executeScript("return state()"), e);
    }
  }

  @Override
  public void close() {
    driver.quit();
    service.close();
  }
}
