package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.Version;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.launcher.CommandLineParser.Request;
import com.jstorrent.iodaemon.launcher.demo.Demo;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The main class: parses the command line, starts the daemon, prints the port and waits for the
 * end.
 */
public final class Main {
  /**
   * How long log lines may take to be written after the parent is gone: with one second for
   * closing, the process ends within two seconds.
   */
  private static final Duration LAST_LINES = Duration.ofMillis(300);

  private static final String NO_OUTPUT = "Standard output cannot be written.";

  /** Such a daemon ends, because it could never be found. */
  private static final String NO_PORT =
      "The port cannot be written to standard output; connect it to a reader or a file.";

  private Main() {}

  public static void main(String[] arguments) {
    ExitCode code;
    try {
      if (EncodedClassPath.isNeeded()) {
        EncodedClassPath.run(Main.class.getName(), arguments);
        return;
      }
      Warmup warmup = Warmup.begin();
      Request request =
          new CommandLineParser(Version::current, new FileInputStream(FileDescriptor.in))
              .parse(arguments);
      // A pattern switch would cost some milliseconds at first use, and native-host waits for the port.
      code =
          request instanceof Request.Serve serve
              ? serve(serve.options(), warmup)
              : run(request, warmup);
    } catch (LaunchFailure e) {
      ProcessLog.tell(String.valueOf(e.getMessage()));
      code = e.exitCode();
    } catch (FileSystemException e) { // its message contains a path
      ProcessLog.tell("The daemon cannot continue: a file or folder cannot be used.");
      code = ExitCode.FAILED;
    } catch (IOException e) {
      ProcessLog.tell("The daemon cannot continue: " + e.getMessage());
      code = ExitCode.FAILED;
    }
    System.exit(code.number());
  }

  private static ExitCode run(Request request, Warmup warmup)
      throws LaunchFailure, IOException {
    return switch (request) {
      case Request.Show show -> {
        StandardOutput.write(show.text(), NO_OUTPUT);
        yield ExitCode.OK;
      }
      case Request.Demo demo -> {
        ProcessLog.open(LaunchOptions.Log.toStandardError(LogLevel.warn));
        DemoOptions options = demo.options();
        boolean good =
            Demo.of(options.megabytes(), options.sockets(), System.out).run(options.keep());
        if (System.out.checkError()) {
          throw new LaunchFailure(ExitCode.FAILED, NO_OUTPUT);
        }
        yield good ? ExitCode.OK : ExitCode.FAILED;
      }
      case Request.Serve serve -> serve(serve.options(), warmup);
    };
  }

  private static ExitCode serve(LaunchOptions options, Warmup warmup)
      throws LaunchFailure, IOException {
    ProcessLog log = ProcessLog.open(options.log());
    System.setOut(System.err); // only the port may be written to standard output
    FailureExit failureExit = new FailureExit(log);
    Thread.setDefaultUncaughtExceptionHandler(failureExit);
    HeapTrimmer trimmer = new HeapTrimmer();
    DaemonListener listener = failureExit.andThen(trimmer);
    // Opened before the port: afterwards clients could use up all descriptors.
    @Nullable
    ParentProcess parent =
        options.exitConditions().parentPid() > 0
            ? ParentProcess.of(options.exitConditions().parentPid())
            : null;
    try (IoDaemon daemon =
        new DaemonFactory(System.getenv(), listener, log::countDroppedIn).make(options)) {
      trimmer.start(daemon.stats());
      warmup.await();
      daemon.start();
      SignalExit signals = SignalExit.install(daemon, log);
      String port = daemon.port() + System.lineSeparator();
      signals.print(() -> StandardOutput.write(port, NO_PORT));
      StartReport.log(daemon.port(), daemon.roots(), options.warnings());
      SupervisorNotice.ready(System.getenv());
      if (parent != null) {
        ParentWatch.start(parent, daemon::close, () -> halt(log));
      }
      signals.handleSignals();
      daemon.awaitClosed();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.OK;
  }

  private static void halt(ProcessLog log) {
    log.flush(LAST_LINES);
    Runtime.getRuntime().halt(ExitCode.OK.number());
  }
}
