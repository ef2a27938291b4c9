package com.jstorrent.iodaemon.launcher;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Parses the command line, and the configuration file that it names (PROTOCOL.md § 1). */
final class CommandLineParser {
  /**
   * A system property that the start script sets when the working folder was deleted and it has
   * started the JVM in another one.
   */
  static final String WORKING_FOLDER_GONE = "iodaemon.working-folder-gone";

  private final Supplier<String> version;
  private final InputStream stdin;

  /**
   * @param version asked only when it is shown
   */
  CommandLineParser(Supplier<String> version, InputStream stdin) {
    this.version = version;
    this.stdin = stdin;
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
    ParseResult result = parsed("", arguments);
    ParseResult command = result.subcommand();
    if (result.isUsageHelpRequested()) {
      return help(null);
    }
    if (result.isVersionHelpRequested()) {
      return new Request.Show(version.get() + System.lineSeparator());
    }
    if (command == null) {
      return new Request.Serve(options(result));
    }
    String name = command.commandSpec().name();
    if (command.isUsageHelpRequested()) {
      return help(name);
    }
    return name.equals(CommandSpecs.HELP)
        ? help(command.matchedPositionalValue(0, null))
        : new Request.Demo(DemoOptions.of(command));
  }

  private static ParseResult parsed(String where, String... arguments) throws LaunchFailure {
    try {
      return CommandSpecs.parser("").parseArgs(arguments);
    } catch (CommandLine.ParameterException e) {
      throw LaunchFailure.ofArguments(where + sentence(e));
    }
  }

  /** Explains a command, or all of them. */
  private Request help(@Nullable String command) throws LaunchFailure {
    CommandLine manual = CommandSpecs.manual(version.get());
    if (command == null) {
      return new Request.Show(manual.getUsageMessage());
    }
    CommandLine explained = manual.getSubcommands().get(command);
    if (explained == null) {
      throw LaunchFailure.ofArguments(
          "There is no such command to explain"
              + Suggestion.of(command, manual.getSubcommands().keySet()));
    }
    return new Request.Show(explained.getUsageMessage());
  }

  private LaunchOptions options(ParseResult result) throws LaunchFailure {
    List<OptionValues> places = new ArrayList<>();
    OptionValues commandLine = new OptionValues(result, null);
    places.add(commandLine);
    String config = commandLine.text(DaemonOption.CONFIG);
    if (config != null) {
      Path file = commandLine.path(config);
      String[] lines = ConfigFile.arguments(file).toArray(String[]::new);
      ParseResult parsed = parsed("In the configuration file: ", lines);
      places.add(new OptionValues(parsed, file.getParent()));
    }
    return new LaunchOptionsReader(places, stdin).read();
  }

  /**
   * A message without the arguments, which may contain the token; those of the library repeat them.
   */
  private static String sentence(CommandLine.ParameterException e) {
    return switch (e) {
      case CommandLine.UnmatchedArgumentException unmatched -> notUnderstood(unmatched);
      case CommandLine.MissingParameterException missing ->
          name(missing.getMissing().getFirst()) + " needs a value.";
      case CommandLine.OverwrittenOptionException overwritten ->
          name(overwritten.getOverwritten()) + " can be given only once.";
      default ->
          e.getArgSpec() == null
              ? "The arguments are not understood; perhaps an option that has no value was given one."
              : "The value of " + name(e.getArgSpec()) + " is not understood"
                  + choices(e.getArgSpec());
    };
  }

  /** Names what was meant, never what was written. */
  private static String notUnderstood(CommandLine.UnmatchedArgumentException e) {
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    String written = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst();
    if (!written.startsWith("-")) {
      return "There is an argument that is neither an option nor a command"
          + Suggestion.of(written, spec.subcommands().keySet());
    }
    Set<String> names = new TreeSet<>();
    spec.options().forEach(option -> names.add(option.longestName()));
    return "There is an option that does not exist" + Suggestion.of(written, names);
  }

  private static String choices(ArgSpec spec) {
    return spec.type().isEnum()
        ? Stream.of(spec.type().getEnumConstants())
            .map(Object::toString)
            .collect(Collectors.joining(", ", "; it is one of ", "."))
        : ".";
  }

  private static String name(ArgSpec spec) {
    return spec instanceof OptionSpec option ? option.longestName() : "An argument";
  }
}
