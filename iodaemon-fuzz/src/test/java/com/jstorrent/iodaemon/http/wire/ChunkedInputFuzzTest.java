package com.jstorrent.iodaemon.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;
import org.apache.hc.core5.http.impl.io.ChunkedOutputStream;
import org.apache.hc.core5.http.impl.io.SessionInputBufferImpl;
import org.apache.hc.core5.http.impl.io.SessionOutputBufferImpl;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.http.io.SessionOutputBuffer;

/**
 * Any bytes are a chunked body, a malformed or a truncated one, and can be the data of one. HttpCore's
 * lenient decoder reads each body that our strict one accepts in the same way, since a difference would
 * make request smuggling possible.
 */
class ChunkedInputFuzzTest {
  private static final int BUFFER_BYTES = 64;

  @FuzzTest
  void bodies(byte[] bytes) throws IOException {
    requireReadable(bytes);
    ByteArrayInputStream source = new ByteArrayInputStream(bytes);
    InputBuffer buffer = new InputBuffer(source);
    byte[] body;
    try {
      body = readInSteps(new ChunkedInput(buffer));
    } catch (EOFException | MalformedChunkException | MalformedLineException e) {
      assertThat(e.getMessage()).endsWith(".");
      return;
    }
    ByteArrayInputStream again = new ByteArrayInputStream(bytes);
    SessionInputBuffer other = new SessionInputBufferImpl(BUFFER_BYTES);
    try {
      // Not closed: closing it would read on after the body.
      assertThat(readInSteps(new ChunkedInputStream(other, again))).isEqualTo(body);
    } catch (MalformedChunkCodingException e) {
      assertThat(e.getMessage()).startsWith("Invalid trailing header"); // which our decoder discards
      return;
    }
    assertThat(buffer.length() + source.available())
        .as("bytes of the next request")
        .isEqualTo(other.length() + again.available());
  }

  /** The input as the data of two chunks, as HttpCore writes them. */
  private static void requireReadable(byte[] data) throws IOException {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    SessionOutputBuffer buffer = new SessionOutputBufferImpl(BUFFER_BYTES);
    try (ChunkedOutputStream out = new ChunkedOutputStream(buffer, wire, data.length / 2 + 1)) {
      out.write(data);
    }
    buffer.flush(wire);
    InputStream source = new ByteArrayInputStream(wire.toByteArray());
    assertThat(readInSteps(new ChunkedInput(new InputBuffer(source))))
        .isEqualTo(data);
  }

  private static byte[] readInSteps(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some = new byte[7];
    for (int count, length = 1; (count = in.read(some, 0, length)) >= 0;
        length = length % some.length + 1) {
      all.write(some, 0, count);
    }
    return all.toByteArray();
  }
}
