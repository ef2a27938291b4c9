package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The codes for messages of the C libraries of Linux (glibc, musl) and macOS, and of Windows. */
class FileErrorsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock = """
          No space left on device                | ENOSPC
          There is not enough space on the disk  | ENOSPC
          Disk quota exceeded                    | ENOSPC
          Quota exceeded                         | ENOSPC
          File too large                         | ENOSPC
          Directory not empty                    | ENOTEMPTY
          Is a directory                         | EISDIR
          Not a directory                        | ENOTDIR
          Too many open files                    | EBUSY
          Too many open files in system          | EBUSY
          No file descriptors available          | EBUSY
          File name too long                     | EINVAL
          Filename too long                      | EINVAL
          Read-only file system                  | EACCES
          The media is write protected           | EACCES
          Operation not permitted                | EACCES
          Text file busy                         | EACCES
          Too many levels of symbolic links      | EACCES
          Symbolic link loop                     | EACCES
          Device or resource busy                | EACCES
          Resource busy                          | EACCES
          The process cannot access the file because it is being used by another process | EACCES
          Stale file handle                      | ENOENT
          Stale NFS file handle                  | ENOENT
          Transport endpoint is not connected    | ENOENT
          Socket is not connected                | ENOENT
          Socket not connected                   | ENOENT
          Software caused connection abort       | ENOENT
          Host is down                           | ENOENT
          No such device                         | ENOENT
          No such device or address              | ENOENT
          Device not configured                  | ENOENT
          No medium found                        | ENOENT
          The device is not ready                | ENOENT
          Connection timed out                   | EBUSY
          Operation timed out                    | EBUSY
          Input/output error                     | EIO
          I/O error                              | EIO
          """)
  void messagesOfTheSystemMapToCodes(String words, FailureCode code) {
    for (IOException failure : new IOException[] {
        new FileSystemException("/secret/place", null, words), new IOException(words)}) {
      OperationFailure answer = FileErrors.of(failure);
      assertThat(answer.code()).as(words).isEqualTo(code);
      assertThat(answer.getMessage())
          .matches("[A-Z].*[.?]")
          .doesNotContain("secret")
          .doesNotContainPattern("[.;] [A-Z]");
    }
  }
}
