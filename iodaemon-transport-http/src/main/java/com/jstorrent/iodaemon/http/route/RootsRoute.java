package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.file.RootWatch;
import com.jstorrent.iodaemon.json.codec.JsonReports;

/** {@code GET /roots}: the download roots and their free space (PROTOCOL.md § 5.1). */
final class RootsRoute implements Route.Handler {
  private final RootWatch roots;

  RootsRoute(RootWatch roots) {
    this.roots = roots;
  }

  @Override
  public Reply answer(Call call) {
    return Reply.json(JsonReports.rootsObject(roots.check()));
  }
}
