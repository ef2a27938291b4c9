package com.jstorrent.iodaemon.launcher;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options of the daemon, declared once: the parser, {@code --help}, the configuration file, the
 * completion script and the manual page are made of them.
 */
enum DaemonOption {
  PORT(Group.CLIENTS, "port", "N", int.class,
      "Port on 127.0.0.1; 0, the default, lets the system choose."),
  TOKEN(Group.CLIENTS, "token", "T", String.class,
      "The secret that clients show. Other users see it in a list of processes."),
  TOKEN_FILE(Group.CLIENTS, "token-file", "FILE", String.class,
      "Read the token from the first line of a file."),
  TOKEN_STDIN(Group.CLIENTS, "token-stdin", "", boolean.class,
      "Read the token from the first line of standard input."),
  ROOT(Group.FOLDERS, "root", "KEY=PATH", List.class,
      "A download folder and the key that clients name it by. Repeatable."),
  INSTALL_ID(Group.FOLDERS, "install-id", "ID", String.class,
      "Which profile of rpc-info.json is ours; without it none is read."),
  DENY_PRIVATE(Group.LIMITS, "deny-private", "", boolean.class,
      "Sockets reach public addresses only: no loopback, private or link-local ones."),
  MEMORY(Group.LIMITS, "memory", "SIZE", String.class,
      "How much clients can make the daemon hold: MiB, or 256M, 1G. The default depends on the heap."),
  LIMIT(Group.LIMITS, "limit", "NAME=VALUE", List.class,
      "Change a limit that the manual page lists, such as connectTimeout=30s. Repeatable."),
  PARENT_PID(Group.LIFE, "parent-pid", "PID", long.class, "Exit when this process is gone."),
  IDLE_TIMEOUT(Group.LIFE, "idle-timeout", "D", String.class,
      "Exit after this time without a client: seconds, or 90s, 15m, 2h; 0, the default, is never."),
  LOG_FILE(Group.LOG, "log-file", "FILE", String.class,
      "Write the log to this file as well; it is rotated at 5 MB."),
  LOG_LEVEL(Group.LOG, "log-level", "LEVEL", LogLevel.class,
      "error, warn, info (the default), debug or trace."),
  LOG_FORMAT(Group.LOG, "log-format", "FORMAT", LogFormat.class,
      "text (the default), or json: one object a line."),
  CONFIG(Group.OTHER, "config", "FILE", String.class,
      "Read options from lines NAME = VALUE. Those of the command line take precedence."),
  HELP(Group.OTHER, "help", "", boolean.class, "Show this and exit."),
  VERSION(Group.OTHER, "version", "", boolean.class, "Show the version and exit.");

  /** The headings of {@code --help}, in their order. */
  enum Group {
    CLIENTS("Port and token"),
    FOLDERS("Download folders"),
    LIMITS("Limits"),
    LIFE("When to exit"),
    LOG("Log"),
    OTHER("Other");

    private final String heading;

    Group(String heading) {
      this.heading = heading;
    }

    String heading() {
      return heading;
    }

    List<DaemonOption> options() {
      return List.of(DaemonOption.values()).stream().filter(one -> one.group == this).toList();
    }
  }

  private final Group group;
  private final String key;
  private final String flag;
  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // classes are immutable, but not annotated as such
  private final Class<?> type;

  private final String description;

  DaemonOption(Group group, String key, String label, Class<?> type, String description) {
    this.group = group;
    this.key = key;
    this.flag = "--".concat(key); // "+" would be linked at its first use, which delays the start
    this.label = label;
    this.type = type;
    this.description = description;
  }

  /** Its name in a configuration file. */
  String key() {
    return key;
  }

  /** Its name on the command line. */
  String flag() {
    return flag;
  }

  /** What its value is called; empty when it has none. */
  String label() {
    return label;
  }

  String description() {
    return description;
  }

  boolean isRepeatable() {
    return type == List.class;
  }

  /** Whether a line of a configuration file may set it. */
  boolean isForFiles() {
    return this != CONFIG && this != HELP && this != VERSION;
  }

  /** The option as the library parses it. */
  OptionSpec spec() {
    return builder().build();
  }

  /** The option as the library explains it; the completion script completes names of files. */
  OptionSpec explained() {
    return label.equals("FILE") ? builder().type(Path.class).build() : spec();
  }

  private OptionSpec.Builder builder() {
    OptionSpec.Builder builder =
        OptionSpec.builder(names()).type(type).description(description);
    if (label.isEmpty()) {
      builder.arity("0");
    } else {
      builder.paramLabel(label);
    }
    if (isRepeatable()) {
      builder.auxiliaryTypes(String.class);
    }
    return builder.usageHelp(this == HELP).versionHelp(this == VERSION);
  }

  String[] names() {
    return switch (this) {
      case HELP -> new String[] {"-h", flag()};
      case VERSION -> new String[] {"-V", flag()};
      default -> new String[] {flag()};
    };
  }
}
