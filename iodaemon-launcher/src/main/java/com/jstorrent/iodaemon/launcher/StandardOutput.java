package com.jstorrent.iodaemon.launcher;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Standard output, which the parent process reads. Unlike {@link System#out} it reports errors. */
final class StandardOutput {
  private static final FileOutputStream STREAM = new FileOutputStream(FileDescriptor.out);

  private StandardOutput() {}

  /**
   * @param complaint the message for when it cannot be written, because it is closed or full or has
   *     no reader
   * @throws LaunchFailure in that case
   */
  static void write(String text, String complaint) throws LaunchFailure {
    try {
      STREAM.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new LaunchFailure(ExitCode.FAILED, complaint);
    }
  }
}
