package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The file of {@code --config}: UTF-8 lines {@code NAME = VALUE}, with the names of the options without their
 * dashes. Blanks around both are left out, a value is taken as it is, and lines that begin with {@code #} are
 * comments. {@code NAME.KEY = VALUE} stands for {@code NAME = KEY=VALUE}. An option without a value on the command
 * line has {@code true} or {@code false} here.
 */
final class ConfigFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Map<String, DaemonOption> names = new LinkedHashMap<>();
  private final List<String> arguments = new ArrayList<>();

  private ConfigFile() {
    for (DaemonOption option : DaemonOption.values()) {
      if (option.isForFiles()) {
        names.put(option.key(), option);
      }
    }
  }

  /**
   * The lines as arguments of a command line.
   *
   * @throws LaunchFailure when the file cannot be read, a line is not understood, or the file has the
   *     token and other users may read it; the message is one sentence without any value
   */
  static List<String> arguments(Path file) throws LaunchFailure {
    ConfigFile config = new ConfigFile();
    try {
      int number = 0;
      for (String line : text(file).split("\\R", -1)) {
        config.add(++number, line.strip());
      }
      if (config.hasToken() && FilePermissions.areOpenToOthers(file)) {
        throw LaunchFailure.ofArguments(
            "The configuration file has the token, so only its owner may have rights to it (chmod"
                + " 600).");
      }
    } catch (IOException e) {
      throw LaunchFailure.ofArguments("The configuration file cannot be read.");
    }
    return config.arguments;
  }

  private static String text(Path file) throws IOException, LaunchFailure {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw LaunchFailure.ofArguments("The configuration file is larger than 1 MiB.");
      }
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      boolean marked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
      return marked ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw LaunchFailure.ofArguments("The configuration file must be UTF-8 text.");
    }
  }

  private void add(int number, String line) throws LaunchFailure {
    if (line.isEmpty() || line.charAt(0) == '#') {
      return;
    }
    int equals = line.indexOf('=');
    if (equals < 0) {
      throw wrong(number, "must look like NAME = VALUE.");
    }
    String name = line.substring(0, equals).strip();
    String value = line.substring(equals + 1).strip();
    int dot = name.indexOf('.');
    if (dot > 0) {
      value = name.substring(dot + 1) + "=" + value;
      name = name.substring(0, dot);
    }
    DaemonOption option = names.get(name);
    if (option == null || dot > 0 && !option.isRepeatable()) {
      throw wrong(number, "names no option" + Suggestion.of(name, names.keySet()));
    }
    if (!option.label().isEmpty()) {
      arguments.add(option.flag() + "=" + value);
    } else if (value.equals("true")) {
      arguments.add(option.flag());
    } else if (!value.equals("false")) {
      throw wrong(number, "must set " + option.key() + " to true or false.");
    }
  }

  private static LaunchFailure wrong(int number, String what) {
    return LaunchFailure.ofArguments("Line " + number + " of the configuration file " + what);
  }

  private boolean hasToken() {
    return arguments.stream().anyMatch(one -> one.startsWith(DaemonOption.TOKEN.flag() + "="));
  }
}
