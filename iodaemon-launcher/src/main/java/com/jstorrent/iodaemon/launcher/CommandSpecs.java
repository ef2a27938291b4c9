package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.launcher.DaemonOption.Group;
import java.util.ArrayList;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The commands as the library knows them. They are declared in code rather than by annotations,
 * which saves some 30 ms of every start.
 */
final class CommandSpecs {
  static final String NAME = "jstorrent-io-daemon";
  static final String DEMO = "demo";
  static final String HELP = "help";

  private static final int WIDTH = 100;

  /** The library's own factory would look for Groovy in all jars of the class path, which takes 10 ms. */
  private static final IFactory FACTORY = new Lists();

  private CommandSpecs() {}

  static CommandSpec command(String name) {
    return CommandSpec.wrapWithoutInspection(null, FACTORY).name(name);
  }

  /** The parser of the command line. */
  static CommandLine parser(String version) {
    CommandSpec spec = command(NAME).version(version);
    for (DaemonOption option : DaemonOption.values()) {
      spec.addOption(option.spec());
    }
    return configured(spec);
  }

  /** The same options in groups, for help texts; making the groups would slow down each start. */
  static CommandLine manual(String version) {
    CommandSpec spec = command(NAME).version(version);
    int order = 0;
    for (Group group : Group.values()) {
      ArgGroupSpec.Builder args =
          ArgGroupSpec.builder()
              .validate(false)
              .order(order++)
              .heading("%n" + group.heading() + ":%n");
      group.options().forEach(option -> args.addArg(option.explained()));
      spec.addArgGroup(args.build());
    }
    spec.usageMessage()
        .width(WIDTH)
        .abbreviateSynopsis(true)
        .sortOptions(false)
        .description(
            "Relays TCP and UDP sockets over one WebSocket and reads, writes and hashes files over"
                + " HTTP, on 127.0.0.1.",
            "Prints the port on standard output; everything else goes to standard error.")
        .commandListHeading("%nCommands:%n")
        .footerHeading("%nExamples:%n")
        .footer(
            "  " + NAME + " demo",
            "      shows what it does, in a few seconds",
            "  " + NAME + " --token-file secret.txt --root downloads=/srv/downloads",
            "      serves one folder to clients that know the token in secret.txt",
            "  " + NAME + " --config daemon.conf --log-level debug",
            "      reads its options from a file, except for the log level",
            "",
            "Exit status: 0 after an orderly end, 1 when it cannot start, 2 for bad arguments, 3 when it",
            "cannot go on.");
    return configured(spec);
  }

  private static CommandLine configured(CommandSpec spec) {
    CommandLine commandLine = new CommandLine(spec, FACTORY);
    commandLine.addSubcommand(DEMO, DemoOptions.spec());
    commandLine.addSubcommand(HELP, help());
    commandLine.setOverwrittenOptionsAllowed(false);
    commandLine.setExpandAtFiles(false); // a token may begin with @
    commandLine.setTrimQuotes(false);
    // What follows an option is always its value: a token may look like an option, or be "demo".
    commandLine.setAllowOptionsAsOptionParameters(true);
    commandLine.setAllowSubcommandsAsOptionParameters(true);
    commandLine.setEndOfOptionsDelimiter("\0"); // instead of "--": no positional argument begins like this
    return commandLine;
  }

  private static CommandSpec help() {
    CommandSpec spec = command(HELP);
    spec.usageMessage().width(WIDTH).description("Shows the options, or those of a command.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .paramLabel("COMMAND")
            .type(String.class)
            .description("The command to explain.")
            .build());
    spec.addOption(DaemonOption.HELP.spec());
    return spec;
  }

  /** Makes the lists of repeated options. Commands that are declared in code need nothing else. */
  private static final class Lists implements IFactory {
    @Override
    public <K> K create(Class<K> type) {
      return type.cast(new ArrayList<>());
    }
  }
}
