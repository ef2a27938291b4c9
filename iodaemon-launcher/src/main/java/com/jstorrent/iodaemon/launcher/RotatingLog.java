package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/**
 * A log file that only its owner may read: it tells who connects to what. When it is full it becomes
 * {@code FILE.1}, that one {@code FILE.2}, and so on. The JDK's own handler writes to other names
 * than it was given, and lets everybody read them.
 */
final class RotatingLog extends Handler {
  private static final long FILE_BYTES = 5 << 20;
  private static final int OLD_FILES = 2;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path file;
  private OutputStream out; // guarded by this
  private long size; // guarded by this

  /**
   * @throws IOException when the file cannot be written
   */
  RotatingLog(Path file) throws IOException {
    this.file = file;
    this.out = open(file);
    this.size = Files.size(file);
  }

  private static OutputStream open(Path file) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (!Files.exists(file) && posix) {
      Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } else if (posix) {
      Files.setPosixFilePermissions(file, OWNER_ONLY);
    }
    return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  public synchronized void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    byte[] line = getFormatter().format(record).getBytes(StandardCharsets.UTF_8);
    try {
      if (size + line.length > FILE_BYTES && size > 0) {
        rotate();
      }
      out.write(line);
      size += line.length;
    } catch (IOException e) {
      reportError(e.getMessage(), e, ErrorManager.WRITE_FAILURE);
    }
  }

  private void rotate() throws IOException {
    out.close();
    for (int old = OLD_FILES; old > 0; old--) {
      Path from = old == 1 ? file : numbered(old - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(old), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    out = open(file);
    size = 0;
  }

  private Path numbered(int old) {
    return file.resolveSibling(file.getFileName() + "." + old);
  }

  @Override
  public void flush() {
    // Each line is given to the system as it is written.
  }

  @Override
  public synchronized void close() {
    try {
      out.close();
    } catch (IOException e) {
      reportError(e.getMessage(), e, ErrorManager.CLOSE_FAILURE);
    }
  }
}
