package com.jstorrent.iodaemon.launcher;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The options of {@code demo}.
 *
 * @param megabytes the amount to relay, in MiB
 * @param sockets the number of sockets to use
 * @param keep whether to go on with a small load until the process is ended
 */
record DemoOptions(int megabytes, int sockets, boolean keep) {
  private static final int DEFAULT_MEGABYTES = 256;
  private static final int DEFAULT_SOCKETS = 4;

  static CommandSpec spec() {
    CommandSpec spec = CommandSpecs.command(CommandSpecs.DEMO);
    spec.usageMessage()
        .width(100)
        .description(
            "Runs the daemon, a peer that serves data and a client in this process: relays, writes"
                + " with verified digests, reads back, compares every byte and prints what it"
                + " measured.");
    spec.addOption(
        OptionSpec.builder("--mb")
            .paramLabel("N")
            .type(int.class)
            .description("How many MiB; " + DEFAULT_MEGABYTES + " by default.")
            .build());
    spec.addOption(
        OptionSpec.builder("--sockets")
            .paramLabel("N")
            .type(int.class)
            .description("Over how many sockets; " + DEFAULT_SOCKETS + " by default.")
            .build());
    spec.addOption(
        OptionSpec.builder("--keep")
            .arity("0")
            .type(boolean.class)
            .description("Keep the daemon and some load running, to see both on the status page.")
            .build());
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Show this and exit.")
            .build());
    return spec;
  }

  static DemoOptions of(ParseResult result) throws LaunchFailure {
    DemoOptions options =
        new DemoOptions(
            result.matchedOptionValue("--mb", DEFAULT_MEGABYTES),
            result.matchedOptionValue("--sockets", DEFAULT_SOCKETS),
            result.matchedOptionValue("--keep", false));
    if (options.megabytes < 1 || options.sockets < 1 || options.sockets > options.megabytes) {
      throw LaunchFailure.ofArguments(
          "demo needs at least one socket, and at least one MiB for each.");
    }
    return options;
  }
}
