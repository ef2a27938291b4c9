package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FolderNames;
import com.jstorrent.iodaemon.json.Json;

/** Names of a folder as a JSON array. */
final class NameArray implements FolderNames.Sink {
  /** Enough for a name of 255 bytes, all of them escaped, with its quotes and a comma. */
  private static final int NAME_BYTES = 2 << 10;

  private final HeldAnswer answer;
  private String separator = "[";

  NameArray(HeldAnswer answer) {
    this.answer = answer;
  }

  @Override
  public boolean hasRoom() {
    return answer.hasRoom(NAME_BYTES);
  }

  /**
   * Blocks until there is room for another name.
   *
   * @throws OperationFailure as {@link HeldAnswer#reserve}
   */
  void grow() throws OperationFailure {
    answer.reserve(NAME_BYTES);
  }

  @Override
  public void accept(String name) {
    answer.append(separator);
    answer.append(Json.write(name));
    separator = ",";
  }

  /** Ends the array. */
  void end() {
    answer.append(separator.equals("[") ? "[]" : "]");
  }
}
