package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Program;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openqa.selenium.By;
import org.openqa.selenium.ImmutableCapabilities;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.ScriptTimeoutException;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.remote.RemoteWebDriver;

/** A headless Chromium, at the paths of Debian's packages. */
final class BrowserPage implements AutoCloseable {
  private static final String BROWSER = "/usr/bin/chromium";
  private static final String DRIVER = "/usr/bin/chromedriver";
  private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
  private static final List<String> OPTIONS =
      List.of(
          "--headless=new",
          "--no-sandbox", // not available to root in a container
          "--disable-dev-shm-usage", // a container's /dev/shm is small
          "--disable-features=BackForwardCache", // it would keep a page and its requests for 40 s after leaving it
          "--autoplay-policy=no-user-gesture-required");
  private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(60);

  /**
   * Waits for a condition; a page may define its own, which fails early when waiting is in vain.
   */
  private static final String UNTIL =
      "const until = window.until ?? (async condition => {"
          + "while (!condition()) await new Promise(resolve => setTimeout(resolve, 20))});";

  private static final String STATE =
      "return typeof state === 'function' ? state() : document.body.innerText";

  private final Program service;
  private final String address;
  private final RemoteWebDriver driver;

  /** Skips the test if Chromium or its driver is not installed. */
  BrowserPage() throws IOException {
    Program.assumeThere(BROWSER, "--version");
    Program.assumeThere(DRIVER, "--version");
    service = Program.start(DRIVER, "--port=0");
    try {
      address = "http://127.0.0.1:" + port(service);
      driver =
          new RemoteWebDriver(
              URI.create(address).toURL(),
              new ImmutableCapabilities(
                  Map.of(
                      "browserName", "chrome",
                      "goog:chromeOptions", Map.of("binary", BROWSER, "args", OPTIONS),
                      "goog:loggingPrefs", Map.of("browser", "ALL"))));
    } catch (IOException | RuntimeException e) {
      service.close();
      throw e;
    }
    driver.manage().timeouts().scriptTimeout(FLUSH_TIMEOUT).pageLoadTimeout(FLUSH_TIMEOUT);
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

  /** The value of an expression that is an object. */
  Map<?, ?> object(String expression, Object... arguments) {
    return (Map<?, ?>) value(expression, arguments);
  }

  /** Waits until a condition of the page holds. */
  void await(String condition, Object... arguments) {
    finish("await until(() => " + condition + ")", arguments);
  }

  /**
   * Passes a failure of the script as a value, because the driver's exception lacks the page's
   * message.
   */
  private Object finish(String statements, Object... arguments) {
    String script =
        UNTIL
            + "const done = arguments[arguments.length - 1];"
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
          "Not in time: " + statements + "; "
              + driver.executeScript(STATE),
          e);
    }
  }

  /** Types keys into the element that has the focus. */
  void type(Keys key) {
    driver.switchTo().activeElement().sendKeys(key);
  }

  /** Types keys into an element. */
  void type(String selector, CharSequence... keys) {
    driver.findElement(By.cssSelector(selector)).sendKeys(keys);
  }

  /** The errors of the browser and the log of the page since the last call. */
  List<String> log() {
    return driver.manage().logs().get("browser").getAll().stream().map(LogEntry::toString).toList();
  }

  /** Shows another page in a frame of this one, and returns the frame's address. */
  String framed(String url) {
    value(
        "new Promise(loaded => {const frame = document.createElement('iframe');"
            + "frame.onload = loaded; frame.src = args[0]; document.body.append(frame)})",
        url);
    driver.switchTo().frame(driver.findElement(By.cssSelector("iframe:last-of-type")));
    try {
      return (String) driver.executeScript("return location.href");
    } finally {
      driver.switchTo().defaultContent();
    }
  }

  /** Sets the user's preferred colour scheme, "light" or "dark". */
  void colours(String scheme) throws IOException, InterruptedException {
    tell(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /**
   * Sets the size of the page, which may be narrower than a window can be, and waits until the page has
   * been laid out anew.
   */
  void size(int width, int height) throws IOException, InterruptedException {
    tell(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", true));
    await("innerWidth === args[0]", width);
    value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }

  /** Sends a command of the DevTools protocol. */
  private void tell(String command, Map<String, ?> parameters)
      throws IOException, InterruptedException {
    String body = Json.write(Map.of("cmd", command, "params", parameters));
    String path = "/session/" + driver.getSessionId() + "/goog/cdp/execute";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.body());
    }
  }

  /** Saves a screenshot, for people. */
  void picture(Path file, int width, int height) throws IOException, InterruptedException {
    size(width, height);
    driver.executeScript("scrollTo(0, 0)");
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  @Override
  public void close() {
    driver.quit();
    service.close();
  }
}
