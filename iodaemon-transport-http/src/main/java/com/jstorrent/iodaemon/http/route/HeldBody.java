package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.transport.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The bytes of a body that have arrived; closing it frees their memory. Used by one thread. */
final class HeldBody implements AutoCloseable {
  private final Call call;
  private final GrowthBudget.Reservation reservation;
  private final BufferPool pool;
  private final List<ByteBuffer> parts = new ArrayList<>(1);

  /**
   * @param pool provides its segments
   */
  HeldBody(Call call, GrowthBudget.Reservation reservation, BufferPool pool) {
    this.call = call;
    this.reservation = reservation;
    this.pool = pool;
  }

  GrowthBudget.Reservation reservation() {
    return reservation;
  }

  /** How many bytes have arrived. */
  long length() {
    long sum = 0;
    for (ByteBuffer part : parts) {
      sum += part.remaining();
    }
    return sum;
  }

  /** Whether it is so short that handing it to another thread for verification is not worth it. */
  boolean isSmall() {
    return length() <= BodyMemory.SMALL_BYTES;
  }

  /** Views of the bytes, to be read once. */
  List<ByteBuffer> parts() {
    List<ByteBuffer> views = new ArrayList<>(parts.size());
    for (ByteBuffer part : parts) {
      views.add(part.duplicate());
    }
    return views;
  }

  /** Appends bytes that have been read into a buffer on the heap. */
  void add(ByteBuffer part) {
    parts.add(part);
  }

  /** Appends empty segments, for which the caller has taken memory from {@link #reservation}. */
  List<ByteBuffer> addSegments(int count) {
    List<ByteBuffer> segments = pool.take(count);
    parts.addAll(segments);
    return segments;
  }

  /** Like {@link #read(List)}, into one buffer. */
  void read(ByteBuffer into) throws OperationFailure, IOException {
    read(List.of(into));
  }

  /**
   * Reads until the buffers are full or the body ends.
   *
   * @throws OperationFailure EBUSY when the memory of this body was revoked
   * @throws IOException when the body cannot be read
   */
  void read(List<ByteBuffer> into) throws OperationFailure, IOException {
    reservation.beginTransfer();
    try {
      for (ByteBuffer each : into) {
        call.read(each);
        if (each.hasRemaining()) {
          return;
        }
      }
    } catch (IOException e) {
      if (reservation.isRevoked()) {
        throw GrowthBudget.refusal();
      }
      throw e;
    } finally {
      reservation.endTransfer();
    }
  }

  @Override
  public void close() {
    for (ByteBuffer part : parts) {
      pool.give(part); // the pool ignores buffers on the heap
    }
    parts.clear();
    reservation.close();
  }
}
