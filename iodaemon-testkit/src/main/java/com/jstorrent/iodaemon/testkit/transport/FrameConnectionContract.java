package com.jstorrent.iodaemon.testkit.transport;

/**
 * The tests that every transport must pass: implement this interface in a test class of the transport, and its
 * method {@code connect}. A test acts as the session: one of its threads is the relay, which sends and flushes; two
 * more are the client, of which one sends while the other receives. So a transport may buffer as little as it
 * likes.
 *
 * <p>A test fails with the rule that the transport breaks and with what was seen; no wait is longer than
 * {@link #patience}. What the rules mean is explained at {@link com.jstorrent.iodaemon.transport.FrameConnection}
 * and {@link com.jstorrent.iodaemon.transport.FrameReceiver}.
 *
 * <pre>{@code
 * class MyConnectionTest implements FrameConnectionContract {
 *   @Override
 *   public ClientEnd connect(SessionAcceptor acceptor) throws IOException {
 *     …
 *   }
 * }
 * }</pre>
 */
public interface FrameConnectionContract
    extends SendingContract, ReceivingContract, EndingContract {}
