package com.jstorrent.iodaemon.testkit.transport;

import com.jstorrent.iodaemon.testkit.transport.RecordingReceiver.Event;
import com.jstorrent.iodaemon.testkit.transport.Worker.Task;
import com.jstorrent.iodaemon.transport.CloseReason;
import com.jstorrent.iodaemon.transport.FrameConnection;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** How connections end. A part of {@link FrameConnectionContract}. */
public interface EndingContract extends TransportUnderTest {

  /** The client ends the connection in order. */
  @Test
  default void theEndIsReportedOnceAndAfterEveryFrame() throws Exception {
    try (Connected both = Connected.open(this)) {
      both.clientSends(
          "the client's send and close",
          () -> {
            for (int i = 0; i < FrameSizes.FEW; i++) {
              both.client().send(FrameSizes.numbered(i));
            }
            both.client().close();
          });
      for (int i = 0; i < FrameSizes.FEW; i++) {
        both.expect(FrameSizes.numbered(i), Rule.END_COMES_LAST, "frame " + i);
      }
      Event.Closed end = both.expectEnd(Rule.END_COMES_LAST);
      Rule.FINISHED_MEANS_ORDERLY_CLOSE.require(
          end.finished() == hasGoodbye(),
          "after the client's close it is " + end.finished() + ".");
      both.elsewhere(
          "abort after the end",
          () -> {
            both.connection().abort();
            both.connection().abort();
            both.connection().close(CloseReason.NORMAL);
          })
          .done(Rule.CLOSE_DOES_NOT_BLOCK);
      both.receiver().assertExhausted(Rule.END_IS_REPORTED_ONCE);
      awaitMemory(both);
    }
  }

