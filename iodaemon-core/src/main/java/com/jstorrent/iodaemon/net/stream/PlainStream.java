package com.jstorrent.iodaemon.net.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The plain bytes of the channel itself. */
public final class PlainStream implements PeerStream {
  private final SocketChannel channel;

  public PlainStream(SocketChannel channel) {
    this.channel = channel;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    return channel.read(into);
  }

  @Override
  public Step nextStep() {
    return Step.WAIT;
  }

  @Override
  public boolean flushed() {
    return false;
  }

  @Override
  public void compute() {}

  @Override
  public boolean goesOnAfterFlush(boolean everything) {
    return false;
  }

  @Override
  public int mostToRead(int granted) {
    return granted;
  }

  @Override
  public boolean wantsBytes(boolean granted) {
    return granted;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return channel.write(from);
  }

  @Override
  public long write(ByteBuffer[] from) throws IOException {
    return from.length == 1 ? channel.write(from[0]) : channel.write(from);
  }

  @Override
  public boolean flush() {
    return true;
  }

  @Override
  public int heldBytes() {
    return 0;
  }

  @Override
  public boolean shutdownOutput() throws IOException {
    channel.shutdownOutput();
    return true;
  }

  @Override
  public boolean halfCloses() {
    return true;
  }

  @Override
  public void discard() {}
}
