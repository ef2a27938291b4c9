package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.testkit.Peer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A model of files and folders: arrays of bytes in memory, by path. */
final class FileModel {
  /** Marks a folder. */
  private static final byte[] FOLDER = new byte[0];

  private final TreeMap<String, byte[]> entries = new TreeMap<>();
  private int number;

  /** The data that the step with this number writes. */
  static byte[] data(int number, int size) {
    return Peer.bytes(number, size);
  }

  /** Applies a step and returns the expected answer, which is the same in every file system. */
  String take(FileStep step) {
    number++;
    try {
      return String.valueOf(result(step));
    } catch (OperationFailure e) {
      return e.code().name();
    }
  }

  private Object result(FileStep step) throws OperationFailure {
    String path = step.path();
    switch (step) {
      case FileStep.Write write -> {
        if (write.create()) {
          makeParents(path);
          entries.putIfAbsent(path, new byte[0]);
        }
        byte[] file = file(path);
        byte[] data = data(number, write.size());
        int end = data.length == 0 ? 0 : write.offset() + data.length;
        byte[] longer = Arrays.copyOf(file, Math.max(file.length, end));
        if (data.length > 0) {
          System.arraycopy(data, 0, longer, write.offset(), data.length);
        }
        entries.put(path, longer);
      }
      case FileStep.Read read -> {
        byte[] file = file(path);
        int from = Math.min(read.offset(), file.length);
        int to = Math.min(read.offset() + read.length(), file.length);
        return shown(Arrays.copyOfRange(file, from, to));
      }
      case FileStep.Truncate truncate ->
          entries.put(path, Arrays.copyOf(file(path), truncate.length()));
      case FileStep.Extend extend -> grow(path, extend.length());
      case FileStep.Reserve reserve -> grow(path, reserve.length());
      case FileStep.Flush flush -> file(path);
      case FileStep.Status status -> {
        return entry(path) == FOLDER ? "a folder" : "a file of " + entry(path).length;
      }
      case FileStep.Names names -> {
        return names(path);
      }
      case FileStep.Ensure ensure -> {
        makeParents(path);
        if (entries.getOrDefault(path, FOLDER) != FOLDER) {
          throw failure(FailureCode.ENOTDIR);
        }
        entries.put(path, FOLDER);
      }
      case FileStep.Delete delete -> {
        entry(path);
        tree(path).clear();
      }
      case FileStep.Rename rename -> rename(path, rename.to());
      case FileStep.Replaced replaced -> {
        if (isFile(path)) {
          entries.put(path, data(number, replaced.size()));
        }
      }
      case FileStep.Vanished vanished -> {
        if (isFile(path)) {
          entries.remove(path);
        }
      }
    }
    return "done";
  }

  static String shown(byte[] bytes) {
    return bytes.length + " bytes, " + Arrays.hashCode(bytes);
  }

  boolean isFile(String path) {
    byte[] known = entries.get(path);
    return known != null && known != FOLDER;
  }

  boolean exists(String path) {
    return entries.containsKey(path);
  }

  /** All files and folders with their content. */
  Map<String, String> all() {
    Map<String, String> all = new TreeMap<>();
    entries.forEach((path, bytes) -> all.put(path, bytes == FOLDER ? "a folder" : shown(bytes)));
    return all;
  }

  private void grow(String path, int length) throws OperationFailure {
    byte[] file = file(path);
    entries.put(path, Arrays.copyOf(file, Math.max(file.length, length)));
  }

  private TreeSet<String> names(String path) throws OperationFailure {
    if (entry(path) != FOLDER) {
      throw failure(FailureCode.ENOTDIR);
    }
    TreeSet<String> names = new TreeSet<>();
    for (String each : entries.keySet()) {
      if (each.startsWith(path + "/") && each.indexOf('/', path.length() + 1) < 0) {
        names.add(each.substring(path.length() + 1));
      }
    }
    return names;
  }

  private void rename(String from, String to) throws OperationFailure {
    if (to.startsWith(from + "/")) {
      throw failure(FailureCode.EINVAL);
    }
    byte[] moved = entry(from);
    makeParents(to);
    byte[] taken = entries.get(to);
    if (to.equals(from)) {
      return;
    }
    if (from.startsWith(to + "/")) {
      throw failure(FailureCode.ENOTEMPTY);
    }
    if (taken != null && (taken == FOLDER) != (moved == FOLDER)) {
      throw failure(taken == FOLDER ? FailureCode.EISDIR : FailureCode.ENOTDIR);
    }
    if (taken == FOLDER && !names(to).isEmpty()) {
      throw failure(FailureCode.ENOTEMPTY);
    }
    Map<String, byte[]> tree = new TreeMap<>(tree(from));
    tree(from).clear();
    tree.forEach((path, bytes) -> entries.put(to + path.substring(from.length()), bytes));
  }

  /** A view of the entry and everything below it. */
  private Map<String, byte[]> tree(String path) {
    // In these tests no name has a character that sorts before the separator.
    return entries.subMap(path, true, path + "/\uffff", true);
  }

  private byte[] file(String path) throws OperationFailure {
    byte[] file = entry(path);
    if (file == FOLDER) {
      throw failure(FailureCode.EISDIR);
    }
    return file;
  }

  private byte[] entry(String path) throws OperationFailure {
    for (String parent : parents(path)) {
      if (!entries.containsKey(parent)) {
        throw failure(FailureCode.ENOENT);
      }
      requireFolder(parent);
    }
    byte[] entry = entries.get(path);
    if (entry == null) {
      throw failure(FailureCode.ENOENT);
    }
    return entry;
  }

  private void makeParents(String path) throws OperationFailure {
    for (String parent : parents(path)) {
      requireFolder(parent);
      entries.put(parent, FOLDER);
    }
  }

  private void requireFolder(String path) throws OperationFailure {
    if (entries.getOrDefault(path, FOLDER) != FOLDER) {
      throw failure(FailureCode.ENOTDIR);
    }
  }

  private static List<String> parents(String path) {
    List<String> parents = new ArrayList<>();
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      parents.add(path.substring(0, slash));
    }
    return parents;
  }

  private static OperationFailure failure(FailureCode code) {
    return new OperationFailure(code, "Expected by the model.");
  }
}
