package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.IoDaemonBuilder;
import com.jstorrent.iodaemon.Profile;
import com.jstorrent.iodaemon.config.AllowedOrigins;
import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.transport.service.RequestServices;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Creates the daemon from the command line, the environment and the profile. */
final class DaemonFactory {
  private static final List<String> OWN_SITES =
      List.of("https://jstorrent.com", "https://new.jstorrent.com");
  private static final String EXTENSION_SCHEME = "chrome-extension://";
  private static final String DEV_ORIGINS = "JSTORRENT_DEV_ORIGINS";

  private final Map<String, String> environment;
  private final DaemonListener listener;
  private final Consumer<Stats> onCounters;

  /**
   * @param listener the daemon's listener
   * @param onCounters gets the daemon's counters when it starts: some count what the process does
   */
  DaemonFactory(
      Map<String, String> environment, DaemonListener listener, Consumer<Stats> onCounters) {
    this.environment = environment;
    this.listener = listener;
    this.onCounters = onCounters;
  }

  IoDaemon make(LaunchOptions options) throws IOException {
    ProfileFile file = ProfileFile.ofPlatform(environment);
    String installId = options.folders().installId();
    Profile first = complete(options, installId == null ? null : file.read(installId));
    IoDaemonBuilder builder =
        IoDaemon.builder()
            .token(options.token())
            .roots(first.roots())
            .origins(first.origins())
            .listener(listener)
            .idleTimeout(options.exitConditions().idleTimeout())
            .network(options.network())
            .limits(options.limits())
            .transport(
                services -> {
                  onCounters.accept(RequestServices.of(services).stats());
                  return HttpTransport.onPort(options.port())
                      .upgrade(WebSocketUpgrade.io())
                      .upgrade(WebSocketUpgrade.control())
                      .start(services);
                });
    if (installId != null) {
      builder.profile(() -> complete(options, file.require(installId)));
    }
    return builder.build();
  }

  private Profile complete(LaunchOptions options, ProfileFile.@Nullable Profile profile) {
    return new Profile(roots(options, profile), origins(profile));
  }

  /** The roots of both; those of the command line take precedence over those of the profile. */
  private static List<DownloadRoot> roots(
      LaunchOptions options, ProfileFile.@Nullable Profile profile) {
    Map<String, DownloadRoot> roots = new LinkedHashMap<>();
    for (Map.Entry<String, Path> root : options.folders().roots().entrySet()) {
      roots.put(root.getKey(), DownloadRoot.of(root.getKey(), root.getValue()));
    }
    if (profile != null) {
      profile.roots().forEach(root -> roots.putIfAbsent(root.key(), root));
    }
    return List.copyOf(roots.values());
  }

  /** The allowed origins (PROTOCOL.md § 2). */
  private AllowedOrigins origins(ProfileFile.@Nullable Profile profile) {
    Set<String> origins = new LinkedHashSet<>(OWN_SITES);
    if (profile != null && profile.extensionId() != null) {
      origins.add(EXTENSION_SCHEME + profile.extensionId());
    }
    String development = environment.getOrDefault(DEV_ORIGINS, "");
    for (String origin : development.split(",", -1)) {
      if (!origin.isBlank()) {
        origins.add(origin.strip());
      }
    }
    return new AllowedOrigins(origins, profile == null && development.isBlank());
  }
}
