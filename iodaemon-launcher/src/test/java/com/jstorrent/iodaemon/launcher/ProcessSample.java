package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** The resources that a process uses at one moment, from Linux's {@code /proc}. */
record ProcessSample(long rssKib, long threads, long descriptors) {

  static ProcessSample of(long pid) throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid));
    List<String> status = Files.readAllLines(proc.resolve("status"));
    try (Stream<Path> open = Files.list(proc.resolve("fd"))) {
      return new ProcessSample(number(status, "VmRSS:"), number(status, "Threads:"), open.count());
    }
  }

  private static long number(List<String> status, String field) {
    String line = status.stream().filter(each -> each.startsWith(field)).findFirst().orElseThrow();
    return Long.parseLong(line.replaceAll("[^0-9]", ""));
  }

  /** The medians of some samples. */
  static ProcessSample median(List<ProcessSample> samples) {
    return new ProcessSample(
        median(samples, ProcessSample::rssKib),
        median(samples, ProcessSample::threads),
        median(samples, ProcessSample::descriptors));
  }

  private static long median(List<ProcessSample> samples, ToLongFunction<ProcessSample> what) {
    return samples.stream()
        .mapToLong(what)
        .sorted()
        .skip(samples.size() / 2)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public String toString() {
    return (rssKib >> 10) + " MiB, " + threads + " threads, " + descriptors + " descriptors";
  }
}
