package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may use a file with a secret. */
final class FilePermissions {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.range(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_EXECUTE);
  private static final Set<PosixFilePermission> OTHERS_READ =
      EnumSet.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

  private FilePermissions() {}

  /**
   * Whether users other than the owner have any right to the file. False where the file system keeps
   * no rights: then those of the folder decide.
   */
  static boolean areOpenToOthers(Path file) throws IOException {
    return areOpenToOthers(Files.getFileAttributeView(file, PosixFileAttributeView.class));
  }

  /** As {@link #areOpenToOthers(Path)}. */
  static boolean areOpenToOthers(@Nullable PosixFileAttributeView view) throws IOException {
    return allowAny(view, OTHERS);
  }

  /** Whether users other than the owner can read the file. */
  static boolean areReadableByOthers(Path file) throws IOException {
    return allowAny(Files.getFileAttributeView(file, PosixFileAttributeView.class), OTHERS_READ);
  }

  private static boolean allowAny(
      @Nullable PosixFileAttributeView view, Set<PosixFilePermission> rights) throws IOException {
    return view != null && !Collections.disjoint(view.readAttributes().permissions(), rights);
  }
}
