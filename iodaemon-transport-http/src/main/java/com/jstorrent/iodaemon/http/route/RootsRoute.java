package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.file.DownloadRoot;
import com.jstorrent.iodaemon.file.FolderService;
import com.jstorrent.iodaemon.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** {@code GET /roots}: the download roots, and how much room they have (PROTOCOL.md § 5.1). */
final class RootsRoute implements Route.Handler {
  private final FolderService folders;

  RootsRoute(FolderService folders) {
    this.folders = folders;
  }

  @Override
  public Reply answer(Call call) {
    List<Object> roots = new ArrayList<>();
    for (DownloadRoot root : folders.roots()) {
      roots.add(describe(root, folders.freeBytes(root)));
    }
    return Reply.json(Json.write(Map.of("roots", roots)));
  }

  /** The URI is made of the key: where a root is, is nobody's business. */
  private static Map<String, @Nullable Object> describe(DownloadRoot root, OptionalLong free) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("key", root.key());
    fields.put("uri", "jst-root:" + root.key());
    fields.put("displayName", root.displayName());
    fields.put("removable", root.removable());
    fields.put("lastStatOk", free.isPresent());
    fields.put("lastChecked", System.currentTimeMillis());
    fields.put("available", free.isPresent());
    fields.put("freeBytes", free.isPresent() ? free.getAsLong() : null);
    return fields;
  }
}
