package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.config.NetworkOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks the values of the options and makes {@link LaunchOptions} of them. Values on the command line take
 * precedence over those in the configuration file.
 */
final class LaunchOptionsReader {
  private static final int MAX_PORT = 65_535;
  private static final List<DaemonOption> TOKENS =
      List.of(DaemonOption.TOKEN, DaemonOption.TOKEN_FILE, DaemonOption.TOKEN_STDIN);

  private final List<OptionValues> places;
  private final InputStream stdin;
  private final List<String> warnings = new ArrayList<>();

  /**
   * @param places the command line, then the configuration file if there is one
   */
  LaunchOptionsReader(List<OptionValues> places, InputStream stdin) {
    this.places = places;
    this.stdin = stdin;
  }

  LaunchOptions read() throws LaunchFailure {
    int port = place(DaemonOption.PORT).get(DaemonOption.PORT, 0);
    if (port < 0 || port > MAX_PORT) {
      throw LaunchFailure.ofArguments("--port must be a number from 0 to " + MAX_PORT + ".");
    }
    return new LaunchOptions(
        port,
        token(),
        new LaunchOptions.Folders(
            place(DaemonOption.INSTALL_ID).text(DaemonOption.INSTALL_ID), roots()),
        NetworkOptions.DEFAULT.withDenyPrivate(
            place(DaemonOption.DENY_PRIVATE).isSet(DaemonOption.DENY_PRIVATE)),
        LimitOptions.of(place(DaemonOption.MEMORY).text(DaemonOption.MEMORY), limits()),
        exitConditions(),
        log(),
        warnings);
  }

  /** Where an option was given; the command line when it was not. */
  private OptionValues place(DaemonOption option) {
    for (OptionValues each : places) {
      if (each.has(option)) {
        return each;
      }
    }
    return places.getFirst();
  }

  private String token() throws LaunchFailure {
    OptionValues place = places.getFirst();
    for (OptionValues each : places.reversed()) {
      place = count(each) > 0 ? each : place;
    }
    if (count(place) != 1) {
      throw LaunchFailure.ofArguments(
          "Give the token with exactly one of --token, --token-file and --token-stdin.");
    }
    try {
      String token;
      String named = place.text(DaemonOption.TOKEN_FILE);
      if (named != null) {
        Path file = place.path(named);
        if (FilePermissions.areOpenToOthers(file)) {
          warnings.add("The token file can be used by other users: chmod 600.");
        }
        try (InputStream in = Files.newInputStream(file)) {
          token = TokenText.firstLine(in);
        }
      } else if (place.isSet(DaemonOption.TOKEN_STDIN)) {
        token = TokenText.firstLine(stdin);
      } else {
        token = place.get(DaemonOption.TOKEN, "");
      }
      return TokenText.checked(token);
    } catch (IOException e) {
      throw LaunchFailure
          .ofArguments("The token cannot be read from its file or from standard input.");
    }
  }

  private static int count(OptionValues place) {
    int given = 0;
    for (DaemonOption option : TOKENS) {
      boolean set = option.label().isEmpty() ? place.isSet(option) : place.has(option);
      given += set ? 1 : 0;
    }
    return given;
  }

  private Map<String, Path> roots() throws LaunchFailure {
    Map<String, Path> roots = new LinkedHashMap<>();
    for (OptionValues place : places) {
      for (Map.Entry<String, String> root : place.pairs(DaemonOption.ROOT).entrySet()) {
        roots.putIfAbsent(root.getKey(), place.path(root.getValue()));
      }
    }
    return roots;
  }

  private Map<String, String> limits() throws LaunchFailure {
    Map<String, String> limits = new LinkedHashMap<>();
    for (OptionValues place : places) {
      place.pairs(DaemonOption.LIMIT).forEach(limits::putIfAbsent);
    }
    return limits;
  }

  private LaunchOptions.ExitConditions exitConditions() throws LaunchFailure {
    long parent = place(DaemonOption.PARENT_PID).get(DaemonOption.PARENT_PID, 0L);
    if (parent < 0) {
      throw LaunchFailure.ofArguments("--parent-pid must be the number of a process.");
    }
    return new LaunchOptions.ExitConditions(parent, idleTimeout());
  }

  private Duration idleTimeout() throws LaunchFailure {
    String flag = DaemonOption.IDLE_TIMEOUT.flag();
    String text = place(DaemonOption.IDLE_TIMEOUT).text(DaemonOption.IDLE_TIMEOUT);
    Duration time = text == null ? Duration.ZERO : Quantity.time(flag, text);
    if (time.compareTo(Limits.LONGEST_TIME) > 0) {
      throw LaunchFailure.ofArguments(flag + " must be at most 100 years.");
    }
    return time;
  }

  private LaunchOptions.Log log() throws LaunchFailure {
    OptionValues place = place(DaemonOption.LOG_FILE);
    String file = place.text(DaemonOption.LOG_FILE);
    return new LaunchOptions.Log(
        file == null ? null : place.path(file),
        place(DaemonOption.LOG_LEVEL).get(DaemonOption.LOG_LEVEL, LogLevel.info),
        place(DaemonOption.LOG_FORMAT).get(DaemonOption.LOG_FORMAT, LogFormat.text));
  }
}
