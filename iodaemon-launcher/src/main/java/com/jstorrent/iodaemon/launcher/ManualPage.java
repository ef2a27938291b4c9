package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.launcher.DaemonOption.Group;
import java.util.Map;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The manual page, in the macros of man(7). The library makes AsciiDoc only, which another program would have to
 * convert.
 */
final class ManualPage {
  private static final Map<String, String> STATUSES =
      Map.of(
          "0", "a graceful shutdown",
          "1", "it could not start; standard error tells why",
          "2", "bad arguments",
          "3", "it cannot go on, usually because memory ran out; start it again");

  private static final Map<String, String> VARIABLES =
      Map.of(
          "JSTORRENT_CONFIG_DIR", "the folder with jstorrent-native/rpc-info.json",
          "JSTORRENT_DEV_ORIGINS", "additional allowed origins, separated by commas",
          "JSTORRENT_JAVA_HOME", "the JVM to run on",
          "JSTORRENT_JAVA_OPTIONS", "options for the JVM, separated by blanks",
          "NOTIFY_SOCKET", "where a supervisor wants to hear READY=1, by systemd-notify(1)");

  private final StringBuilder page = new StringBuilder();

  private ManualPage() {}

  /** The text of the page; the same for the same version. */
  static String of(String version) {
    ManualPage manual = new ManualPage();
    manual.line(".TH JSTORRENT-IO-DAEMON 1 \"\" \"" + escaped(version) + "\"");
    manual.section("NAME");
    manual.text(CommandSpecs.NAME + " - relays sockets and serves files to browser extensions");
    manual.section("SYNOPSIS");
    manual.line(".B " + escaped(CommandSpecs.NAME));
    manual.text("[OPTIONS]");
    manual.line(".br");
    manual.line(".B " + escaped(CommandSpecs.NAME + " " + CommandSpecs.DEMO));
    manual.text("[--mb N] [--sockets N] [--keep]");
    manual.line(".br");
    manual.line(".B " + escaped(CommandSpecs.NAME + " " + CommandSpecs.HELP));
    manual.text("[COMMAND]");
    manual.section("DESCRIPTION");
    manual.text(
        "Relays TCP and UDP sockets over one WebSocket and reads, writes and hashes files over HTTP,"
            + " on 127.0.0.1. It prints its port, the only line on standard output, and serves until"
            + " SIGTERM, SIGINT or a client's request. A second signal does not wait for writes in"
            + " progress. What follows an option is its value, even if it looks like an option.");
    manual.options();
    manual.demo();
    manual.files();
    manual.limits();
    manual.section("ENVIRONMENT");
    manual.terms(VARIABLES);
    manual.section("EXIT STATUS");
    manual.terms(STATUSES);
    return manual.page.toString();
  }

  private void options() {
    section("OPTIONS");
    for (Group group : Group.values()) {
      line(".SS " + escaped(group.heading()));
      for (DaemonOption option : group.options()) {
        term(String.join(", ", option.names()), option.label(), option.description());
      }
    }
  }

  private void demo() {
    section("DEMO");
    text(String.join(" ", DemoOptions.spec().usageMessage().description()));
    for (OptionSpec option : DemoOptions.spec().options()) {
      String label = option.arity().max() == 0 ? "" : option.paramLabel();
      term(String.join(", ", option.names()), label, String.join(" ", option.description()));
    }
  }

  private void files() {
    section("CONFIGURATION FILE");
    text(
        "Lines NAME = VALUE, with the names of the options without their dashes; true or false for"
            + " options without a value. NAME.KEY = VALUE stands for NAME = KEY=VALUE. Lines that begin"
            + " with # are comments. A value is taken as it is, without quotes, and paths are"
            + " relative to the folder of the file. An option of the command line takes precedence."
            + " A file with the token must be readable by its owner only.");
    line(".PP");
    line(".EX");
    text("port = 7800");
    text("token-file = secret.txt");
    text("root.downloads = /srv/downloads");
    text("limit.connectTimeout = 30s");
    line(".EE");
  }

  private void limits() {
    section("LIMITS");
    text(
        "What --limit can change, with the defaults. Times are in seconds or have ms, s, m or h behind"
            + " them, bytes may have K, M or G. The contract with clients (PROTOCOL.md, section 8) tells"
            + " what happens at each.");
    line(".PP");
    line(".EX");
    LimitOptions.defaults().forEach((name, value) -> text(name + "=" + value));
    line(".EE");
  }

  private void terms(Map<String, String> terms) {
    terms.keySet().stream().sorted().forEach(name -> term(name, "", terms.get(name)));
  }

  private void term(String name, String label, String description) {
    line(".TP");
    line(".B " + escaped(label.isEmpty() ? name : name + " " + label));
    text(description);
  }

  private void section(String title) {
    line(".SH " + title);
  }

  private void text(String text) {
    line(escaped(text));
  }

  private void line(String line) {
    page.append(line).append('\n');
  }

  /** Escapes what roff would take for a command, and keeps dashes searchable. */
  private static String escaped(String text) {
    String safe = text.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
    return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
  }
}
