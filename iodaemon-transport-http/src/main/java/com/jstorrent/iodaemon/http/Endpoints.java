package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.http.route.Reply;
import com.jstorrent.iodaemon.http.route.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the route that serves a path, or the protocol to upgrade to. */
final class Endpoints {
  private final Map<String, List<Route>> routes; // by the first segment, which is never a variable
  private final Map<String, UpgradeHook> hooks = new LinkedHashMap<>(); // by the only segment of their path

  Endpoints(List<Route> routes, List<UpgradeHook> upgrades) {
    this.routes = routes.stream().collect(Collectors.groupingBy(each -> each.path().getFirst()));
    upgrades.forEach(hook -> hooks.put(hook.path().substring(1), hook));
  }

  @Nullable
  UpgradeHook hook(Target target) {
    return target.segments().size() == 1 ? hooks.get(target.segments().get(0)) : null;
  }

  @Nullable
  Route route(String method, Target target) {
    for (Route route : routesOf(target)) {
      if (route.serves(method) && route.matches(target.segments())) {
        return route;
      }
    }
    return null;
  }

  private List<Route> routesOf(Target target) {
    return routes.getOrDefault(target.segments().getFirst(), List.of());
  }

  /** The answer when no route serves a request: 405 when one does with another method, else 404. */
  Reply missing(Target target) {
    Set<String> allowed = new TreeSet<>();
    for (Route route : routesOf(target)) {
      if (route.matches(target.segments())) {
        allowed.addAll(route.methods());
      }
    }
    return allowed.isEmpty()
        ? Failures.reply(404, "ENOENT", "There is no such route.")
        : Failures.reply(405, "EINVAL", "This route does not have this method.")
            .with("Allow", String.join(", ", allowed));
  }
}
