package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.http.route.Routes;
import com.jstorrent.iodaemon.testkit.Contract;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** PROTOCOL.md § 5 names the routes that are served, and no others. */
class ContractRoutesTest {
  /** {@code `GET /ops/stat?path&root_key`}: the method and the path. */
  private static final Pattern ROUTE =
      Pattern.compile("`(GET|POST|PUT|PATCH|DELETE) (/[^`?\\[ ]*)");

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();

  @Test
  void theRoutesOfTheContractAreThoseOfTheTable() throws Exception {
    Set<String> named =
        Contract.read()
            .sections()
            .entrySet()
            .stream()
            .filter(section -> section.getKey().startsWith("5"))
            .map(Map.Entry::getValue)
            .flatMap(List::stream)
            .flatMap(line -> ROUTE.matcher(line).results())
            .map(route -> route.group(1) + " " + route.group(2))
            .collect(Collectors.toSet());
    Set<String> served =
        Routes.of(fixture.daemon.services())
            .stream()
            .map(RouteTableTest::row)
            .filter(route -> !isStatusPage(route))
            .map(route -> route.replace("...}", "}"))
            .collect(Collectors.toSet());
    assertThat(named).containsExactlyInAnyOrderElementsOf(served);
  }

  /** PROTOCOL.md § 2.5, which does not name the files. */
  private static boolean isStatusPage(String route) {
    return route.equals("GET /") || route.startsWith("GET /status/");
  }
}
