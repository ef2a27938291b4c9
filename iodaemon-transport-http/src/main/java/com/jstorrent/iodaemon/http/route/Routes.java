package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.transport.DaemonServices;
import java.util.List;

/** The route table (PROTOCOL.md § 5). */
public final class Routes {
  private Routes() {}

  public static List<Route> of(DaemonServices services) {
    ReadRoute read = new ReadRoute(services.files());
    WriteRoute write =
        new WriteRoute(
            services.files(),
            services.hashes(),
            services.limits().bodyMemoryBytes());
    HashRoute sha1 = new HashRoute(services.hashes(), HashAlgorithm.SHA1);
    HashRoute sha256 = new HashRoute(services.hashes(), HashAlgorithm.SHA256);
    return List.of(
        Route.open("GET", "/health", call -> Reply.text("ok")),
        Route.of("GET", "/stats", new StatsRoute(services.stats())),
        Route.of("GET", "/read/{root_key}", read),
        Route.of("POST", "/write/{root_key}", write),
        Route.of("POST", "/hash/sha1", sha1),
        Route.of("POST", "/hash/sha256", sha256));
  }
}
