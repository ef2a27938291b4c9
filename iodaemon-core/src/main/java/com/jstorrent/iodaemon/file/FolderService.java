package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.stats.RootStatus;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import com.jstorrent.iodaemon.work.WorkerPool;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Operations on folders below the download roots, and on files as a whole (PROTOCOL.md § 5.1).
 * Thread-safe. Methods block until the pool has done the work.
 */
public final class FolderService {
  /** The limit for recursive operations, which hold a descriptor for each level. */
  static final int MAX_LEVELS = 256;

  private final DownloadRoots roots;
  private final WorkerPool pool;
  private final RenameGuard renames;
  private final OpenFileTable open;
  private final LongSupplier nanoTime;
  private final ActiveMoves moves;
  private final SillyRenames sillyRenames;
  private final CrossDeviceMove crossDevice;
  private final Renaming renaming;
  private final ConcurrentMap<Path, Long> unanswered = new ConcurrentHashMap<>(); // since when

  FolderService(DownloadRoots roots, WorkerPool pool, OpenFiles files, LongSupplier nanoTime) {
    this.roots = roots;
    this.pool = pool;
    this.renames = files.renames();
    this.open = files.table();
    this.moves = files.moves();
    this.nanoTime = nanoTime;
    this.sillyRenames = new SillyRenames(open, nanoTime);
    this.crossDevice = new CrossDeviceMove(renames, open, moves, sillyRenames);
    this.renaming = new Renaming(pool, files, sillyRenames);
  }

  /**
   * The attributes of a file or folder.
   *
   * @param size in bytes
   * @param modifiedMillis milliseconds since 1970
   */
  public record Status(long size, long modifiedMillis, boolean isFolder, boolean isFile) {
    private static Status of(BasicFileAttributes attributes) {
      return new Status(
          attributes.size(),
          attributes.lastModifiedTime().toMillis(),
          attributes.isDirectory(),
          attributes.isRegularFile());
    }
  }

  /** All roots, in the order of configuration. */
  public List<DownloadRoot> roots() {
    return roots.all();
  }

  /** The state of a root. Blocks for {@link Limits#ROOT_ANSWER} at most. */
  public RootStatus status(DownloadRoot root) {
    OptionalLong free = freeBytes(root);
    return new RootStatus(root, free, Instant.now());
  }

  /**
   * A root whose disk does not answer in time is taken as missing, and at once while an earlier question
   * is still unanswered.
   */
  private OptionalLong freeBytes(DownloadRoot root) {
    long now = nanoTime.getAsLong();
    Long asked = unanswered.putIfAbsent(root.path(), now);
    if (asked != null && now - asked > Limits.ROOT_ANSWER.toNanos()) {
      return OptionalLong.empty();
    }
    try {
      return pool.begin(Priority.URGENT, () -> answer(root.path()))
          .await(Limits.ROOT_ANSWER);
    } catch (TimeoutException e) {
      return OptionalLong.empty();
    } catch (OperationFailure e) { // the pool is overloaded, or closed
      unanswered.remove(root.path());
      return OptionalLong.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalLong.empty();
    }
  }

  private OptionalLong answer(Path path) {
    try {
      return freeBytes(path);
    } finally {
      unanswered.remove(path);
    }
  }

