package com.jstorrent.iodaemon.launcher;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Where the process that has started this one reads; {@link System#out} would keep silent about errors. */
final class StandardOutput {
  private StandardOutput() {}

  /**
   * @param complaint the sentence for when it cannot be written: it is closed, or full, or has no reader
   * @throws LaunchFailure in that case
   */
  @SuppressWarnings("resource") // closing the stream would close the descriptor
  static void write(String text, String complaint) throws LaunchFailure {
    try {
      new FileOutputStream(FileDescriptor.out).write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new LaunchFailure(ExitCode.FAILED, complaint);
    }
  }
}
