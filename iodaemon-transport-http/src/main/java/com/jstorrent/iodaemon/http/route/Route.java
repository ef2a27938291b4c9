package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One row of the route table.
 *
 * @param method a route with GET serves HEAD as well
 * @param path segments of the path; one in braces is a variable, and a variable that ends with three
 *     dots matches all remaining segments
 * @param open whether it is answered without a token
 * @param handler the work
 */
public record Route(String method, List<String> path, boolean open, Handler handler) {

  /** The work of a route. It may block; it runs on the thread of its connection. */
  @FunctionalInterface
  public interface Handler {
    /**
     * @throws OperationFailure when the operation fails
     * @throws IOException when the client's body cannot be read
     */
    Reply answer(Call call) throws OperationFailure, IOException;
  }

  static Route of(String method, String path, Handler handler) {
    return new Route(method, segments(path), false, handler);
  }

  /** A route that is answered without a token: its answer must not reveal anything. */
  static Route open(String method, String path, Handler handler) {
    return new Route(method, segments(path), true, handler);
  }

  private static List<String> segments(String path) {
    return List.of(path.substring(1).split("/", -1));
  }

  /** Whether this route serves the path with these segments, with some method. */
  public boolean matches(List<String> segments) {
    if (hasTail() ? segments.size() < path.size() : segments.size() != path.size()) {
      return false;
    }
    for (int i = 0; i < path.size(); i++) {
      if (!isVariable(path.get(i)) && !path.get(i).equals(segments.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The values of the variables in a path with these segments, which must match. */
  public List<String> variables(List<String> segments) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < path.size(); i++) {
      if (isTail(path.get(i))) {
        values.add(String.join("/", segments.subList(i, segments.size())));
      } else if (isVariable(path.get(i))) {
        values.add(segments.get(i));
      }
    }
    return List.copyOf(values);
  }

  /** Whether this route serves the method. */
  public boolean serves(String wanted) {
    return method.equals(wanted) || method.equals("GET") && wanted.equals("HEAD");
  }

  /** The methods that this route serves. */
  public Set<String> methods() {
    return method.equals("GET") ? Set.of("GET", "HEAD") : Set.of(method);
  }

  private boolean hasTail() {
    return isTail(path.get(path.size() - 1));
  }

  private static boolean isTail(String segment) {
    return segment.endsWith("...}");
  }

  private static boolean isVariable(String segment) {
    return segment.startsWith("{");
  }
}
