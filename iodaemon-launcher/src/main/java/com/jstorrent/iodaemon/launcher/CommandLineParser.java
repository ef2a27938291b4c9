package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.config.NetworkOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Parses the command line (PROTOCOL.md § 1). The options are declared in code rather than by
 * annotations, which saves some 30 ms of every start.
 */
final class CommandLineParser {
  /**
   * A system property that the start script sets when the working folder was deleted and it has
   * started the JVM in another one.
   */
  static final String WORKING_FOLDER_GONE = "iodaemon.working-folder-gone";

  private static final int MAX_PORT = 65_535;
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})([smh]?)");
  private static final Pattern MEMORY = Pattern.compile("([0-9]{1,9})([MmGg]?)");

  private final CommandLine commandLine;
  private final InputStream stdin;

  CommandLineParser(String version, InputStream stdin) {
    this.stdin = stdin;
    commandLine = new CommandLine(daemon(version));
    commandLine.addSubcommand("demo", DemoOptions.spec());
    commandLine.setOverwrittenOptionsAllowed(false);
    commandLine.setExpandAtFiles(false); // a token may begin with @
    commandLine.setTrimQuotes(false);
    // What follows an option is always its value: a token may look like an option, or be "demo".
    commandLine.setAllowOptionsAsOptionParameters(true);
    commandLine.setAllowSubcommandsAsOptionParameters(true);
    commandLine.setEndOfOptionsDelimiter("\0"); // instead of "--": there are no positional arguments
  }

  private static CommandSpec daemon(String version) {
    CommandSpec spec = CommandSpec.create().name("jstorrent-io-daemon").version(version);
    spec.usageMessage()
        .width(100)
        .description(
            "Relays TCP sockets over one WebSocket and reads, writes and hashes files over HTTP,"
                + " on 127.0.0.1.",
            "Prints the port on standard output; everything else goes to standard error.")
        .footer(
            "",
            "Try it:  jstorrent-io-daemon demo",
            "Exit status: 0 after an orderly end, 1 when it cannot start, 2 for bad arguments, 3 when it",
            "cannot go on.");
    option(spec, "--port", "N", int.class,
        "Port on 127.0.0.1; 0, the default, lets the system choose.");
    option(spec, "--token", "T", String.class,
        "The secret that clients show. Other users see it in a list of processes.");
    option(spec, "--token-file", "FILE", String.class,
        "Read the token from the first line of a file.");
    flag(spec, "--token-stdin", "Read the token from the first line of standard input.");
    option(spec, "--parent-pid", "PID", long.class, "Exit when this process is gone.");
    option(spec, "--idle-timeout", "D", String.class,
        "Exit after this time without a client: seconds, or 90s, 15m, 2h; 0, the default, is never.");
    option(spec, "--install-id", "ID", String.class,
        "Which profile of rpc-info.json is ours; without it none is read.");
    spec.addOption(
        OptionSpec.builder("--root")
            .paramLabel("KEY=PATH")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description("A download folder and the key that clients name it by. Repeatable.")
            .build());
    flag(spec, "--deny-private",
        "Sockets reach public addresses only: no loopback, private or link-local ones.");
    option(spec, "--memory", "SIZE", String.class,
        "How much clients can make the daemon hold: MiB, or 256M, 1G. The default depends on the heap.");
    option(spec, "--log-file", "FILE", String.class,
        "Write the log to this file as well; it is rotated at 5 MB.");
    option(spec, "--log-level", "LEVEL", LogLevel.class,
        "error, warn, info (the default), debug or trace.");
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Show this and exit.")
            .build());
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Show the version and exit.")
            .build());
    return spec;
  }

  private static void option(
      CommandSpec spec, String name, String label, Class<?> type, String description) {
    spec.addOption(
        OptionSpec.builder(name).paramLabel(label).type(type).description(description).build());
  }

  private static void flag(CommandSpec spec, String name, String description) {
    spec.addOption(
        OptionSpec.builder(name).arity("0").type(boolean.class).description(description).build());
  }

  /** What the command line requests. */
  sealed interface Request {
    record Serve(LaunchOptions options) implements Request {}

    record Demo(DemoOptions options) implements Request {}

    /** Only prints a text to standard output. */
    record Show(String text) implements Request {}
  }

  /**
   * @throws LaunchFailure when the arguments are not valid; the message is one sentence
   */
  Request parse(String... arguments) throws LaunchFailure {
    try {
      ParseResult result = commandLine.parseArgs(arguments);
      ParseResult demo = result.subcommand();
      CommandLine asked = demo == null ? commandLine : demo.commandSpec().commandLine();
      if (result.isUsageHelpRequested() || demo != null && demo.isUsageHelpRequested()) {
        return new Request.Show(asked.getUsageMessage());
      }
      if (result.isVersionHelpRequested()) {
        return new Request.Show(commandLine.getCommandSpec().version()[0] + System.lineSeparator());
      }
      return demo != null
          ? new Request.Demo(DemoOptions.of(demo))
          : new Request.Serve(options(result));
    } catch (CommandLine.ParameterException e) {
      throw LaunchFailure.ofArguments(sentence(e));
    }
  }

  /**
   * A message without the arguments, which may contain the token; those of the library repeat them.
   */
  private static String sentence(CommandLine.ParameterException e) {
    return switch (e) {
      case CommandLine.UnmatchedArgumentException unmatched ->
          "There is an argument that is not understood.";
      case CommandLine.MissingParameterException missing ->
          name(missing.getMissing().getFirst()) + " needs a value.";
      case CommandLine.OverwrittenOptionException overwritten ->
          name(overwritten.getOverwritten()) + " can be given only once.";
      default ->
          e.getArgSpec() == null
              ? "The arguments are not understood."
              : "The value of " + name(e.getArgSpec()) + " is not understood.";
    };
  }

  private static String name(ArgSpec spec) {
    return spec instanceof OptionSpec option ? option.longestName() : "An argument";
  }

  private LaunchOptions options(ParseResult result) throws LaunchFailure {
    int port = result.matchedOptionValue("--port", 0);
    if (port < 0 || port > MAX_PORT) {
      throw LaunchFailure.ofArguments("--port must be a number from 0 to " + MAX_PORT + ".");
    }
    long parentPid = result.matchedOptionValue("--parent-pid", 0L);
    if (parentPid < 0) {
      throw LaunchFailure.ofArguments("--parent-pid must be the number of a process.");
    }
    String logFile = result.matchedOptionValue("--log-file", null);
    return new LaunchOptions(
        port,
        token(result),
        new LaunchOptions.Folders(
            result.matchedOptionValue("--install-id", null),
            roots(result.matchedOptionValue("--root", List.of()))),
        network(result),
        limits(result.matchedOptionValue("--memory", null)),
        new LaunchOptions.Life(
            parentPid, duration(result.matchedOptionValue("--idle-timeout", "0"))),
        new LaunchOptions.Log(
            logFile == null ? null : path(logFile),
            result.matchedOptionValue("--log-level", LogLevel.info)));
  }

  private static NetworkOptions network(ParseResult result) {
    return NetworkOptions.DEFAULT
        .withDenyPrivate(result.matchedOptionValue("--deny-private", false));
  }

  private String token(ParseResult result) throws LaunchFailure {
    String token = result.matchedOptionValue("--token", null);
    String file = result.matchedOptionValue("--token-file", null);
    boolean fromStdin = result.matchedOptionValue("--token-stdin", false);
    int given = (token == null ? 0 : 1) + (file == null ? 0 : 1) + (fromStdin ? 1 : 0);
    if (given != 1) {
      throw LaunchFailure.ofArguments(
          "Give the token with exactly one of --token, --token-file and --token-stdin.");
    }
    try {
      if (file != null) {
        try (InputStream in = Files.newInputStream(path(file))) {
          token = TokenText.firstLine(in);
        }
      } else if (fromStdin) {
        token = TokenText.firstLine(stdin);
      }
    } catch (IOException e) {
      throw LaunchFailure
          .ofArguments("The token cannot be read from its file or from standard input.");
    }
    return TokenText.checked(token);
  }

  private static Map<String, Path> roots(List<String> pairs) throws LaunchFailure {
    Map<String, Path> roots = new LinkedHashMap<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals <= 0 || equals == pair.length() - 1) {
        throw LaunchFailure.ofArguments("--root must look like KEY=PATH.");
      }
      if (roots.put(pair.substring(0, equals), path(pair.substring(equals + 1))) != null) {
        throw LaunchFailure.ofArguments("Two --root options have the same key.");
      }
    }
    return roots;
  }

  /** Parses seconds, or a number with a unit. */
  private static Duration duration(String text) throws LaunchFailure {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw LaunchFailure
          .ofArguments("--idle-timeout must be a number of seconds, or one with s, m or h.");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "h" -> Duration.ofHours(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofSeconds(number);
    };
  }

  /** Parses MiB, or a number with a unit. */
  private static Limits limits(@Nullable String memory) throws LaunchFailure {
    if (memory == null) {
      return Limits.DEFAULT;
    }
    Matcher matcher = MEMORY.matcher(memory);
    long bytes = 0;
    if (matcher.matches()) {
      bytes =
          Long.parseLong(matcher.group(1)) << (matcher.group(2).equalsIgnoreCase("g") ? 30 : 20);
    }
    if (bytes < Limits.FRAME_BYTES) {
      throw LaunchFailure.ofArguments(
          "--memory must be a number of MiB, or one with M or G, and at least 16 MiB.");
    }
    return Limits.builder().memoryBytes(bytes).build();
  }

  private static Path path(String text) throws LaunchFailure {
    try {
      Path path = Path.of(text);
      if (!path.isAbsolute() && Boolean.getBoolean(WORKING_FOLDER_GONE)) {
        throw LaunchFailure.ofArguments("The working folder is gone: paths must be absolute.");
      }
      return path.toAbsolutePath();
    } catch (InvalidPathException e) {
      throw LaunchFailure.ofArguments("An argument should be a path and is not.");
    }
  }
}
