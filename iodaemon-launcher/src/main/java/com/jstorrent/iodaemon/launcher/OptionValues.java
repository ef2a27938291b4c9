package com.jstorrent.iodaemon.launcher;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/**
 * The values of options in one place: the command line, or the configuration file.
 *
 * @param base the folder that paths are relative to; null for the working folder
 */
record OptionValues(ParseResult result, @Nullable Path base) {

  boolean has(DaemonOption option) {
    return result.hasMatchedOption(option.flag());
  }

  boolean isSet(DaemonOption option) {
    return get(option, false);
  }

  /** The value of an option, or another one if it was not given. */
  <T> T get(DaemonOption option, T otherwise) {
    return result.matchedOptionValue(option.flag(), otherwise);
  }

  @Nullable
  String text(DaemonOption option) {
    return result.<@Nullable String>matchedOptionValue(option.flag(), null);
  }

  /**
   * The values of a repeatable option {@code KEY=VALUE} by their keys, in their order.
   *
   * @throws LaunchFailure when one has no key or no value, or two have the same key
   */
  Map<String, String> pairs(DaemonOption option) throws LaunchFailure {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : get(option, List.<String>of())) {
      int equals = pair.indexOf('=');
      if (equals <= 0 || equals == pair.length() - 1) {
        throw LaunchFailure
            .ofArguments(option.flag() + " must look like " + option.label() + ".");
      }
      if (pairs.put(pair.substring(0, equals), pair.substring(equals + 1)) != null) {
        throw LaunchFailure.ofArguments("Two " + option.flag() + " options have the same key.");
      }
    }
    return pairs;
  }

  /**
   * @throws LaunchFailure when it is not a path, or is relative and there is no working folder
   */
  Path path(String text) throws LaunchFailure {
    try {
      Path path = Path.of(text);
      if (base != null) {
        return base.resolve(path);
      }
      if (!path.isAbsolute() && Boolean.getBoolean(CommandLineParser.WORKING_FOLDER_GONE)) {
        throw LaunchFailure.ofArguments("The working folder is gone: paths must be absolute.");
      }
      return path.toAbsolutePath();
    } catch (InvalidPathException e) {
      throw LaunchFailure.ofArguments("An argument that must be a path is not one.");
    }
  }
}
