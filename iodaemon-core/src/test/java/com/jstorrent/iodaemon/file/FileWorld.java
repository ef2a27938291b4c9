package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A root in some file system, with the real services on it. */
final class FileWorld implements AutoCloseable {
  private final String name;
  private final Path root;
  private final boolean replaces;
  private final Stats stats = new Stats();
  private final FileService files;
  private int number;

  /**
   * @param root is there, and empty
   * @param replaces whether a rename to a name that is taken does what POSIX says
   */
  FileWorld(String name, Path root, boolean replaces, int openFiles) {
    this.name = name;
    this.root = root;
    this.replaces = replaces;
    this.files =
        new FileService(
            new DownloadRoots(List.of(DownloadRoot.of("k", root))), openFiles, stats);
  }

  /** What a step answers. */
  String take(FileStep step) throws IOException {
    number++;
    try {
      return String.valueOf(result(step));
    } catch (OperationFailure e) {
      return e.code().name();
    }
  }

  private Object result(FileStep step) throws OperationFailure, IOException {
    FilePlace place = place(step.path());
    Path behind = root.resolve(step.path());
    switch (step) {
      case FileStep.Write write -> {
        ByteBuffer data = ByteBuffer.wrap(FileModel.data(number, write.size()));
        files.write(place, write.create(), data, write.offset());
      }
      case FileStep.Read read -> {
        ByteBuffer into = ByteBuffer.allocate(read.length());
        try (OpenFile file = files.openForReading(place)) {
          file.read(into, read.offset());
        }
        byte[] bytes = new byte[into.flip().remaining()];
        into.get(bytes);
        return FileModel.shown(bytes);
      }
      case FileStep.Truncate truncate -> files.truncate(place, truncate.length());
      case FileStep.Extend extend -> files.extend(place, extend.length());
      case FileStep.Reserve reserve -> files.reserve(place, reserve.length(), () -> false);
      case FileStep.Flush flush -> files.flush(place);
      case FileStep.Status status -> {
        FolderService.Status found = files.folders().status(place);
        return found.isFolder() ? "a folder" : "a file of " + found.size();
      }
      case FileStep.Names names -> {
        return new TreeSet<>(files.folders().list(place));
      }
      case FileStep.Ensure ensure -> files.folders().ensure(place);
      case FileStep.Delete delete -> files.folders().delete(place);
      case FileStep.Rename rename -> files.folders().rename(place, place(rename.to()), () -> {});
      case FileStep.Replaced replaced -> {
        if (Files.isRegularFile(behind)) {
          Path other = Files.write(root.resolve("other"), FileModel.data(number, replaced.size()));
          Files.move(other, behind, StandardCopyOption.REPLACE_EXISTING);
        }
      }
      case FileStep.Vanished vanished -> {
        if (Files.isRegularFile(behind)) {
          Files.delete(behind);
        }
      }
    }
    return "done";
  }

  /** Deletes what has this name. */
  void free(String path) throws IOException {
    try {
      files.folders().delete(place(path));
    } catch (OperationFailure e) {
      throw new IOException(e.getMessage());
    }
  }

  /** Counts a step that is not taken. */
  void leaveOut() {
    number++;
  }

  boolean replaces() {
    return replaces;
  }

  /** Files that are open now. */
  long open() {
    return stats.get(Counter.OPEN_FILES);
  }

  /** Everything there is, seen without the services. */
  Map<String, String> all() throws IOException {
    Map<String, String> all = new TreeMap<>();
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths = walk.filter(path -> !path.equals(root)).toList();
    }
    for (Path path : paths) {
      all.put(
          root.relativize(path).toString().replace('\\', '/'),
          Files.isDirectory(path) ? "a folder" : FileModel.shown(Files.readAllBytes(path)));
    }
    return all;
  }

  private FilePlace place(String path) throws OperationFailure {
    return files.place("k", SafePath.of(path));
  }

  @Override
  public String toString() {
    return name;
  }

  @Override
  public void close() {
    files.close();
  }
}
