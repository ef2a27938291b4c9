package com.jstorrent.iodaemon.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** OpenMetrics text 1.0, to the letter. */
class OpenMetricsTest {

  @Test
  void aCounterIsAFamilyWhoseSampleEndsWithTotal() {
    assertThat(new OpenMetrics().counter("udp_drops", "datagrams", "Lost.", 1L << 53).end())
        .isEqualTo(
            """
                # TYPE iodaemon_udp_drops counter
                # HELP iodaemon_udp_drops Lost.
                iodaemon_udp_drops_total 9007199254740992
                # EOF
                """);
  }

  @Test
  void theUnitIsToldOnlyWhenTheNameEndsWithIt() {
    assertThat(new OpenMetrics().gauge("queued_bytes", "bytes", "Waiting.", -1).end())
        .isEqualTo(
            """
                # TYPE iodaemon_queued_bytes gauge
                # UNIT iodaemon_queued_bytes bytes
                # HELP iodaemon_queued_bytes Waiting.
                iodaemon_queued_bytes -1
                # EOF
                """);
    assertThat(new OpenMetrics().gauge("bytes_queued", "bytes", "Waiting.", 0).end())
        .doesNotContain("UNIT");
    assertThat(new OpenMetrics().gauge("kilobytes", "bytes", "Waiting.", 0).end())
        .doesNotContain("UNIT");
  }

  @Test
  void quotesBackslashesAndLineEndsAreEscaped() {
    assertThat(new OpenMetrics().info("build", "A \"b\" \\ c\nd", "version", "1\"\\\n").end())
        .isEqualTo(
            """
                # TYPE iodaemon_build info
                # HELP iodaemon_build A \\"b\\" \\\\ c\\nd
                iodaemon_build_info{version="1\\"\\\\\\n"} 1
                # EOF
                """);
  }

  @Test
  void aCounterMayHaveOneSampleForEachValueOfALabel() {
    assertThat(
        new OpenMetrics()
            .counters("connect_errors", "Failed.", "errno",
                new TreeMap<>(Map.of("A", 1L, "B\"", 2L)))
            .end())
        .isEqualTo(
            """
                # TYPE iodaemon_connect_errors counter
                # HELP iodaemon_connect_errors Failed.
                iodaemon_connect_errors_total{errno="A"} 1
                iodaemon_connect_errors_total{errno="B\\""} 2
                # EOF
                """);
  }
}
