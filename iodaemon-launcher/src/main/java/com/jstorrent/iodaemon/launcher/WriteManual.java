package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.AutoComplete;

/**
 * Writes the manual page and the completion script of a distribution; run by the build: {@code
 * WriteManual FOLDER}.
 */
final class WriteManual {
  private WriteManual() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    write(
        folder.resolve("man").resolve("man1"), CommandSpecs.NAME + ".1",
        ManualPage.of(Version.current()));
    write(
        folder.resolve("bash-completion").resolve("completions"), CommandSpecs.NAME,
        AutoComplete.bash(CommandSpecs.NAME, CommandSpecs.manual(Version.current())));
  }

  private static void write(Path folder, String name, String text) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }
}
