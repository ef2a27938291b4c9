package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks down from a root folder by folder, opening each relative to its parent and without
 * following links, so that nothing can be swapped in between a check and its use (PROTOCOL.md § 6).
 * When a link is met, its real path is looked up; if that is inside the root, the walk starts again
 * along the real path.
 */
final class FolderWalk {
  /** The limit that Linux has. */
  private static final int MAX_LINKS = 40;

  /** How often a walk that creates folders is retried when one of them is deleted meanwhile. */
  private static final int MAX_RETRIES = 16;

  private final FileLocation location;
  private final boolean create;
  private final boolean followLast;

  private FolderWalk(FileLocation location, boolean create, boolean followLast) {
    this.location = location;
    this.create = create;
    this.followLast = followLast;
  }

  /**
   * A link is where the walk needs a file or folder; the walk starts again along the link's real
   * path.
   */
  static final class LinkException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    private final int level;

    /** A link at the last component of the path. */
    LinkException() {
      this(0);
    }

    private LinkException(int level) {
      super(null, null, "a symbolic link");
      this.level = level;
    }
  }

  /** What to do at the end of a walk. */
  @FunctionalInterface
  interface Step<T> {
    /**
     * @param folder the parent of the last component
     * @param name the last component, which need not exist
     */
    T at(HeldFolder folder, String name) throws IOException, OperationFailure;
  }

  /**
   * A walk to a file or folder. A link as the last component is followed if it stays in the root.
   */
  static FolderWalk to(FileLocation location) {
    return new FolderWalk(location, false, true);
  }

  /** As {@link #to}, but creates missing folders. */
  static FolderWalk creating(FileLocation location) {
    return new FolderWalk(location, true, true);
  }

  /** A walk to a directory entry: a link as the last component is not followed. */
  static FolderWalk toEntry(FileLocation location, boolean create) {
    return new FolderWalk(location, create, false);
  }

  /**
   * Walks the path and runs a step at its end.
   *
   * @throws OperationFailure EACCES when a link leads out of the root, ENOENT when the root itself
   *     is missing, and what {@link FileErrors} makes of other errors
   */
  <T> T then(Step<T> step) throws OperationFailure {
    return then(
        step,
        root -> {
          throw new OperationFailure(
              FailureCode.EINVAL,
              "The path is the download root itself; name something in it.");
        });
  }

  /** What to do when the path is the root itself, which has no parent to work in. */
  @FunctionalInterface
  interface RootStep<T> {
    T at(Path root) throws IOException, OperationFailure;
  }

  /**
   * As {@link #then(Step)}, for operations that are possible on the root itself too.
   *
   * @throws OperationFailure as there
   */
  <T> T then(Step<T> step, RootStep<T> atRoot) throws OperationFailure {
    List<String> components = location.path().components();
    Path base = realRoot(location.root());
    try {
      for (int links = 0; links <= MAX_LINKS; links++) {
        if (components.isEmpty()) {
          return atRoot.at(base);
        }
        try {
          return walk(base, components, step);
        } catch (LinkException e) {
          components = resolveLink(base, components, e.level);
        }
      }
      throw new OperationFailure(
          FailureCode.EACCES,
          "The path leads over more than " + MAX_LINKS + " links; name the place itself.");
    } catch (IOException e) {
      throw FileErrors.ofNaming(e);
    } catch (DirectoryIteratorException e) {
      throw FileErrors.of(e.getCause());
    } catch (InvalidPathException e) {
      throw new OperationFailure(
          FailureCode.EINVAL, "This file system cannot hold such a name.");
    }
  }

  /** The real path of a root. */
  static Path realRoot(DownloadRoot root) throws OperationFailure {
    try {
      return root.path().toRealPath();
    } catch (AccessDeniedException e) {
      throw FileErrors.of(e);
    } catch (IOException e) {
      throw new OperationFailure(
          FailureCode.ENOENT, "The download root is not there; is its disk connected?");
    }
  }

  private <T> T walk(Path base, List<String> components, Step<T> step)
      throws IOException, OperationFailure {
    for (int retries = create ? MAX_RETRIES : 0;; retries--) {
      try {
        return walkOnce(base, components, step);
      } catch (NoSuchFileException e) {
        if (retries == 0) { // otherwise a folder was deleted between two steps: walk again
          throw e;
        }
      }
    }
  }

  private <T> T walkOnce(Path base, List<String> components, Step<T> step)
      throws IOException, OperationFailure {
    int last = components.size() - 1;
    int level = 0;
    HeldFolder folder = HeldFolder.open(base);
    try {
      for (; level < last; level++) {
        HeldFolder next = enter(folder, components.get(level));
        folder.close();
        folder = next;
      }
      return step.at(folder, components.get(last));
    } catch (IOException e) {
      if ((level < last || followLast)
          && (e instanceof LinkException || folder.isLink(components.get(level)))) {
        throw new LinkException(level);
      }
      if (level > 0 && !folder.isUnmoved()) {
        throw new LinkException(level - 1); // the folder that was entered last may be a link by now
      }
      throw e;
    } finally {
      folder.close();
    }
  }

  private HeldFolder enter(HeldFolder folder, String component) throws IOException {
    try {
      return folder.enter(component);
    } catch (NoSuchFileException e) {
      if (!create) {
        throw e;
      }
      folder.createFolder(component);
      return folder.enter(component);
    }
  }

  /** The same path with the components up to the link replaced by the link's real path. */
  private static List<String> resolveLink(Path base, List<String> components, int level)
      throws OperationFailure {
    Path link = NameCodec.resolve(base, components.subList(0, level + 1));
    Path real;
    try {
      real = link.toRealPath();
    } catch (IOException e) {
      if (!Files.isSymbolicLink(link)) {
        return components; // the link has been replaced meanwhile: walk the same path again
      }
      throw new OperationFailure(FailureCode.EACCES, "A link in the path cannot be followed.");
    }
    if (!real.startsWith(base)) {
      throw new OperationFailure(FailureCode.EACCES, "A link leads out of the download root.");
    }
    List<String> straight = new ArrayList<>();
    for (int i = base.getNameCount(); i < real.getNameCount(); i++) {
      straight.add(NameCodec.decode(real.getName(i)));
    }
    straight.addAll(components.subList(level + 1, components.size()));
    return straight;
  }
}
