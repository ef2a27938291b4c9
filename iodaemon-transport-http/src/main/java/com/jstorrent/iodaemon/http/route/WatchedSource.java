package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.transport.service.Activity;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** The source of an answer, and what happens when the answer is over. */
final class WatchedSource implements Reply.Source {
  private final Reply.Source source;
  private final Runnable atEnd;

  private WatchedSource(Reply.Source source, Runnable atEnd) {
    this.source = source;
    this.atEnd = atEnd;
  }

  /**
   * The same reply; while its body is written, if that is streamed, it counts as activity of the daemon. For
   * requests that carry a ticket instead of the token, which are not counted otherwise.
   */
  static Reply counted(Reply reply, Activity activity) {
    if (!(reply.body() instanceof Reply.Streamed body)) {
      return reply;
    }
    activity.begin();
    return in(reply, body, activity::end);
  }

  /**
   * The same reply, with an action at the end of its body.
   *
   * @param body of the reply
   * @param atEnd runs when the source is closed
   */
  static Reply in(Reply reply, Reply.Streamed body, Runnable atEnd) {
    return new Reply(
        reply.status(),
        reply.headers(),
        new Reply.Streamed(
            body.type(), body.length(), new WatchedSource(body.source(), atEnd)));
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
      atEnd.run();
    }
  }
}
