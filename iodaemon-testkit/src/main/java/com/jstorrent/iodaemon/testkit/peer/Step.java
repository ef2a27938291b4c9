package com.jstorrent.iodaemon.testkit.peer;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.Semaphore;

/** A step of a script. */
sealed interface Step {

  /**
   * Does it. Blocks.
   *
   * @param resumed has a permit for each pause that may end
   * @throws AssertionError when the other end does not do its part
   */
  void run(Socket socket, Semaphore resumed) throws IOException, InterruptedException;

  /** For messages. */
  String describe();

  private static AssertionError wrong(String seen) {
    return new AssertionError(seen);
  }

  /** See {@link Script#send}. */
  @SuppressWarnings("ArrayRecordComponent") // a copy that never leaves the script
  record Send(byte[] bytes) implements Step {
    @Override
    public void run(Socket socket, Semaphore resumed) throws IOException {
      socket.getOutputStream().write(bytes);
    }

    @Override
    public String describe() {
      return "send " + bytes.length + " bytes";
    }
  }

  /** See {@link Script#expect}. */
  @SuppressWarnings("ArrayRecordComponent") // a copy that never leaves the script
  record Expect(byte[] bytes) implements Step {
    private static final int SHOWN = 16;

    @Override
    public void run(Socket socket, Semaphore resumed) throws IOException {
      byte[] seen = socket.getInputStream().readNBytes(bytes.length);
      int at = Arrays.mismatch(bytes, seen);
      if (at == seen.length) {
        throw wrong("the connection ends after " + seen.length + " of them.");
      }
      if (at >= 0) {
        throw wrong(
            "from byte " + at + " on " + hex(bytes, at) + " was expected, and came " + hex(seen, at)
                + ".");
      }
    }

    private static String hex(byte[] bytes, int from) {
      return HexFormat.ofDelimiter(" ")
          .formatHex(bytes, from, Math.min(bytes.length, from + SHOWN));
    }

    @Override
    public String describe() {
      return "expect " + bytes.length + " bytes";
    }
  }

  /** See {@link Script#skip}. */
  record Skip(long bytes) implements Step {
    @Override
    public void run(Socket socket, Semaphore resumed) throws IOException {
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[64 << 10];
      for (long left = bytes; left > 0;) {
        int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (count < 0) {
          throw wrong("the connection ended with " + left + " bytes still missing.");
        }
        left -= count;
      }
    }

    @Override
    public String describe() {
      return "skip " + bytes + " bytes";
    }
  }

  /** See {@link Script#halfClose}. */
  record HalfClose() implements Step {
    @Override
    public void run(Socket socket, Semaphore resumed) throws IOException {
      socket.shutdownOutput();
    }

    @Override
    public String describe() {
      return "half-close";
    }
  }

  /** See {@link Script#expectEnd}. */
  record ExpectEnd() implements Step {
    @Override
    public void run(Socket socket, Semaphore resumed) throws IOException {
      int next = socket.getInputStream().read();
      if (next >= 0) {
        throw wrong("the byte %02x arrived instead.".formatted(next));
      }
    }

    @Override
    public String describe() {
      return "expect the end";
    }
  }

  /** See {@link Script#expectReset}. */
  record ExpectReset() implements Step {
    @Override
    public void run(Socket socket, Semaphore resumed) throws IOException {
      try {
        socket.getInputStream().skipNBytes(Long.MAX_VALUE);
      } catch (SocketException e) {
        if (socket.isClosed()) {
          throw wrong("it was closed here.");
        }
        return; // a reset is this exception, whatever the language and the system
      } catch (IOException e) {
        throw wrong("the connection ends in order.");
      }
    }

    @Override
    public String describe() {
      return "expect a reset";
    }
  }

  /** See {@link Script#reset}. */
  record Reset() implements Step {
    @Override
    public void run(Socket socket, Semaphore resumed) throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    @Override
    public String describe() {
      return "reset";
    }
  }

  /** See {@link Script#close}. */
  record Close() implements Step {
    @Override
    public void run(Socket socket, Semaphore resumed) throws IOException {
      socket.close();
    }

    @Override
    public String describe() {
      return "close";
    }
  }

  /** See {@link Script#pause}. */
  record Pause() implements Step {
    @Override
    public void run(Socket socket, Semaphore resumed) throws InterruptedException {
      resumed.acquire();
    }

    @Override
    public String describe() {
      return "pause";
    }
  }
}
