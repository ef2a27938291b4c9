package com.jstorrent.iodaemon.transport.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The files in which Linux lists sockets, a row for each. */
final class KernelTables {
  private KernelTables() {}

  /**
   * Passes on the fields of all rows; none where the system does not list its sockets.
   *
   * @param count how many fields are of interest; what follows them may come as one
   * @throws IOException when no descriptor is left to read the list
   */
  static void forEachRow(List<Path> tables, int count, Consumer<String[]> onRow)
      throws IOException {
    for (Path table : tables) {
      try (Stream<String> lines = Files.lines(table)) {
        lines.skip(1).forEach(line -> onRow.accept(line.strip().split("\\s+", count + 1)));
      } catch (NoSuchFileException | AccessDeniedException e) {
        // Not Linux, or a Linux that hides it.
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } catch (RuntimeException e) {
        // The format is not that of today's Linux.
      }
    }
  }
}
