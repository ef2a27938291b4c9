package com.jstorrent.iodaemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs every benchmark once, so that a broken one is noticed before it is needed. */
class BenchmarkSmokeTest {
  private static final int BENCHMARK_METHODS_WITH_PARAMETERS = 41;

  @Test
  void everyBenchmarkRuns() throws Exception {
    var results =
        new Runner(
            new OptionsBuilder()
                .include("com\\.jstorrent\\..*")
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(10))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build())
            .run();
    assertThat(results).hasSize(BENCHMARK_METHODS_WITH_PARAMETERS);
    assertThat(results).extracting(RunResult::getPrimaryResult).doesNotContainNull();
  }
}
