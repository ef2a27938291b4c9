package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.Version;
import com.jstorrent.iodaemon.launcher.CommandLineParser.Request;
import com.jstorrent.iodaemon.launcher.demo.Demo;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The process: parse, start, tell the port, wait, end. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    ExitCode code;
    try {
      Request request = new CommandLineParser(Version.current(), System.in).parse(arguments);
      // A pattern switch costs the JVM some milliseconds, and native-host waits for the port.
      code = request instanceof Request.Serve serve ? serve(serve.options()) : run(request);
    } catch (LaunchFailure e) {
      System.err.println(e.getMessage());
      code = e.exitCode();
    } catch (IOException e) {
      System.err.println("This cannot go on: " + e.getMessage());
      code = ExitCode.FAILED;
    }
    System.exit(code.number());
  }

  private static ExitCode run(Request request) throws LaunchFailure, IOException {
    return switch (request) {
      case Request.Show show -> {
        System.out.print(show.text());
        yield ExitCode.OK;
      }
      case Request.Demo demo -> {
        LogSetup.apply(LogLevel.warn, null);
        boolean good = Demo.run(demo.options().megabytes(), demo.options().sockets(), System.out);
        yield good ? ExitCode.OK : ExitCode.FAILED;
      }
      case Request.Serve serve -> serve(serve.options());
    };
  }

  private static ExitCode serve(LaunchOptions options) throws LaunchFailure, IOException {
    LogSetup.apply(options.logLevel(), options.logFile());
    AddressCache.shorten();
    Breakdown breakdown = new Breakdown();
    Thread.setDefaultUncaughtExceptionHandler(breakdown);
    // Looked up before there is a port: afterwards anybody could take all descriptors.
    @Nullable
    ParentProcess parent =
        options.parentPid() > 0 ? ParentProcess.of(options.parentPid()) : null;
    try (IoDaemon daemon =
        new DaemonFactory(System.getenv(), breakdown).make(options).start()) {
      SignalExit signals = SignalExit.install(daemon);
      System.out.println(daemon.port());
      System.out.flush();
      if (parent != null) {
        ParentWatch.start(
            parent, daemon::close, () -> Runtime.getRuntime().halt(ExitCode.OK.number()));
      }
      signals.hearSignals();
      daemon.awaitClosed();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.OK;
  }
}
