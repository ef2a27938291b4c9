package com.jstorrent.iodaemon.client;

import java.nio.ByteBuffer;

/**
 * What a peer has sent in one frame.
 *
 * @param bytes what is not read yet
 * @param release to be run once, when the bytes are no longer read: their memory is reused
 */
record ReceivedData(ByteBuffer bytes, Runnable release) {}
