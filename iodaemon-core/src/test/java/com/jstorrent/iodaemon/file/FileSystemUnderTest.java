package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
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
final class FileSystemUnderTest implements AutoCloseable {
  private final String name;
  private final Path root;
  private final boolean replaces;
  private final Stats stats = new Stats();
  private final FileService files;
  private int number;

  /**
   * @param root an existing empty folder
   * @param replaces whether a rename to an existing name does what POSIX says
   */
  FileSystemUnderTest(String name, Path root, boolean replaces, int openFiles) {
    this.name = name;
    this.root = root;
    this.replaces = replaces;
    this.files =
        new FileService(
            new DownloadRoots(List.of(DownloadRoot.of("k", root))), openFiles, stats);
  }

  /** Applies a step and returns the answer. */
  String take(FileStep step) throws IOException {
    number++;
    try {
      return String.valueOf(result(step));
    } catch (OperationFailure e) {
      return e.code().name();
    }
  }

  private Object result(FileStep step) throws OperationFailure, IOException {
    FileLocation location = location(step.path());
    Path behind = root.resolve(step.path());
    switch (step) {
      case FileStep.Write write -> {
        ByteBuffer data = ByteBuffer.wrap(FileModel.data(number, write.size()));
        files.write(location, write.create(), data, write.offset());
      }
      case FileStep.Read read -> {
        ByteBuffer into = ByteBuffer.allocate(read.length());
        try (OpenFile file = files.openForReading(location)) {
          file.read(into, read.offset());
        }
        byte[] bytes = new byte[into.flip().remaining()];
        into.get(bytes);
        return FileModel.shown(bytes);
      }
      case FileStep.Truncate truncate -> files.truncate(location, truncate.length());
      case FileStep.Extend extend -> files.extend(location, extend.length());
      case FileStep.Reserve reserve -> files.reserve(location, reserve.length(), () -> false);
      case FileStep.Flush flush -> files.flush(location);
      case FileStep.Status status -> {
        FolderService.Status found = files.folders().status(location);
        return found.isFolder() ? "a folder" : "a file of " + found.size();
      }
      case FileStep.Names names -> {
        return new TreeSet<>(NamesIn.folder(files, location));
      }
      case FileStep.Ensure ensure -> files.folders().ensure(location);
      case FileStep.Delete delete -> files.folders().delete(location);
      case FileStep.Rename rename ->
          files.folders().rename(location, location(rename.to()), () -> {});
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

  /** Deletes the file or folder of this name. */
  void free(String path) throws IOException {
    try {
      files.folders().delete(location(path));
    } catch (OperationFailure e) {
      throw new IOException(e.getMessage());
    }
  }

  /** Counts a step that is skipped, so that later steps write the same data as in the model. */
  void leaveOut() {
    number++;
  }

  boolean replaces() {
    return replaces;
  }

  /** The number of open files. */
  long open() {
    return stats.get(Counter.OPEN_FILES);
  }

  /** All files and folders, read without the services. */
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

  private FileLocation location(String path) throws OperationFailure {
    return files.location("k", SafePath.of(path));
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
