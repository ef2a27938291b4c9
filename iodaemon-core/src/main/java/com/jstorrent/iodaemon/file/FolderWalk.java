package com.jstorrent.iodaemon.file;

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
 * Goes down from a root folder by folder, each opened relative to the one before and without
 * following links, so nothing can be put in the way between a check and its use (PROTOCOL.md § 6).
 * A link is resolved where it is met; when it stays inside the root, the walk begins anew and takes
 * the way without it.
 */
final class FolderWalk {
  /** As many as Linux follows. */
  private static final int MOST_LINKS = 40;

  /** Walks that make folders are tried so often again when one of them is taken away meanwhile. */
  private static final int MOST_AGAIN = 16;

  private final FilePlace place;
  private final boolean create;
  private final boolean followLast;

  private FolderWalk(FilePlace place, boolean create, boolean followLast) {
    this.place = place;
    this.create = create;
    this.followLast = followLast;
  }

  /** A link has been met where a walk must not end: the walk is done once more without it. */
  static final class LinkException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    private final int level;

    /** One at the end of the walk. */
    LinkException() {
      this(0);
    }

    private LinkException(int level) {
      super(null, null, "a symbolic link");
      this.level = level;
    }
  }

  /** What is done where a walk has ended. */
  @FunctionalInterface
  interface Step<T> {
    /**
     * @param folder in which the last component of the path is
     * @param name the last component, which need not exist
     */
    T at(HeldFolder folder, String name) throws IOException, OperationFailure;
  }

  /** A walk to a file; a link there is followed when it stays in the root. */
  static FolderWalk to(FilePlace place) {
    return new FolderWalk(place, false, true);
  }

  /** The same, but folders that are missing are made. */
  static FolderWalk making(FilePlace place) {
    return new FolderWalk(place, true, true);
  }

  /** A walk to an entry of a folder, which may be a link. */
  static FolderWalk toEntry(FilePlace place, boolean create) {
    return new FolderWalk(place, create, false);
  }

  /**
   * Walks, and does something there.
   *
   * @throws OperationFailure EACCES when a link leads out of the root, ENOENT when the root itself
   *     is missing, and what the file system says
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

  /** What is done when the way leads to the root itself. */
  @FunctionalInterface
  interface RootStep<T> {
    T at(Path root) throws IOException, OperationFailure;
  }

  /**
   * The same where the root itself will do.
   *
   * @throws OperationFailure as there
   */
  <T> T then(Step<T> step, RootStep<T> atRoot) throws OperationFailure {
    List<String> way = place.path().components();
    Path base = realRoot(place.root());
    try {
      for (int links = 0; links <= MOST_LINKS; links++) {
        if (way.isEmpty()) {
          return atRoot.at(base);
        }
        try {
          return walk(base, way, step);
        } catch (LinkException e) {
          way = around(base, way, e.level);
        }
      }
      throw new OperationFailure(
          FailureCode.EACCES,
          "The path leads over more than " + MOST_LINKS + " links; name the place itself.");
    } catch (IOException e) {
      throw FileErrors.ofNaming(e);
    } catch (DirectoryIteratorException e) {
      throw FileErrors.of(e.getCause());
    } catch (InvalidPathException e) {
      throw new OperationFailure(
          FailureCode.EINVAL, "This file system cannot hold such a name.");
    }
  }

  /** The root without links. */
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

  private <T> T walk(Path base, List<String> way, Step<T> step)
      throws IOException, OperationFailure {
    for (int again = create ? MOST_AGAIN : 0;; again--) {
      try {
        return walkOnce(base, way, step);
      } catch (NoSuchFileException e) {
        if (again == 0) { // else a folder that was there, or was made, has been taken away since
          throw e;
        }
      }
    }
  }

  private <T> T walkOnce(Path base, List<String> way, Step<T> step)
      throws IOException, OperationFailure {
    int last = way.size() - 1;
    int level = 0;
    HeldFolder folder = HeldFolder.open(base);
    try {
      for (; level < last; level++) {
        HeldFolder next = enter(folder, way.get(level));
        folder.close();
        folder = next;
      }
      return step.at(folder, way.get(last));
    } catch (IOException e) {
      if ((level < last || followLast)
          && (e instanceof LinkException || folder.isLink(way.get(level)))) {
        throw new LinkException(level);
      }
      if (level > 0 && !folder.isInPlace()) {
        throw new LinkException(level - 1);
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
      folder.makeFolder(component);
      return folder.enter(component);
    }
  }

  /** The same way, but where a link has been met it takes the folders that the link leads to. */
  private static List<String> around(Path base, List<String> way, int level)
      throws OperationFailure {
    Path link = NameCodec.resolve(base, way.subList(0, level + 1));
    Path real;
    try {
      real = link.toRealPath();
    } catch (IOException e) {
      if (!Files.isSymbolicLink(link)) {
        return way; // something else has its place by now
      }
      throw new OperationFailure(FailureCode.EACCES, "A link in the path cannot be followed.");
    }
    if (!real.startsWith(base)) {
      throw new OperationFailure(FailureCode.EACCES, "A link leads out of the download root.");
    }
    List<String> straight = new ArrayList<>();
    for (int i = base.getNameCount(); i < real.getNameCount(); i++) {
      straight.add(NameCodec.shown(real.getName(i)));
    }
    straight.addAll(way.subList(level + 1, way.size()));
    return straight;
  }
}