  private static OptionalLong freeBytes(Path path) {
    try {
      Path real = path.toRealPath();
      return Files.isDirectory(real)
          ? OptionalLong.of(Files.getFileStore(real).getUsableSpace())
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * Creates a folder and its parents unless they exist. The root itself must exist.
   *
   * @throws OperationFailure ENOTDIR when a file is in the way, EACCES, ENOENT or ENOSPC
   */
  public void ensure(FileLocation location) throws OperationFailure {
    pool.call(
        Priority.BULK,
        () -> renames.findOrCreate(
            location,
            there -> FolderWalk.creating(there)
                .then(
                    (folder, name) -> {
                      moves.requireNotMoving(NameCodec.resolve(folder.path(), name));
                      folder.createFolder(name);
                      folder.enter(name).close(); // fails for a link, which the walk then resolves
                      return folder.path();
                    },
                    root -> root)));
  }

  /**
   * The attributes of a file or folder. A link is followed.
   *
   * @throws OperationFailure ENOENT, EACCES or ENOTDIR
   */
  public Status status(FileLocation location) throws OperationFailure {
    return pool.call(
        Priority.URGENT,
        () -> renames.find(
            location,
            there -> FolderWalk.to(there)
                .then(
                    (folder, name) -> {
                      BasicFileAttributes attributes = folder.attributes(name);
                      if (attributes.isSymbolicLink()) {
                        throw new FolderWalk.LinkException();
                      }
                      return Status.of(attributes);
                    },
                    root -> Status.of(Files.readAttributes(root, BasicFileAttributes.class)))));
  }

  /**
   * Opens a folder to read the names in it. The caller closes the result.
   *
   * @throws OperationFailure ENOENT, EACCES or ENOTDIR
   */
  public FolderNames names(FileLocation location) throws OperationFailure {
    return pool.call(
        Priority.URGENT,
        () -> renames.find(
            location,
            there -> FolderWalk.to(there)
                .then(
                    (folder, name) -> FolderNames.of(folder.enter(name), pool),
                    root -> FolderNames.of(HeldFolder.open(root), pool)),
            FolderNames::close));
  }

  /**
   * Deletes a file, or a folder with its content. A link is deleted, not followed.
   *
   * @throws OperationFailure EINVAL for the root itself, ENOENT, EACCES, ENOTEMPTY when something
   *     was added to the folder meanwhile, or EBUSY when a file in use keeps the folder from being
   *     deleted ({@link SillyRenames})
   */
  public void delete(FileLocation location) throws OperationFailure {
    sillyRenames.retry(
        last -> pool.call(
            Priority.BULK,
            () -> FolderWalk.toEntry(location, false)
                .then((folder, name) -> delete(folder, name, last))));
  }

  private boolean delete(HeldFolder folder, String name, boolean last)
      throws IOException, OperationFailure {
    Path real = NameCodec.resolve(folder.path(), name);
    moves.requireNoMoveWithin(real);
    if (!sillyRenames.closeUnused(real)) {
      return false;
    }
    try {
      deleteTree(folder, name, 1);
      return true;
    } catch (DirectoryNotEmptyException e) {
      if (last || !SillyRenames.keepNames(real)) {
        throw e;
      }
      return false; // perhaps a file was opened meanwhile and left a silly rename
    } finally {
      open.evict(real);
    }
  }

  static void deleteTree(HeldFolder folder, String name, int level)
      throws IOException, OperationFailure {
    if (!folder.attributes(name).isDirectory()) {
      folder.deleteFile(name);
      return;
    }
    if (level > MAX_LEVELS) {
      throw new OperationFailure(
          FailureCode.EINVAL,
          "The folder is nested more than " + MAX_LEVELS
              + " levels deep; delete its parts first.");
    }
    try {
      folder.deleteFolder(name); // first: a mount point must fail before its content is deleted
      return;
    } catch (DirectoryNotEmptyException e) {
      // The usual case: delete the content first.
    }
    deleteContent(folder, name, level);
    folder.deleteFolder(name);
  }

  /** Deletes everything that can be deleted, and then reports the first failure. */
  private static void deleteContent(HeldFolder folder, String name, int level)
      throws IOException, OperationFailure {
    Exception first = null;
    try (HeldFolder inner = folder.enter(name)) {
      for (Path entry : inner.names()) {
        try {
          deleteTree(inner, NameCodec.decode(entry), level + 1);
        } catch (NoSuchFileException e) {
          // Deleted or renamed meanwhile.
        } catch (IOException | OperationFailure e) {
          first = first == null ? e : first;
        }
      }
    }
    if (first instanceof IOException reported) {
      throw reported;
    }
    if (first instanceof OperationFailure known) {
      throw known;
    }
  }

  /**
   * Renames a file or folder below the same root, creating the parents of the new path. A file that
   * has the new name is replaced. Atomic. To another file system it is copied first ({@link
   * CrossDeviceMove}): meanwhile changes to it are refused, and a failure leaves nothing behind but
   * perhaps new parent folders.
   *
   * @param whenDone run when that is done, before any request can look the file up by its new name
   * @throws OperationFailure EINVAL for the root itself, ENOENT, EACCES, ENOTDIR, EISDIR or
   *     ENOTEMPTY; EXDEV when a link or a device would have to be moved to another file system,
   *     EBUSY when a file is in use that must not be, and ENOSPC. When the copy is complete but the
   *     original could not be deleted, the message says so
   */
  public void rename(FileLocation from, FileLocation to, Runnable whenDone)
      throws OperationFailure {
    try {
      renaming.rename(from, to, whenDone);
    } catch (OperationFailure e) {
      if (e.code() != FailureCode.EXDEV) {
        throw e;
      }
      crossDevice.move(from, to, whenDone);
    }
  }

  /** Cancels and rolls back the move to another disk that is in progress. Does not wait. */
  void cancel() {
    crossDevice.cancel();
  }

  /** As {@link #cancel}, and waits for the roll-back. */
  void close() {
    crossDevice.close();
  }

  /**
   * Renames without updating any handle.
   *
   * @throws OperationFailure as there
   */
  public void rename(FileLocation from, FileLocation to) throws OperationFailure {
    rename(from, to, () -> {});
  }
}
