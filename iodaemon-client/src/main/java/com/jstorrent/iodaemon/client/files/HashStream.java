package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Hashes in order, as the daemon computes them. {@link #next} blocks until the next one arrives, for
 * {@link FilesClient.Builder#silence} at most, and throws {@link UncheckedIOException} when it does not arrive.
 * Must be closed, which ends the connection and with it the daemon's work. Used by one thread at a time; any thread
 * may close it.
 */
public final class HashStream<T> implements Iterator<T>, AutoCloseable {
  /** Longer than any hash in JSON. */
  private static final int LINE_BYTES = 4096;

  private final AnswerInput lines;
  private final Iterator<LineReader<T>> readers;

  /**
   * @param readers one for each line that must arrive
   */
  HashStream(AnswerInput lines, Iterator<LineReader<T>> readers) {
    this.lines = lines;
    this.readers = readers;
  }

  /** Converts the JSON of a line. */
  @FunctionalInterface
  interface LineReader<T> {
    T read(@Nullable Object json) throws IOException;
  }

  /** Whether there is another hash. Never blocks: the request determines how many there are. */
  @Override
  public boolean hasNext() {
    return readers.hasNext();
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("All hashes have been read.");
    }
    try {
      T next = readers.next().read(Json.read(line()));
      if (!hasNext() && !isAtEnd()) {
        throw new IOException("The daemon has sent more hashes than were asked for.");
      }
      return next;
    } catch (IllegalArgumentException e) {
      close();
      throw new UncheckedIOException(
          new IOException("The daemon has sent an invalid hash.", e));
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the end, so that the connection can be used again. All hashes have come, so a failure loses none. */
  private boolean isAtEnd() {
    try {
      return lines.read() < 0;
    } catch (IOException e) {
      close();
      return true;
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next; (next = lines.read()) != '\n';) {
      if (next < 0) {
        throw new EOFException("The daemon has sent fewer hashes than were asked for.");
      }
      line.write(next);
      if (line.size() > LINE_BYTES) {
        throw new IOException("The daemon has sent a line that is too long for a hash.");
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /** The remaining hashes as a stream; closing it closes this object. */
  public Stream<T> stream() {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL),
        false)
        .onClose(this::close);
  }

  /** Ends the connection, unless all hashes have been read. Does not block. */
  @Override
  public void close() {
    lines.close();
  }
}
