package com.jstorrent.iodaemon.client;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A datagram that was received.
 *
 * @param sender not resolved; {@link InetSocketAddress#getHostString} is its address
 * @param data on the heap, of the receiver alone
 */
public record Datagram(InetSocketAddress sender, ByteBuffer data) {}
