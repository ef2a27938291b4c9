package com.jstorrent.iodaemon.client.files;

import java.time.Duration;

/**
 * How long calls wait, and how often they are repeated.
 *
 * @param request of a request, with its answer and all repetitions
 * @param silence the longest time between two bytes of a stream
 * @param repetition how often a request is repeated
 */
record CallLimits(Duration request, Duration silence, Repetition repetition) {
  static final CallLimits DEFAULT =
      new CallLimits(
          Duration.ofMinutes(1), Duration.ofMinutes(1), new Repetition(3, Duration.ofSeconds(5)));

  /**
   * @param attempts how many attempts in all
   * @param longestPause the longest pause between two attempts
   */
  record Repetition(int attempts, Duration longestPause) {}

  CallLimits request(Duration limit) {
    return new CallLimits(positive("time limit", limit), silence, repetition);
  }

  CallLimits silence(Duration limit) {
    return new CallLimits(request, positive("limit of silence", limit), repetition);
  }

  CallLimits repetition(int attempts, Duration longestPause) {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "There must be one attempt at least, not " + attempts + ".");
    }
    return new CallLimits(
        request, silence, new Repetition(attempts, positive("longest pause", longestPause)));
  }

  static Duration positive(String name, Duration time) {
    if (!time.isPositive()) {
      throw new IllegalArgumentException("The " + name + " must be positive, not " + time + ".");
    }
    return time;
  }
}