  private void awaitMemory(Connected both) throws InterruptedException {
    long end = System.nanoTime() + patience().toNanos();
    for (long held; (held = both.receiver().memory().held()) != 0;) {
      if (System.nanoTime() - end > 0) {
        throw Rule.MEMORY_COMES_BACK.broken(held + " bytes are held after " + patience() + ".");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Makes sure that {@code accept} has returned to the transport. */
  private static void deliverOne(Connected both) throws InterruptedException {
    both.clientSends("the client's send", () -> both.client().send(new byte[] {1}))
        .done(Rule.FRAMES_ARE_DELIVERED);
    both.expect(new byte[] {1}, Rule.FRAMES_ARE_DELIVERED, "the frame");
  }

  /** The client dies; the session is not reading, and has nothing to say. */
  @Test
  default void aLostClientIsNoticed() throws Exception {
    try (Connected both = Connected.open(this)) {
      deliverOne(both);
      both.clientSends("the client's vanish", () -> both.client().vanish())
          .done(Rule.LOST_CLIENT_IS_NOTICED);
      Event.Closed end = both.expectEnd(Rule.LOST_CLIENT_IS_NOTICED);
      Rule.FINISHED_MEANS_ORDERLY_CLOSE.require(!end.finished(), "of a lost client it is true.");
      awaitMemory(both);
    }
  }

  /** The session ends the connection in order. */
  @Test
  default void framesBeforeTheCloseArriveFirst() throws Exception {
    byte[] large = Connected.bytes(7, 100_000);
    try (Connected both = Connected.open(this)) {
      Task<?> closing =
          both.relay(
              "send, close and flush",
              () -> {
                both.send(new byte[] {1});
                both.send(large);
                both.connection().close(CloseReason.GOING_AWAY);
                both.connection().close(CloseReason.NORMAL);
                flushQuietly(both.connection());
              });
      both.receive(new byte[] {1}, Rule.CLOSE_COMES_LAST, "the first frame");
      both.receive(large, Rule.CLOSE_COMES_LAST, "the second frame");
      both.receiveEnd(Rule.CLOSE_COMES_LAST);
      closing.done(Rule.CLOSE_COMES_LAST);
      both.elsewhere("the client's close", () -> both.client().close())
          .ends(Rule.CLOSE_COMES_LAST);
      both.expectEnd(Rule.CLOSE_COMES_LAST);
    }
  }

  /** A transport may refuse to flush a connection that has ended. */
  private static void flushQuietly(FrameConnection connection) {
    try {
      connection.flush();
    } catch (IOException e) {
      // It has ended.
    }
  }

  /** The client neither reads nor answers, so the session has to be told without it. */
  @Test
  default void aClientThatTakesNoPartInTheCloseIsCutOff() throws Exception {
    try (Connected both = Connected.open(this)) {
      AtomicLong sent = new AtomicLong();
      AtomicBoolean closed = new AtomicBoolean();
      Task<?> sending =
          both.relay(
              "send while the connection is closed",
              () -> {
                while (!closed.get() && sent.get() < FrameSizes.MUCH / FrameSizes.LARGE) {
                  both.send(new byte[FrameSizes.LARGE]);
                  sent.incrementAndGet();
                }
              });
      sending.blocks(Rule.SEND_BLOCKS, sent);
      both.elsewhere(
          "close while send is blocked",
          () -> both.connection().close(CloseReason.GOING_AWAY))
          .done(Rule.CLOSE_DOES_NOT_BLOCK);
      closed.set(true);
      both.expectEnd(Rule.CLOSE_IS_LIMITED);
      sending.ends(Rule.CLOSE_IS_LIMITED);
    }
  }

  /** The client does not read, and the session gives it up. */
  @Test
  default void abortWakesABlockedSend() throws Exception {
    try (Connected both = Connected.open(this)) {
      AtomicLong sent = new AtomicLong();
      Task<?> sending =
          both.relay(
              "send to a connection that is aborted",
              () -> {
                for (int i = 0; i < FrameSizes.MUCH / FrameSizes.LARGE; i++) {
                  both.send(new byte[FrameSizes.LARGE]);
                  sent.incrementAndGet();
                }
              });
      sending.blocks(Rule.SEND_BLOCKS, sent);
      both.elsewhere("abort", () -> both.connection().abort()).done(Rule.ABORT_WAKES_SEND);
      sending.fails(Rule.ABORT_WAKES_SEND);
      both.expectEnd(Rule.ABORT_WAKES_SEND);
      awaitMemory(both);
    }
  }

  /** The relay is idle, and would not hear of the end otherwise. */
  @Test
  default void abortAsksForAFlushThatFails() throws Exception {
    try (Connected both = Connected.open(this)) {
      deliverOne(both);
      both.elsewhere("abort", () -> both.connection().abort()).done(Rule.ABORT_ASKS_FOR_A_FLUSH);
      both.awaitFailedFlush(Rule.ABORT_ASKS_FOR_A_FLUSH);
      Event.Closed end = both.expectEnd(Rule.END_IS_REPORTED_ONCE);
      Rule.FINISHED_MEANS_ORDERLY_CLOSE.require(!end.finished(), "after abort it is true.");
      both.relay("send and flush after the end", () -> both.sendNow(new byte[] {1}))
          .fails(Rule.ENDED_CONNECTION_FAILS);
    }
  }

  /** The session refuses the client at once. */
  @Test
  default void aSessionMayEndTheConnectionBeforeItIsAccepted() throws Exception {
    try (Connected both =
        Connected.open(this, connection -> connection.close(CloseReason.POLICY_VIOLATION))) {
      both.relay("flush", () -> flushQuietly(both.connection())).done(Rule.END_BEFORE_ACCEPTED);
      both.receiveEnd(Rule.END_BEFORE_ACCEPTED);
      both.elsewhere("the client's vanish", () -> both.client().vanish())
          .ends(Rule.END_BEFORE_ACCEPTED);
      both.expectEnd(Rule.END_BEFORE_ACCEPTED);
    }
  }
}
