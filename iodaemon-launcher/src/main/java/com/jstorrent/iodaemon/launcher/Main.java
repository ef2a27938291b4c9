package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.Version;
import com.jstorrent.iodaemon.launcher.CommandLineParser.Request;
import com.jstorrent.iodaemon.launcher.demo.Demo;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The process: parse, start, tell the port, wait, end. */
public final class Main {
  /** With the second for closing, the process is gone two seconds after its parent. */
  private static final Duration LAST_LINES = Duration.ofMillis(300);

  private static final String NO_OUTPUT = "Standard output cannot be written.";

  private Main() {}

  public static void main(String[] arguments) {
    ExitCode code;
    try {
      if (EncodedClassPath.isNeeded()) {
        EncodedClassPath.run(Main.class.getName(), arguments);
        return;
      }
      Request request = new CommandLineParser(Version.current(), System.in).parse(arguments);
      // A pattern switch costs the JVM some milliseconds, and native-host waits for the port.
      code = request instanceof Request.Serve serve ? serve(serve.options()) : run(request);
    } catch (LaunchFailure e) {
      System.err.println(e.getMessage());
      code = e.exitCode();
    } catch (FileSystemException e) { // its message is a path
      System.err.println("This cannot go on: a file or folder cannot be used.");
      code = ExitCode.FAILED;
    } catch (IOException e) {
      System.err.println("This cannot go on: " + e.getMessage());
      code = ExitCode.FAILED;
    }
    System.exit(code.number());
  }

  private static ExitCode run(Request request) throws LaunchFailure, IOException {
    return switch (request) {
      case Request.Show show -> {
        StandardOutput.write(show.text(), NO_OUTPUT);
        yield ExitCode.OK;
      }
      case Request.Demo demo -> {
        ProcessLog.open(LogLevel.warn, null);
        boolean good = Demo.run(demo.options().megabytes(), demo.options().sockets(), System.out);
        if (System.out.checkError()) {
          throw new LaunchFailure(ExitCode.FAILED, NO_OUTPUT);
        }
        yield good ? ExitCode.OK : ExitCode.FAILED;
      }
      case Request.Serve serve -> serve(serve.options());
    };
  }

  private static ExitCode serve(LaunchOptions options) throws LaunchFailure, IOException {
    ProcessLog log = ProcessLog.open(options.logLevel(), options.logFile());
    System.setOut(System.err); // the port is the only line that may come there
    AddressCache.shorten();
    Breakdown breakdown = new Breakdown(log);
    Thread.setDefaultUncaughtExceptionHandler(breakdown);
    // Looked up before there is a port: afterwards clients could take all descriptors.
    @Nullable
    ParentProcess parent =
        options.parentPid() > 0 ? ParentProcess.of(options.parentPid()) : null;
    try (IoDaemon daemon = new DaemonFactory(System.getenv(), breakdown).make(options)) {
      log.countDroppedIn(daemon.stats());
      daemon.start();
      SignalExit signals = SignalExit.install(daemon, log);
      tellPort(daemon.port(), signals);
      if (parent != null) {
        ParentWatch.start(parent, daemon::close, () -> endLate(log));
      }
      signals.hearSignals();
      daemon.awaitClosed();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.OK;
  }

  /** A daemon whose port is not known is of no use, and would never be found and ended. */
  private static void tellPort(int port, SignalExit signals) throws LaunchFailure {
    try {
      StandardOutput.write(
          port + System.lineSeparator(),
          "The port cannot be written to standard output; let it be read, or go to a file.");
    } catch (LaunchFailure e) {
      signals.failed();
      throw e;
    }
  }

  private static void endLate(ProcessLog log) {
    log.flush(LAST_LINES);
    Runtime.getRuntime().halt(ExitCode.OK.number());
  }
}
