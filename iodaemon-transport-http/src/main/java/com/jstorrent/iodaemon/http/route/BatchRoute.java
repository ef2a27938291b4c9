package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileLocation;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.SafePath;
import com.jstorrent.iodaemon.hash.Expected;
import com.jstorrent.iodaemon.hash.HashService;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.work.WorkerPool.Pending;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /write/batch}: many writes, each with its own result (PROTOCOL.md § 5.6). */
final class BatchRoute implements Route.Handler {
  /** How many extents are written at once: enough for every worker, without filling their queue. */
  private static final int AT_ONCE = 64;

  private static final Logger LOG = LoggerFactory.getLogger(BatchRoute.class);

  private final FileService files;
  private final HashService hashes;
  private final BodyMemory memory;

  BatchRoute(FileService files, HashService hashes, BodyMemory memory) {
    this.files = files;
    this.hashes = hashes;
    this.memory = memory;
  }

  @Override
  public Reply answer(Call call) throws OperationFailure, IOException {
    try (HeldBody held = memory.read(call, Limits.BODY_BYTES)) {
      List<Extent> extents = Extent.all(new PartedBytes(held.parts()));
      return Reply.json(Json.write(Map.of("results", write(extents))));
    }
  }

  /** A write that has been begun, or has failed at once. */
  private interface Begun {
    void await() throws OperationFailure;
  }

  /** Returns, or throws, only when no job uses the body any more. */
  private List<Object> write(List<Extent> extents) {
    List<Object> results = new ArrayList<>(extents.size());
    Deque<Begun> begun = new ArrayDeque<>();
    try {
      for (Extent extent : extents) {
        if (begun.size() == AT_ONCE) {
          results.add(result(begun.removeFirst()));
        }
        begun.addLast(begin(extent));
      }
      while (!begun.isEmpty()) {
        results.add(result(begun.removeFirst()));
      }
      return results;
    } finally {
      begun.forEach(BatchRoute::settle);
    }
  }

  /** Waits for a write after a defect has ended the batch: it still uses the body. */
  private static void settle(Begun begun) {
    try {
      begun.await();
    } catch (OperationFailure | RuntimeException | Error e) {
      LOG.debug("An extent failed after a defect had ended the batch.", e);
    }
  }

  private Begun begin(Extent extent) {
    try {
      FileLocation location = files.fileLocation(extent.root(), SafePath.of(extent.path()));
      Pending<Long> pending =
          files.beginWrite(location, true, check(extent), extent.data(), extent.offset());
      return pending::await;
    } catch (OperationFailure e) {
      return () -> {
        throw e;
      };
    }
  }

  private FileService.Check check(Extent extent) {
    Expected expected = extent.expected();
    return expected == null
        ? FileService.Check.NONE
        : () -> hashes.verifyNow(expected, extent.data());
  }

  private static Map<String, Object> result(Begun begun) {
    Map<String, Object> result = new LinkedHashMap<>();
    try {
      begun.await();
      result.put("status", Reply.OK);
    } catch (OperationFailure e) {
      result.put("status", FailureStatus.of(e.code()));
      result.put("error", e.code().name());
      result.put("message", e.getMessage());
    }
    return result;
  }
}
