package com.jstorrent.iodaemon.ws;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive messages in the buffer of a {@link WebSocketReader}, which are passed on together: before anything
 * else is passed on, and before the buffer changes. Their number is limited, since each takes memory, even an empty
 * one.
 */
final class MessageBatch {
  static final int MAX_MESSAGES = 64;

  private final WebSocketReader.Sink sink;
  private final List<ByteBuffer> messages = new ArrayList<>();

  MessageBatch(WebSocketReader.Sink sink) {
    this.sink = sink;
  }

  /** Adds what remains in the buffer. */
  void add(ByteBuffer buffer) {
    messages.add(buffer.duplicate().order(buffer.order()));
    if (messages.size() == MAX_MESSAGES) {
      passOn();
    }
  }

  void passOn() {
    if (messages.isEmpty()) {
      return;
    }
    try {
      if (messages.size() == 1) {
        sink.onBinary(messages.getFirst());
      } else {
        sink.onBinary(messages);
      }
    } finally {
      messages.clear();
    }
  }
}
