package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.SessionInfo;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import com.jstorrent.iodaemon.testkit.time.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 5.2: when a handle ends, and which file it stands for. */
class FileHandlesTest {
  private static final long MEMORY = 1 << 20;
  private static final SessionInfo SESSION = new SessionInfo(1, "s");

  @TempDir
  Path folder;
  private final Stats stats = new Stats();
  private final ManualClock clock = new ManualClock();
  private FileService files;
  private FileHandles handles;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(folder.resolve("f"), "content");
    files = new FileService(new DownloadRoots(List.of(DownloadRoot.of("k", folder))), 8, stats);
    handles =
        new FileHandles(
            files, Limits.DEFAULT, stats, clock, new MemoryBudget(MEMORY, MEMORY, stats, clock));
  }

  @AfterEach
  void stop() {
    files.close();
  }

  private FileLocation location(String path) throws OperationFailure {
    return files.location("k", SafePath.of(path));
  }

  private FileHandle open(String path, FileHandle.Mode mode) throws OperationFailure {
    return handles.open(location(path), mode, SESSION.name()).handle();
  }

  private void close(FileHandle handle) {
    try {
      handles.close(handle.id());
    } catch (OperationFailure e) {
      throw new AssertionError(e);
    }
  }

  private void rename(String from, String to) throws OperationFailure {
    FileLocation before = location(from);
    FileLocation after = location(to);
    files.folders().rename(before, after, () -> handles.renamed(before, after));
  }

  @Test
  void aHandleThatIsClosedFollowsRenamesForTheReadsInProgress() throws Exception {
    FileHandle handle = open("f", FileHandle.Mode.READ);
    handles.close(handle.id());
    rename("f", "g");
    Files.writeString(folder.resolve("f"), "another");
    assertThat(handle.location()).isEqualTo(location("g"));
  }

  @Test
  void aHandleThatIsBeingClosedFollowsRenamesForTheWritesInProgress() throws Exception {
    FileHandle handle = open("f", FileHandle.Mode.WRITE);
    try (FileHandle.Writing writing = handle.write()) {
      assertThat(writing).isNotNull();
      Thread closing = Thread.ofVirtual().start(() -> close(handle));
      TestDaemon.await("the close to wait", handle::isClosed);
      rename("f", "g");
      assertThat(handle.location()).isEqualTo(location("g"));
      assertThat(closing.isAlive()).isTrue();
    }
  }

  @Test
  void aHandleThatIsOpenedForASessionThatHasGoneLivesNoLongerThanOthersOfIt() throws Exception {
    handles.onSessionOpened(SESSION);
    handles.onSessionClosed(SESSION);
    open("f", FileHandle.Mode.READ);
    clock.advance(Limits.DEFAULT.handleGrace());
    awaitHandles(0);
    open("f", FileHandle.Mode.READ);
    clock.advance(Limits.DEFAULT.handleGrace());
    awaitHandles(0);
  }

  @Test
  void aHandleOfASessionThatHasNotComeYetWaitsForIt() throws Exception {
    open("f", FileHandle.Mode.READ);
    clock.advance(Limits.DEFAULT.handleGrace());
    assertThat(clock.waiting()).isZero();
    assertThat(stats.get(Counter.FILE_HANDLES)).isOne();
  }

  @Test
  void theHandlesOfASessionThatHasGoneDoNotWaitForTheWritesOfEachOther() throws Exception {
    handles.onSessionOpened(SESSION);
    List<FileHandle> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(open("f", FileHandle.Mode.WRITE));
    }
    try (FileHandle.Writing first = all.getFirst().write();
        FileHandle.Writing last = all.getLast().write()) {
      assertThat(first).isNotSameAs(last);
      handles.onSessionClosed(SESSION);
      clock.advance(Limits.DEFAULT.handleGrace());
      awaitHandles(0);
      TestDaemon.await("all closed", () -> all.stream().allMatch(FileHandle::isClosed));
    }
  }

  private void awaitHandles(long count) {
    TestDaemon.await(count + " handles", () -> stats.get(Counter.FILE_HANDLES) == count);
  }
}
