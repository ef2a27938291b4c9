package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes down from a root folder by folder, each opened relative to the one before and without
 * following links, so nothing can be put in the way between a check and its use (PROTOCOL.md § 6).
 * Links that stay inside the root are resolved first, and the walk then takes the way without them.
 */
final class FolderWalk {
  private final FilePlace place;
  private final boolean create;
  private final boolean followLast;

  private FolderWalk(FilePlace place, boolean create, boolean followLast) {
    this.place = place;
    this.create = create;
    this.followLast = followLast;
  }

  /** A step has met a link where a walk must not end: the walk is done once more without it. */
  static final class LinkException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    LinkException() {
      super(null, null, "a symbolic link");
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
    List<String> components = place.path().components();
    Path base = realRoot(place.root());
    try {
      if (components.isEmpty()) {
        return atRoot.at(base);
      }
      try {
        return walk(base, components, step);
      } catch (FileSystemException e) {
        List<String> straight = withoutLinks(base, components);
        if (straight.equals(components)) {
          throw e;
        }
        return straight.isEmpty() ? atRoot.at(base) : walk(base, straight, step);
      }
    } catch (IOException e) {
      throw FileErrors.of(e);
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

  private <T> T walk(Path base, List<String> components, Step<T> step)
      throws IOException, OperationFailure {
    HeldFolder folder = HeldFolder.open(base);
    try {
      for (String component : components.subList(0, components.size() - 1)) {
        HeldFolder next = enter(folder, component);
        folder.close();
        folder = next;
      }
      return step.at(folder, components.get(components.size() - 1));
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

  /** The way to the same place without a link in it; what does not exist yet is left as it is. */
  private List<String> withoutLinks(Path base, List<String> components) throws OperationFailure {
    int linked = followLast ? components.size() : components.size() - 1;
    Path known = base;
    try {
      for (int i = 0; i < components.size(); i++) {
        known = NameCodec.resolve(known, components.get(i));
        if (i < linked && Files.exists(known, LinkOption.NOFOLLOW_LINKS)) {
          known = known.toRealPath();
          if (!known.startsWith(base)) {
            throw new OperationFailure(
                FailureCode.EACCES, "A link leads out of the download root.");
          }
        }
      }
    } catch (IOException e) {
      throw new OperationFailure(FailureCode.EACCES, "A link in the path cannot be followed.");
    }
    if (known.equals(base)) {
      return List.of();
    }
    List<String> straight = new ArrayList<>();
    base.relativize(known).forEach(name -> straight.add(NameCodec.shown(name)));
    return straight;
  }
}
