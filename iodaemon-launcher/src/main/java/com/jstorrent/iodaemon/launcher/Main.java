package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.Version;
import com.jstorrent.iodaemon.launcher.demo.Demo;
import java.io.IOException;

/** The process: parse, start, tell the port, wait, end. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    ExitCode code;
    try {
      CommandLineParser parser = new CommandLineParser(Version.current(), System.in);
      code =
          switch (parser.parse(arguments)) {
            case CommandLineParser.Request.Show show -> {
              System.out.print(show.text());
              yield ExitCode.OK;
            }
            case CommandLineParser.Request.Demo demo -> {
              LogSetup.apply(LogLevel.warn, null);
              boolean good =
                  Demo.run(demo.options().megabytes(), demo.options().sockets(), System.out);
              yield good ? ExitCode.OK : ExitCode.FAILED;
            }
            case CommandLineParser.Request.Serve serve -> serve(serve.options());
          };
    } catch (LaunchFailure e) {
      System.err.println(e.getMessage());
      code = e.exitCode();
    } catch (IOException e) {
      System.err.println("This cannot go on: " + e.getMessage());
      code = ExitCode.FAILED;
    }
    System.exit(code.number());
  }

  private static ExitCode serve(LaunchOptions options) throws LaunchFailure, IOException {
    LogSetup.apply(options.logLevel(), options.logFile());
    Breakdown breakdown = new Breakdown();
    Thread.setDefaultUncaughtExceptionHandler(breakdown);
    try (IoDaemon daemon =
        new DaemonFactory(System.getenv(), breakdown).make(options).start()) {
      SignalExit signals = SignalExit.install(daemon);
      System.out.println(daemon.port());
      System.out.flush();
      if (options.parentPid() > 0) {
        ParentWatch.start(
            ParentProcess.of(options.parentPid()),
            daemon::close,
            () -> Runtime.getRuntime().halt(ExitCode.OK.number()));
      }
      signals.hearSignals();
      daemon.awaitClosed();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.OK;
  }
}
