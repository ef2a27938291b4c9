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
import java.nio.charset.CharacterCodingException;
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

  /** Enough for the result of an extent, with its message. */
  private static final int RESULT_BYTES = 256;

  /** Up to this many extents are not counted: they take no more memory than a connection does anyway. */
  private static final int UNCOUNTED = 16;

  /** The most memory that extents and results take beside the body. */
  private static final long BESIDE_BYTES =
      Limits.BATCH_EXTENTS * (Extent.HEAP_BYTES + RESULT_BYTES);

  private static final int MAX_CHAR_BYTES = 3;

  /** For what surrounds the results. */
  private static final int END_BYTES = 16;

  private static final Logger LOG = LoggerFactory.getLogger(BatchRoute.class);

  private final FileService files;
  private final HashService hashes;
  private final BodyMemory memory;
  private final HeldAnswers answers;

  BatchRoute(FileService files, HashService hashes, BodyMemory memory, HeldAnswers answers) {
    this.files = files;
    this.hashes = hashes;
    this.memory = memory;
    this.answers = answers;
  }

  @Override
  public Reply answer(Call call) throws OperationFailure, IOException {
    try (HeldBody held = memory.read(call, Limits.BODY_BYTES, BESIDE_BYTES)) {
      int count = Extent.count(new PartedBytes(held.parts()));
      try (GrowthBudget.Reservation reservation =
          memory.forParsed(call, count * Extent.HEAP_BYTES)) {
        if (count > UNCOUNTED) {
          reservation.grow(count * Extent.HEAP_BYTES);
        }
        List<Extent> extents = Extent.all(new PartedBytes(held.parts()));
        return write(call, extents);
      }
    }
  }

  private Reply write(Call call, List<Extent> extents) throws OperationFailure {
    int most = extents.size() * RESULT_BYTES;
    return answers.json(
        call,
        most,
        answer -> {
          answer.reserve(most); // before anything is written
          answer.append("{\"results\":[");
          write(extents, new Results(answer));
          answer.append("]}");
        });
  }

  /** A write that has begun, or has failed at once. */
  private interface Begun {
    void await() throws OperationFailure;
  }

  /** Returns or throws only once no job uses the body any more. */
  private void write(List<Extent> extents, Results results) throws OperationFailure {
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
    } finally {
      begun.forEach(BatchRoute::settle);
    }
  }

  /** The results in JSON, separated by commas. */
  private static final class Results {
    private final HeldAnswer answer;
    private String separator = "";

    Results(HeldAnswer answer) {
      this.answer = answer;
    }

    void add(Map<String, Object> result) throws OperationFailure {
      String json = separator + Json.write(result);
      answer.reserve(json.length() * MAX_CHAR_BYTES + END_BYTES); // there is room already, unless messages are long
      answer.append(json);
      separator = ",";
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
      Extent.Name name = extent.name().decoded();
      FileLocation location = files.fileLocation(name.root(), SafePath.of(name.path()));
      Pending<Long> pending =
          files.beginWrite(location, true, check(extent), extent.data(), extent.offset());
      return pending::await;
    } catch (CharacterCodingException e) {
      throw new IllegalStateException("The name was valid when the batch was parsed.", e);
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
