package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.work.WorkerPool;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
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
import java.util.function.LongSupplier;

/**
 * Folders below the download roots, and what is done to files as a whole (PROTOCOL.md § 5.1). Any
 * thread may call it; the disk is touched by the pool, and the caller waits.
 */
public final class FolderService {
  /** Each level of a tree that is deleted holds a descriptor. */
  static final int MOST_LEVELS = 256;

  private static final int MOST_NAMES = 100_000;

  private final DownloadRoots roots;
  private final WorkerPool pool;
  private final RenameGuard renames;
  private final OpenFileTable open;
  private final LongSupplier nanoTime;
  private final MovesUnderWay moves;
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
   * What is known of a file or folder.
   *
   * @param size in bytes
   * @param modifiedMillis since 1970
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

  /** All roots, in the order in which they were given. */
  public List<DownloadRoot> roots() {
    return roots.all();
  }

  /** Looks at a root. Blocks as long as its disk does. */
  public RootStatus status(DownloadRoot root) {
    OptionalLong free = freeBytes(root);
    return new RootStatus(root, free, Instant.now());
  }

  /** A disk that does not answer holds up those who ask in the next two seconds, and nobody else. */
  private OptionalLong freeBytes(DownloadRoot root) {
    long now = nanoTime.getAsLong();
    Long asked = unanswered.putIfAbsent(root.path(), now);
    if (asked != null && now - asked > Limits.ROOT_ANSWER.toNanos()) {
      return OptionalLong.empty();
    }
    try {
      return pool.call(Priority.URGENT, () -> freeBytes(root.path()));
    } catch (OperationFailure e) {
      return OptionalLong.empty(); // too much is waiting to find out
    } finally {
      unanswered.remove(root.path());
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
   * Makes a folder and those above it, unless they are there. The root itself must be there.
   *
   * @throws OperationFailure ENOTDIR when there is a file in the way, EACCES, ENOENT or ENOSPC
   */
  public void ensure(FilePlace place) throws OperationFailure {
    pool.call(
        Priority.BULK,
        () -> renames.find(
            place,
            there -> FolderWalk.making(there)
                .then(
                    (folder, name) -> {
                      moves.requireStill(NameCodec.resolve(folder.place(), name));
                      folder.makeFolder(name);
                      folder.enter(name).close(); // a link is no folder yet
                      return folder.place();
                    },
                    root -> root)));
  }

  /**
   * Looks at a file or folder; at what a link leads to.
   *
   * @throws OperationFailure ENOENT, EACCES or ENOTDIR
   */
  public Status status(FilePlace place) throws OperationFailure {
    return pool.call(
        Priority.URGENT,
        () -> renames.find(
            place,
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
   * The names in a folder, in no particular order.
   *
   * @throws OperationFailure ENOENT, EACCES or ENOTDIR; EINVAL when there are more than 100,000
   */
  public List<String> list(FilePlace place) throws OperationFailure {
    List<String> names =
        pool.call(
            Priority.URGENT,
            () -> renames.find(
                place,
                there -> FolderWalk.to(there)
                    .then(
                        (folder, name) -> folder.list(name, MOST_NAMES),
                        root -> {
                          try (HeldFolder folder = HeldFolder.open(root)) {
                            return folder.list(MOST_NAMES);
                          }
                        })));
    if (names.size() > MOST_NAMES) {
      throw new OperationFailure(
          FailureCode.EINVAL, "The folder holds more than " + MOST_NAMES + " names.");
    }
    return names;
  }

  /**
   * Deletes a file, or a folder and everything in it. A link is deleted, not followed.
   *
   * @throws OperationFailure EINVAL for the root itself, ENOENT, EACCES, ENOTEMPTY when something was
   *     put into the folder meanwhile, or EBUSY when a file is in use that would keep its name
   */
  public void delete(FilePlace place) throws OperationFailure {
    sillyRenames.retry(
        last -> pool.call(
            Priority.BULK,
            () -> FolderWalk.toEntry(place, false)
                .then((folder, name) -> delete(folder, name, last))));
  }

  private boolean delete(HeldFolder folder, String name, boolean last)
      throws IOException, OperationFailure {
    Path real = NameCodec.resolve(folder.place(), name);
    moves.requireFree(real);
    if (!sillyRenames.release(real)) {
      return false;
    }
    try {
      deleteTree(folder, name, 1);
      return true;
    } catch (DirectoryNotEmptyException e) {
      if (last || !SillyRenames.keepNames(real)) {
        throw e;
      }
      return false; // perhaps a file was opened beside this
    } finally {
      open.forget(real);
    }
  }

  static void deleteTree(HeldFolder folder, String name, int level)
      throws IOException, OperationFailure {
    if (!folder.attributes(name).isDirectory()) {
      folder.deleteFile(name);
      return;
    }
    if (level > MOST_LEVELS) {
      throw new OperationFailure(
          FailureCode.EINVAL,
          "The folder is nested more than " + MOST_LEVELS
              + " levels deep; delete its parts first.");
    }
    try {
      folder.deleteFolder(name); // one that must stay, a mounted disk, keeps what is in it
      return;
    } catch (DirectoryNotEmptyException e) {
      // What is in it goes first.
    }
    try (HeldFolder inner = folder.enter(name)) {
      for (Path entry : inner.names()) {
        try {
          deleteTree(inner, NameCodec.shown(entry), level + 1);
        } catch (NoSuchFileException e) {
          // It has gone, or got another name, meanwhile.
        }
      }
    }
    folder.deleteFolder(name);
  }

  /**
   * Gives a file or folder another name under the same root, making the folders above it. A file
   * that has this name is replaced. Atomic; to another file system it is copied, and until that is
   * done nothing can be changed in it, and nothing has changed but that there may be new folders.
   *
   * @param whenDone run when that is done, before anything can look for the file by its new name
   * @throws OperationFailure EINVAL for the root itself, ENOENT, EACCES, ENOTDIR, EISDIR or ENOTEMPTY;
   *     EXDEV when a link or a device would have to go to another file system, EBUSY when something is in
   *     use that must not be, and ENOSPC; when something could not be deleted at its old place although
   *     it is whole at the new one, the message tells so
   */
  public void rename(FilePlace from, FilePlace to, Runnable whenDone) throws OperationFailure {
    try {
      renaming.rename(from, to, whenDone);
    } catch (OperationFailure e) {
      if (e.code() != FailureCode.EXDEV) {
        throw e;
      }
      crossDevice.move(from, to, whenDone);
    }
  }

  /** What takes long ends, undone; does not wait for it. */
  void cancel() {
    crossDevice.cancel();
  }

  /** The same, and waits for it. */
  void close() {
    crossDevice.close();
  }

  /**
   * The same where no handle has to go along.
   *
   * @throws OperationFailure as there
   */
  public void rename(FilePlace from, FilePlace to) throws OperationFailure {
    rename(from, to, () -> {});
  }
}
