package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.file.DownloadRoot;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The daemon that the command line, the environment and the profile describe. */
final class DaemonFactory {
  private static final List<String> OWN_SITES =
      List.of("https://jstorrent.com", "https://new.jstorrent.com");
  private static final String EXTENSION_SCHEME = "chrome-extension://";
  private static final String DEV_ORIGINS = "JSTORRENT_DEV_ORIGINS";

  private final Map<String, String> environment;

  DaemonFactory(Map<String, String> environment) {
    this.environment = environment;
  }

  IoDaemon make(LaunchOptions options) throws IOException {
    String installId = options.installId();
    ProfileFile.Profile profile =
        installId == null ? null : ProfileFile.ofPlatform(environment).read(installId);
    IoDaemon.Builder builder =
        IoDaemon.builder()
            .token(options.token())
            .roots(roots(options, profile).values())
            .transport(HttpTransport.onPort(options.port())
                .upgrade(WebSocketUpgrade.io())
                .upgrade(WebSocketUpgrade.control()));
    allowOrigins(builder, profile);
    return builder.build();
  }

  /** By key; what the command line says goes before the profile. */
  private static Map<String, DownloadRoot> roots(
      LaunchOptions options, ProfileFile.@Nullable Profile profile) {
    Map<String, DownloadRoot> roots = new LinkedHashMap<>();
    for (Map.Entry<String, Path> root : options.roots().entrySet()) {
      roots.put(root.getKey(), DownloadRoot.of(root.getKey(), root.getValue()));
    }
    if (profile != null) {
      profile.roots().forEach(root -> roots.putIfAbsent(root.key(), root));
    }
    return roots;
  }

  /** PROTOCOL.md § 2. */
  private void allowOrigins(IoDaemon.Builder builder, ProfileFile.@Nullable Profile profile) {
    OWN_SITES.forEach(builder::allowedOrigin);
    if (profile != null && profile.extensionId() != null) {
      builder.allowedOrigin(EXTENSION_SCHEME + profile.extensionId());
    }
    String development = environment.getOrDefault(DEV_ORIGINS, "");
    for (String origin : development.split(",")) {
      if (!origin.isBlank()) {
        builder.allowedOrigin(origin.strip());
      }
    }
    builder.allowAnyLocalOrigin(profile == null && development.isBlank());
  }
}
