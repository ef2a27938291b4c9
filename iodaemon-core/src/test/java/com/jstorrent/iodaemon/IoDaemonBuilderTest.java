package com.jstorrent.iodaemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.time.AwakeClock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invalid values are refused when they are set, with a message that names the option. */
class IoDaemonBuilderTest {
  @TempDir
  Path folder;

  private final IoDaemonBuilder builder = IoDaemon.builder();

  private static Stream<Method> optionsOfOneObject() {
    return Arrays.stream(IoDaemonBuilder.class.getMethods())
        .filter(method -> method.getReturnType() == IoDaemonBuilder.class)
        .filter(method -> method.getParameterCount() == 1)
        .filter(method -> !method.getParameterTypes()[0].isPrimitive());
  }

  private static void assertRefused(ThrowingCallable setting, String message) {
    assertThatThrownBy(setting)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @MethodSource("optionsOfOneObject")
  void nullIsRefused(Method option) {
    assertThatThrownBy(() -> option.invoke(builder, (Object) null))
        .isInstanceOf(InvocationTargetException.class)
        .cause()
        .isInstanceOf(NullPointerException.class)
        .hasMessage(option.getName() + " must not be null.");
  }

  @Test
  void anEmptyTokenIsRefused() {
    assertRefused(() -> builder.token(""), "token must not be empty.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "\r", "a\u0000", "\u007f", "\u0085"})
  void aTokenThatNoHeaderCanCarryIsRefused(String token) {
    assertRefused(() -> builder.token(token), "token must not have control characters.");
  }

  /** It would be encoded as a question mark, and so would many other tokens. */
  @Test
  void aTokenThatIsNoTextIsRefused() {
    assertRefused(
        () -> builder.token("a\uD800b"), "token must not have a part of a surrogate pair.");
  }

  @ParameterizedTest
  @ValueSource(strings = {" a", "a ", " "})
  void aTokenThatAHeaderWouldShortenIsRefused(String token) {
    assertRefused(() -> builder.token(token), "token must not begin or end with a blank.");
  }

  @Test
  void anImpossibleIdleTimeoutIsRefused() {
    assertRefused(
        () -> builder.idleTimeout(Duration.ofSeconds(-1)),
        "idleTimeout must not be negative, and is PT-1S.");
    assertRefused(
        () -> builder.idleTimeout(ChronoUnit.FOREVER.getDuration()),
        "idleTimeout must be at most 100 years.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "", "*", "null", "example.org", "https://", "https://example.org/",
          "https://example.org/page", "https://example.org?q", "https://user@example.org",
          "https://Example.org", "HTTPS://example.org", "https://example.org:",
          "http://localhost:*",
          "https://example.org:123456", "https://example.org:x", " https://example.org",
          "https://example.org\n"})
  void invalidOriginsAreRefused(String origin) {
    assertRefused(
        () -> builder.allowedOrigin(origin),
        "allowedOrigin must look like https://example.org, and is \"" + origin + "\".");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "https://example.org", "http://localhost:8080", "http://127.0.0.1:65535",
          "http://[::1]:80", "https://xn--bcher-kva.example",
          "chrome-extension://dbokmlpefliilbjldladbimlcfgbolhk",
          "moz-extension://5d2bb2f5-7d1e-4c10-a1d2-2b3bd6c1e5b5"})
  void originsAsBrowsersSendThemAreAccepted(String origin) {
    assertThat(builder.allowedOrigin(origin)).isSameAs(builder);
  }

  @Test
  void aRootNeedsAKey() {
    assertRefused(
        () -> builder.root("", folder), "The key of a download root must not be empty.");
    assertThatThrownBy(() -> builder.root(null, folder))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("The key of a download root must not be null.");
  }

  @Test
  void aRootNeedsAnAbsolutePath() {
    assertThatThrownBy(() -> builder.root("films", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("The path of the download root \"films\" must not be null.");
    assertRefused(
        () -> builder.root("films", Path.of("films")),
        "The path of the download root \"films\" must be absolute.");
    assertRefused(
        () -> DownloadRoot.of("films", Path.of("")),
        "The path of the download root \"films\" must be absolute.");
  }

  @Test
  void aRootIsAFolderThatExists() throws Exception {
    String message = "The download root \"films\" must be a folder that exists.";
    assertRefused(() -> builder.root("films", folder.resolve("gone")), message);
    Path file = Files.createFile(folder.resolve("file"));
    assertRefused(() -> builder.root("films", file), message);
    assertThat(builder.root("films", folder)).isSameAs(builder);
  }

  @Test
  void rootsThatComeAndGoNeedNotExist() throws Exception {
    DownloadRoot gone = DownloadRoot.of("films", folder.resolve("gone"));
    try (IoDaemon daemon = builder.token("t").roots(List.of(gone)).build()) {
      assertThat(daemon.roots()).containsExactly(gone);
    }
    assertThatThrownBy(() -> builder.roots(Collections.singletonList(null)))
        .hasMessage("roots must not be null.");
  }

  @Test
  void aSecondRootOfOneKeyIsRefused() {
    String message = "Two download roots have the key \"films\".";
    builder.root("films", folder);
    assertRefused(() -> builder.root("films", folder), message);
    assertRefused(() -> builder.roots(List.of(DownloadRoot.of("films", folder))), message);
  }

  @Test
  void aDaemonThatCannotBeBuiltLeavesTheGivenClockAsItWas() throws Exception {
    CountDownLatch ran = new CountDownLatch(1);
    try (AwakeClock clock = new AwakeClock(failure -> {})) {
      builder.clock(clock);
      assertThatThrownBy(builder::build).hasMessageContaining("token");
      clock.schedule(Duration.ZERO, ran::countDown);
      ran.await();
      builder.token("t").build().close();
    }
  }
}
