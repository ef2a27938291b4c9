package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code rpc-info.json}, which native-host writes (PROTOCOL.md § 1). Unknown fields are
 * ignored.
 */
final class ProfileFile {
  private static final Logger LOG = LoggerFactory.getLogger(ProfileFile.class);
  private static final int MAX_BYTES = 1 << 20;

  private final @Nullable Path path;

  /**
   * @param path null when there is none, because this process cannot express the name of its folder
   */
  ProfileFile(@Nullable Path path) {
    this.path = path;
  }

  /**
   * The parts of a profile that the daemon uses.
   *
   * @param extensionId the id of the browser extension, or null
   */
  record Profile(@Nullable String extensionId, List<DownloadRoot> roots) {}

  /** The file at its location on this platform. */
  static ProfileFile ofPlatform(Map<String, String> environment) {
    String home = orElse(set(environment, "HOME"), System.getProperty("user.home", ""));
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    boolean gone = Boolean.getBoolean(CommandLineParser.WORKING_FOLDER_GONE);
    String folder = // native-host takes a relative one as it is, too
        gone
            ? set(environment, "JSTORRENT_CONFIG_DIR")
            : given(environment, "JSTORRENT_CONFIG_DIR");
    if (folder == null && os.startsWith("windows")) {
      folder = orElse(set(environment, "APPDATA"), home);
    } else if (folder == null && os.startsWith("mac")) {
      folder = home + "/Library/Application Support";
    } else if (folder == null) {
      folder = orElse(set(environment, "XDG_CONFIG_HOME"), home + "/.config");
    }
    Path parent = path(folder);
    return new ProfileFile(
        parent == null ? null : parent.resolve("jstorrent-native").resolve("rpc-info.json"));
  }

  /** Null for a name that the encoding of this process cannot express. */
  private static @Nullable Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /**
   * The value of a variable that names a folder; an empty, relative or impossible one counts as unset, as the
   * XDG specification requires.
   */
  private static @Nullable String set(Map<String, String> environment, String name) {
    String value = given(environment, name);
    return value == null || !Path.of(value).isAbsolute() ? null : value;
  }

  /** The value of a variable that names a folder; an empty or impossible one counts as unset. */
  private static @Nullable String given(Map<String, String> environment, String name) {
    String value = environment.get(name);
    return value == null || value.isEmpty() || path(value) == null ? null : value;
  }

  private static String orElse(@Nullable String value, String other) {
    return value == null ? other : value;
  }

  /**
   * The profile of this installation. If the file is missing or invalid, or has no such profile,
   * logs a warning and returns null.
   */
  @Nullable
  Profile read(String installId) {
    try {
      return require(installId);
    } catch (IOException e) {
      LOG.warn("{} There are no profile roots.", e.getMessage());
      return null;
    }
  }

  /**
   * The profile of this installation, or null if the file has none.
   *
   * @throws IOException when the file cannot be read or is invalid; the message is one sentence
   */
  @Nullable
  Profile require(String installId) throws IOException {
    Map<String, @Nullable Object> file = fields();
    if (file.get("profiles") instanceof List<?> profiles) {
      for (Object element : profiles) {
        if (element instanceof Map<?, ?> fields && installId.equals(fields.get("install_id"))) {
          return profile(fields);
        }
      }
    }
    LOG.warn("rpc-info.json has no profile with this install id; there are no profile roots.");
    return null;
  }

  private Map<String, @Nullable Object> fields() throws IOException {
    if (path == null) {
      throw new IOException(
          "rpc-info.json cannot be read: the name of its folder has characters that the locale does not have.");
    }
    String text;
    try {
      text = text(path);
      warnOfReaders(path);
    } catch (FileSystemException | CharacterCodingException e) { // its message contains a path
      throw new IOException("rpc-info.json cannot be read.", e);
    }
    try {
      return Json.readObject(text);
    } catch (IllegalArgumentException e) {
      throw new IOException("rpc-info.json is broken: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the file only if it is a regular one: opening a pipe would block, and a device may have
   * no end.
   */
  private static String text(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new IOException("rpc-info.json is no regular file.");
    }
    byte[] bytes = {};
    if (attributes.size() > 0) { // special files of the system have size 0, and reading one may block
      try (InputStream in = Files.newInputStream(path)) {
        bytes = in.readNBytes(MAX_BYTES + 1);
      }
    }
    if (bytes.length > MAX_BYTES) {
      throw new IOException("rpc-info.json is larger than " + MAX_BYTES + " bytes.");
    }
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /**
   * Warns if other users can read the file, which contains tokens. It belongs to native-host, so
   * its mode is not changed.
   */
  private static void warnOfReaders(Path path) throws IOException {
    if (FilePermissions.areReadableByOthers(path)) {
      LOG.warn("rpc-info.json can be read by other users; it holds tokens: chmod 600.");
    }
  }

  private static Profile profile(Map<?, ?> fields) {
    List<DownloadRoot> roots = new ArrayList<>();
    if (fields.get("download_roots") instanceof List<?> list) {
      for (Object element : list) {
        DownloadRoot root = element instanceof Map<?, ?> map ? root(map) : null;
        if (root == null || roots.stream().anyMatch(r -> r.key().equals(root.key()))) {
          LOG.warn("rpc-info.json has a download root that cannot be used; it is left out.");
        } else {
          roots.add(root);
        }
      }
    }
    return new Profile(
        fields.get("extension_id") instanceof String id && !id.isEmpty() ? id : null, roots);
  }

  private static @Nullable DownloadRoot root(Map<?, ?> fields) {
    if (fields.get("key") instanceof String key
        && !key.isEmpty()
        && fields.get("path") instanceof String text) {
      try {
        Path folder = Path.of(text);
        String name = fields.get("display_name") instanceof String display ? display : key;
        return folder.isAbsolute()
            ? new DownloadRoot(key, folder, name, Boolean.TRUE.equals(fields.get("removable")))
            : null;
      } catch (InvalidPathException e) {
        return null;
      }
    }
    return null;
  }
}
