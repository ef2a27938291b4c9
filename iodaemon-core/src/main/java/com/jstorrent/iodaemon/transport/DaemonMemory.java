package com.jstorrent.iodaemon.transport;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.memory.MemoryBudget;

/**
 * The memory that clients make the daemon hold, and the buffers that most of it consists of.
 *
 * @param budget the budget that memory is taken from before it is allocated
 * @param frames buffers of {@link Limits#FRAME_BUFFER_BYTES}
 * @param segments buffers of {@link Limits#SEGMENT_BYTES}, for what does not fit into a frame buffer, or waits
 */
public record DaemonMemory(MemoryBudget budget, BufferPool frames, BufferPool segments) {}
