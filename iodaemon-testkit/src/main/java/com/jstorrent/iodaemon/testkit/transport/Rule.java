package com.jstorrent.iodaemon.testkit.transport;

import org.jspecify.annotations.Nullable;

/** The rules for transports. A broken one fails the test with its sentence, and with what was seen. */
enum Rule {
  CLIENT_IS_ACCEPTED("A client that has connected is handed to SessionAcceptor.accept."),
  END_BEFORE_ACCEPTED(
      "A session may end its connection before accept has returned; the client hears of it."),

  FRAMES_REACH_THE_CLIENT(
      "What send and flush were given reaches the client whole, once and in order."),
  SEND_LEAVES_THE_BUFFER("send overwrites nothing but the headroom in front of a frame."),
  HEADROOM_IS_CONSTANT("headroom() is not negative, and always the same for a connection."),
  SEND_BLOCKS(
      "send blocks while the client reads nothing: a transport queues a constant number of bytes, far less than 64 MiB."),
  DIRECTIONS_ARE_APART("What the client sends is delivered while send is blocked."),
  PROBE_DOES_NOT_BLOCK("probe never blocks, and changes nothing for the frames."),

  FRAMES_ARE_DELIVERED("What the client sends is delivered whole, once and in order."),
  ONE_THREAD_DELIVERS(
      "onFrame, onFrames, onLargeFrame, onViolation and onClosed are called by one thread at a time."),
  LARGE_FRAME_HAS_PARTS(
      "The first buffer of a large frame has at least 64 KiB, none is empty, and together they have remaining() bytes."),
  DELIVERY_MAY_BLOCK(
      "While onFrame blocks, the transport reads a constant number of bytes at most, far less than 64 MiB,"
          + " and then the client has to wait."),
  LIMIT_IS_KEPT(
      "A frame of more than frameLimit() bytes is reported by onViolation(TOO_BIG, …) and not delivered;"
          + " one of exactly that many bytes is delivered."),
  LIMIT_IS_ASKED_FOR("frameLimit() is asked for with each frame."),
  ERROR_ARRIVES(
      "After onViolation the session's ERROR and the end reach the client, even if it goes on sending."),

  END_IS_REPORTED_ONCE("onClosed is called once, and nothing is delivered after it."),
  END_COMES_LAST("onClosed is called after every frame that the client has sent before."),
  FINISHED_MEANS_ORDERLY_CLOSE(
      "onClosed says finished if the client has said that it is done, and not if it was lost."),
  LOST_CLIENT_IS_NOTICED("A client that is lost makes the transport call onClosed."),
  CLOSE_COMES_LAST("Frames that were sent before close reach the client before the end."),
  CLOSE_DOES_NOT_BLOCK("close never blocks, not even while send does."),
  CLOSE_IS_LIMITED("A client that takes no part in close is cut off after a bounded time."),
  ABORT_WAKES_SEND("abort ends a blocked send with an IOException."),
  ABORT_ASKS_FOR_A_FLUSH("abort calls onFlushWanted, and the flush then throws an IOException."),
  ENDED_CONNECTION_FAILS("send or flush throws an IOException when the connection has ended."),
  MEMORY_COMES_BACK(
      "When a connection has ended, nothing that was taken from FrameReceiver.memory() is held any more.");

  private final String sentence;

  Rule(String sentence) {
    this.sentence = sentence;
  }

  /** What the transport has to do. */
  String sentence() {
    return sentence;
  }

  /** The failure of a test. */
  AssertionError broken(String seen) {
    return broken(seen, null);
  }

  AssertionError broken(String seen, @Nullable Throwable cause) {
    return new AssertionError(sentence + " Broken: " + seen, cause);
  }

  void require(boolean kept, String otherwise) {
    if (!kept) {
      throw broken(otherwise);
    }
  }
}
