package com.jstorrent.iodaemon.network;

import java.util.ArrayList;
import java.util.List;

/**
 * What a network does to packets, in each direction.
 *
 * @param kilobits per second, or 0 for no limit
 */
record Effects(
    int delayMillis,
    int jitterMillis,
    double lossPercent,
    double duplicatePercent,
    double reorderPercent,
    int kilobits) {

  static final Effects NONE = new Effects(0, 0, 0, 0, 0, 0);

  static Effects delay(int millis) {
    return new Effects(millis, 0, 0, 0, 0, 0);
  }

  static Effects loss(double percent) {
    return new Effects(10, 0, percent, 0, 0, 0);
  }

  static Effects rate(int kilobits) {
    return new Effects(0, 0, 0, 0, 0, kilobits);
  }

  /** The arguments of {@code tc … netem}. */
  List<String> netem() {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("delay", delayMillis + "ms", jitterMillis + "ms"));
    arguments.addAll(List.of("loss", lossPercent + "%"));
    arguments.addAll(List.of("duplicate", duplicatePercent + "%"));
    if (reorderPercent > 0) {
      arguments.addAll(List.of("reorder", reorderPercent + "%"));
    }
    if (kilobits > 0) {
      arguments.addAll(List.of("rate", kilobits + "kbit"));
    }
    return arguments;
  }

  /** A line for bad-cable.py. */
  String line() {
    return String.join(
        " ",
        String.valueOf(delayMillis),
        String.valueOf(jitterMillis),
        String.valueOf(lossPercent),
        String.valueOf(duplicatePercent),
        String.valueOf(reorderPercent),
        String.valueOf(kilobits));
  }
}
