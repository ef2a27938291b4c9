package com.jstorrent.iodaemon.client.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes files of a daemon over HTTP (PROTOCOL.md § 5). {@link #hashes}, {@link #streams} and
 * {@link #daemon} serve the rest of its HTTP interface. Immutable and thread-safe; all of them share the client's
 * connections, which are kept alive.
 *
 * <p>Every method blocks, so call it on a virtual thread, and has a time limit: a minute, unless the client was
 * built with another one, see {@link #within}. Interrupting the calling thread ends the call and its connection;
 * the thread stays interrupted. A method throws
 *
 * <ul>
 *   <li>{@link FilesException} when the daemon refuses, with its reason;
 *   <li>{@link HttpTimeoutException} when the time is over;
 *   <li>{@link java.io.InterruptedIOException} when its thread was interrupted;
 *   <li>{@link java.net.ConnectException} when no daemon listens;
 *   <li>another {@link IOException} when the connection ended.
 * </ul>
 *
 * <p>After one of the last four, the daemon may have carried out the request, or may still do so. A request that
 * has the same effect when it is made twice is repeated when the daemon is busy (503 with {@code Retry-After}), and
 * when the connection ends before an answer, see {@link Builder#attempts}. Opening, renaming and deleting are not
 * repeated, nor is the shutdown of the daemon.
 */
public final class FilesClient implements AutoCloseable {
  private final HttpCalls calls;
  private final Transfers transfers;

  private FilesClient(HttpCalls calls) {
    this.calls = calls;
    this.transfers = new Transfers(calls);
  }

  /**
   * A client with the usual limits. Nothing is sent yet.
   *
   * @param base the address of the daemon, {@code http://127.0.0.1:PORT}
   * @param token the daemon's; it appears in no message and no {@code toString}. The JDK's HTTP client can send
   *     ASCII only, so a daemon with any other token cannot be reached this way.
   * @throws IllegalArgumentException when the address is not one of this machine, or the token has other characters
   *     than ASCII, or begins or ends with a blank
   */
  public static FilesClient at(URI base, String token) {
    return builder(base, token).build();
  }

  /**
   * Builds a client with other limits.
   *
   * @throws IllegalArgumentException as {@link #at}
   */
  public static Builder builder(URI base, String token) {
    return new Builder(Server.of(base, token));
  }

  /**
   * The same client with another time limit, for requests that take long: renaming to another disk, reserving room,
   * digests of large files. Closing either closes both.
   *
   * @param limit for one request, with its answer and repetitions
   * @throws IllegalArgumentException when it is not positive
   */
  public FilesClient within(Duration limit) {
    return new FilesClient(calls.within(limit));
  }

  /** Digests. */
  public Hashes hashes() {
    return new Hashes(calls);
  }

  /** Files for media players. */
  public Streams streams() {
    return new Streams(calls);
  }

  /** The daemon itself: its roots, its counters, its shutdown. */
  public DaemonControl daemon() {
    return new DaemonControl(calls);
  }

  /** Creates a folder and those above it; does nothing when it exists. */
  public void createFolders(RootPath folder) throws IOException {
    calls.run(Request.post("/files/ensure_dir").json(fields(folder)));
  }

  /** What is at this path. */
  public FileStatus stat(RootPath file) throws IOException {
    JsonAnswer status = calls.call(Request.get("/ops/stat" + query(file)), Answer::object);
    return new FileStatus(
        status.number("size"),
        Instant.ofEpochMilli(status.number("mtime")),
        status.flag("is_directory"),
        status.flag("is_file"));
  }

  /** The names in a folder, in no particular order: 100,000 names at most, of 32 MiB together. */
  public List<String> list(RootPath folder) throws IOException {
    return List.copyOf(
        JsonAnswer.texts(calls.call(Request.get("/ops/list" + query(folder)), Answer::json)));
  }

  /** Deletes a file or a folder with all that is in it. Links are removed, not followed. */
  public void delete(RootPath file) throws IOException {
    calls.run(Request.post("/ops/delete").json(fields(file)).with(Request.Trait.ONCE));
  }

  /**
   * Sets the length of a file; bytes that are added read as zeros.
   *
   * @param length in bytes
   */
  public void truncate(RootPath file, long length) throws IOException {
    calls.run(
        Request.post("/ops/truncate")
            .json(Map.of("root_key", file.root(), "path", file.path(), "length", length)));
  }

  /**
   * Renames a file or a folder. Creates the folders above the new name, and replaces a file that already has it. A
   * rename to another disk copies, which may take long.
   *
   * @param to the new path, under the same root
   */
  public void rename(RootPath from, String to) throws IOException {
    RootPath target = RootPath.of(from.root(), to);
    calls.run(
        Request.post("/ops/rename")
            .json(Map.of("root_key", from.root(), "path", from.path(), "to", target.path()))
            .with(Request.Trait.ONCE));
  }

  /** Opens a file. The handle must be closed. */
  public FileHandle open(RootPath file, OpenMode mode) throws IOException {
    Request request =
        Request.post("/files/open")
            .json(Map.of("root_key", file.root(), "path", file.path(), "mode", mode.label()))
            .with(Request.Trait.ONCE);
    JsonAnswer opened = calls.call(request, Answer::object);
    return new FileHandle(calls, opened.text("fileId"), file, opened.number("size"));
  }

  /** Returns when all that was written to the file is on its disk. */
  public void flush(FileHandle file) throws IOException {
    calls.run(Request.post(file.target() + "/flush"));
  }

  /**
   * Sets the length of a file before its bytes are written; a file that is already longer stays as it is. Closing
   * the handle ends the call.
   *
   * @param size in bytes
   */
  public void preallocate(FileHandle file, long size, Room room) throws IOException {
    calls.run(
        Request.post(
            file.target() + "/preallocate?size=" + size + "&mode=" + room.label()));
  }

  /** As {@link #write(FileRef, long, ByteBuffer)}. */
  public void write(FileRef file, long offset, byte[] bytes) throws IOException {
    transfers.write(file, offset, ByteBuffer.wrap(bytes), null);
  }

  /** As {@link #write(FileRef, long, ByteBuffer, Digest)}. */
  public void write(FileRef file, long offset, byte[] bytes, Digest expected)
      throws IOException {
    transfers.write(file, offset, ByteBuffer.wrap(bytes), expected);
  }

  /**
   * Writes bytes. A missing file is created when it is given by its path, with the folders above it. More than 1
   * MiB is sent in several requests, each with the client's time limit: when one fails, those before it have been
   * written. When this method returns, the daemon's system has the bytes; {@link #flush} brings them to the disk.
   *
   * @param offset of the first one in the file
   * @param bytes those from position to limit; the call changes neither. The caller may reuse the buffer when this
   *     method returns or throws
   * @throws IllegalArgumentException when the offset is negative
   */
  public void write(FileRef file, long offset, ByteBuffer bytes) throws IOException {
    transfers.write(file, offset, bytes, null);
  }

  /**
   * Writes bytes if they have the expected digest; otherwise nothing is written. 64 MiB at most.
   *
   * @throws FilesException with the status 409 and the code {@code EHASH} when they have another digest
   * @throws IllegalArgumentException when there are too many bytes, or the offset is negative
   */
  public void write(FileRef file, long offset, ByteBuffer bytes, Digest expected)
      throws IOException {
    transfers.write(file, offset, bytes, expected);
  }

  /**
   * Writes all bytes of a stream, in requests of 1 MiB. When one fails, those before it have been written. The
   * stream is not closed.
   *
   * @return how many bytes were written
   */
  public long write(FileRef file, long offset, InputStream from) throws IOException {
    return transfers.write(file, offset, from);
  }

  /**
   * Makes many small writes in one request: 16,384 extents at most, and 64 MiB at most, counting the data and, for
   * each extent, 16 bytes, its root key, its path and its digest. They are written side by side; one that fails
   * does not hinder the others.
   *
   * @return the outcome of each write, in order; one that was refused as busy (503) is not repeated
   * @throws IllegalArgumentException when they exceed these limits
   */
  public List<ExtentResult> writeBatch(List<Extent> extents) throws IOException {
    return calls.call(
        Batch.request(extents), answer -> Batch.results(answer, extents.size()));
  }

  /**
   * Reads as many bytes as the buffer has room for. Past the end of the file nothing is read.
   *
   * @param offset of the first one in the file
   * @throws FilesException with the status 416 and the code {@code ERANGE} when the file has fewer bytes
   */
  public void read(FileRef file, long offset, ByteBuffer into) throws IOException {
    transfers.read(file, offset, into);
  }

  /**
   * Copies a range of a file to a stream, which is not closed. The whole copy has no time limit while bytes keep
   * coming, see {@link Builder#silence}.
   *
   * @return how many bytes were copied
   * @throws FilesException as {@link #read(FileRef, long, ByteBuffer)}
   */
  public long read(FileRef file, ByteRange range, OutputStream into) throws IOException {
    try (InputStream in = input(file, range)) {
      return in.transferTo(into);
    }
  }

  /**
   * A range of a file as a stream, whose bytes are read as they arrive. The stream must be closed. It holds a
   * connection of its own until its end, and may be used by one thread at a time; each of its reads waits for
   * {@link Builder#silence} at most.
   *
   * @throws FilesException as {@link #read(FileRef, long, ByteBuffer)}
   */
  public InputStream input(FileRef file, ByteRange range) throws IOException {
    return transfers.input(file, range);
  }

  private static Map<String, String> fields(RootPath file) {
    return Map.of("root_key", file.root(), "path", file.path());
  }

  private static String query(RootPath file) {
    return "?root_key=" + Texts.percentEncoded(file.root())
        + "&path=" + Texts.percentEncoded(file.path());
  }

  /** Ends what is under way, and the connections. Handles stay open in the daemon. Does not block. */
  @Override
  public void close() {
    calls.close();
  }

  /** Where the daemon is. */
  @Override
  public String toString() {
    return "client of " + calls.server();
  }

  /** Builds a client. For one thread at a time. */
  public static final class Builder {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    private Server server;
    private CallLimits limits = CallLimits.DEFAULT;
    private Duration connectLimit = CONNECT_LIMIT;
    private CallClock clock = CallClock.SYSTEM;

    private Builder(Server server) {
      this.server = server;
    }

    /**
     * The session that the calls belong to, by the name that its WebSocket gave. Files that are opened are closed
     * with the session, and it is asked before they are streamed. Without this, calls belong to no session.
     *
     * @throws IllegalArgumentException when the name has other characters than ASCII, or begins or ends with a blank
     */
    public Builder session(String name) {
      server = server.withSession(name);
      return this;
    }

    /**
     * How long a request may take, with its answer and repetitions. Default: a minute. After that,
     * {@link HttpTimeoutException} is thrown.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public Builder timeLimit(Duration limit) {
      limits = limits.request(limit);
      return this;
    }

    /**
     * How long a stream (of bytes or digests) may send nothing. Default: a minute. After that, the stream fails
     * with {@link HttpTimeoutException}.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public Builder silence(Duration limit) {
      limits = limits.silence(limit);
      return this;
    }

    /**
     * How long connecting may take. Default: five seconds. After that,
     * {@link java.net.http.HttpConnectTimeoutException} is thrown.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public Builder connectLimit(Duration limit) {
      connectLimit = CallLimits.positive("limit of connecting", limit);
      return this;
    }

    /**
     * How often at most a request is sent when the daemon is busy, or when the connection ends before an answer.
     * Holds for requests that have the same effect when they are made twice. Default: three times; 1 means no
     * repetition.
     *
     * @param longestPause the longest wait between two attempts, five seconds by default. When the daemon asks for
     *     a longer one with {@code Retry-After}, the request is not repeated
     * @throws IllegalArgumentException when either is not positive
     */
    public Builder attempts(int most, Duration longestPause) {
      limits = limits.repetition(most, longestPause);
      return this;
    }

    /** For tests: how the client waits. */
    Builder clock(CallClock given) {
      clock = given;
      return this;
    }

    /** Builds the client, which must be closed. */
    public FilesClient build() {
      return new FilesClient(
          new HttpCalls(new SharedHttp(connectLimit), server, limits, clock));
    }
  }
}
