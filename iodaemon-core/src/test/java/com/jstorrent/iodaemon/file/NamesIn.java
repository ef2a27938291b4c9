package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.OperationFailure;
import java.util.ArrayList;
import java.util.List;

/** All names in a folder. */
final class NamesIn implements FolderNames.Sink {
  private final List<String> names = new ArrayList<>();

  private NamesIn() {}

  static List<String> folder(FileService files, FileLocation location) throws OperationFailure {
    NamesIn all = new NamesIn();
    try (FolderNames names = files.folders().names(location)) {
      names.read(all);
    }
    return all.names;
  }

  @Override
  public boolean hasRoom() {
    return true;
  }

  @Override
  public void accept(String name) {
    names.add(name);
  }
}
