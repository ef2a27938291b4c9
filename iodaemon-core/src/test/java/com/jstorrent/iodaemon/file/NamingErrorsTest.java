package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of systems that refuse a name, and the same messages where no name is involved. */
class NamingErrorsTest {
  @ParameterizedTest
  @CsvSource({
      "Invalid argument, EINVAL, EIO",
      "Invalid or incomplete multibyte or wide character, EINVAL, EIO",
      "Illegal byte sequence, EINVAL, EIO",
      "'The filename, directory name, or volume label syntax is incorrect', EINVAL, EIO",
      "File name too long, EINVAL, EINVAL",
      "Input/output error, EIO, EIO",
      "No space left on device, ENOSPC, ENOSPC",
      "Read-only file system, EACCES, EACCES",
      "Is a directory, EISDIR, EISDIR"
  })
  void aRefusedNameIsAnErrorOfTheRequest(String said, FailureCode named, FailureCode otherwise) {
    for (IOException failure : new IOException[] {
        new FileSystemException("/secret/place", null, said), new IOException(said)}) {
      OperationFailure ofNaming = FileErrors.ofNaming(failure);
      assertThat(ofNaming.code()).isEqualTo(named);
      assertThat(ofNaming.getMessage()).endsWith(".").doesNotContain("/secret");
      assertThat(FileErrors.of(failure).code()).isEqualTo(otherwise);
    }
  }
}
