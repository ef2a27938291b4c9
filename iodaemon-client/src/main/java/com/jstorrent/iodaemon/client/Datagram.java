package com.jstorrent.iodaemon.client;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A datagram that was received.
 *
 * @param sender not resolved; {@link InetSocketAddress#getHostString} returns the address
 * @param data on the heap; belongs to the receiver alone
 */
public record Datagram(InetSocketAddress sender, ByteBuffer data) {}
