package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.transport.Activity;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * Counts an answer as activity of the daemon while it is written. For requests that carry a ticket
 * instead of the token, which are not counted otherwise.
 */
final class CountedSource implements Reply.Source {
  private final Reply.Source source;
  private final Activity activity;

  private CountedSource(Reply.Source source, Activity activity) {
    this.source = source;
    this.activity = activity;
  }

  /** The same reply, counted if its body is streamed. */
  static Reply in(Reply reply, Activity activity) {
    if (!(reply.body() instanceof Reply.Streamed body)) {
      return reply;
    }
    activity.begin();
    CountedSource counted = new CountedSource(body.source(), activity);
    return new Reply(
        reply.status(),
        reply.headers(),
        new Reply.Streamed(body.type(), body.length(), counted));
  }

  @Override
  public void writeTo(WritableByteChannel out) throws IOException {
    source.writeTo(out);
  }

  @Override
  public void close() {
    try {
      source.close();
    } finally {
      activity.end();
    }
  }
}
