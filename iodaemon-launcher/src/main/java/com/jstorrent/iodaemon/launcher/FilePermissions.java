package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Who may use a file with a secret. */
final class FilePermissions {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.range(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_EXECUTE);

  private FilePermissions() {}

  /**
   * Whether users other than the owner have any right to the file. False where the file system keeps
   * no rights: then those of the folder decide.
   */
  static boolean areOpenToOthers(Path file) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(file, PosixFileAttributeView.class);
    return view != null && !Collections.disjoint(view.readAttributes().permissions(), OTHERS);
  }
}
