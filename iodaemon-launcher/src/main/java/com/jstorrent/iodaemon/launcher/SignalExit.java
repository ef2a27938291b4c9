package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.IoDaemon;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles SIGTERM, SIGINT and SIGHUP: the first starts a graceful shutdown, which ends with status 0; a
 * second SIGTERM or SIGINT ends the process at once (PROTOCOL.md § 1.4). A shutdown hook alone would not do,
 * because the JVM ignores a second signal while hooks run, and ends with 128 plus the number of the
 * first.
 */
final class SignalExit {
  private static final Logger LOG = LoggerFactory.getLogger(SignalExit.class);
  private static final int HUP = 1; // a terminal that is closed may send it twice; Windows has none
  private static final Map<String, Integer> SIGNALS = Map.of("HUP", HUP, "INT", 2, "TERM", 15);
  private static final int SECOND_COUNTS = 2; // of SIGINT and SIGTERM
  private static final int KILLED = 128;
  private static final long REPEATED_NANOS = 100_000_000L; // PROTOCOL.md § 1.4

  private static final long PRINTING_MILLIS = 100;

  private final IoDaemon daemon;
  private final ProcessLog log;
  private final AtomicReference<@Nullable Received> first = new AtomicReference<>();
  private final CountDownLatch printingOver = new CountDownLatch(1);
  private volatile boolean portPrinted;

  private SignalExit(IoDaemon daemon, ProcessLog log) {
    this.daemon = daemon;
    this.log = log;
  }

  /**
   * Installs a shutdown hook, which takes no time. It makes the shutdown graceful for other
   * signals, and for signals that arrive before {@link #handleSignals}, but not for those before the
   * port was printed.
   */
  static SignalExit install(IoDaemon daemon, ProcessLog log) {
    SignalExit exit = new SignalExit(daemon, log);
    Runtime.getRuntime().addShutdownHook(new Thread(exit::onJvmEnd, "iodaemon-shutdown"));
    return exit;
  }

  /** Prints the port. From then on clients can find the daemon, and what they have begun is finished. */
  void print(PortLine line) throws LaunchFailure {
    try {
      line.write();
      portPrinted = true;
    } finally {
      printingOver.countDown();
    }
  }

  /** Writes the port to standard output. */
  @FunctionalInterface
  interface PortLine {
    void write() throws LaunchFailure;
  }

  private void onJvmEnd() {
    awaitPrinting();
    if (portPrinted) {
      daemon.close();
    }
    log.flush(ProcessLog.FLUSH_TIMEOUT);
    if (portPrinted) {
      Runtime.getRuntime().halt(ExitCode.OK.number());
    }
  }

  /** The port may have been read before the thread that printed it could note that; or the pipe is full. */
  private void awaitPrinting() {
    try {
      boolean over = printingOver.await(PRINTING_MILLIS, TimeUnit.MILLISECONDS);
      LOG.trace("Whether the port was printed, or could not be: {}", over);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Installs the signal handlers. It takes some 40 ms, so it is called after the port was printed.
   * It uses reflection because javac's warning about {@code sun.misc} cannot be suppressed. If the
   * class does not exist, or the JVM was started without signal handling ({@code -Xrs}), only the
   * hook remains.
   */
  void handleSignals() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      int handled = 0;
      for (Map.Entry<String, Integer> each : SIGNALS.entrySet()) {
        handled += handle(signal, handler, each.getKey(), each.getValue()) ? 1 : 0;
      }
      LOG.debug(
          handled >= SECOND_COUNTS
              ? "Signal handlers are installed."
              : "A second signal will not be handled.");
    } catch (ReflectiveOperationException | LinkageError e) { // the latter also without a descriptor
      LOG.debug("A second signal will not be handled: {}", e.toString());
    }
  }

  private boolean handle(Class<?> signal, Class<?> handler, String name, int number) {
    InvocationHandler onSignal = (proxy, method, arguments) -> {
      onSignal(number);
      return null;
    };
    try {
      Object listener =
          Proxy.newProxyInstance(
              SignalExit.class.getClassLoader(), new Class<?>[] {handler}, onSignal);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), listener);
      return true;
    } catch (ReflectiveOperationException e) { // the system has no such signal, or the JVM handles none
      LOG.debug("There is no handler for SIG{}.", name);
      return false;
    }
  }

  /** Runs on a thread of the signal. When the daemon is closed, the process ends by itself. */
  private void onSignal(int number) {
    Received now = new Received(number, System.nanoTime());
    Received earlier = first.compareAndExchange(null, now);
    if (earlier == null) {
      LOG.info("The daemon ends because of signal {}.", number);
      daemon.close();
    } else if (now.endsAtOnceAfter(earlier)) {
      Runtime.getRuntime().halt(KILLED + number);
    }
  }

  /** A signal, and when it came. */
  record Received(int number, long nanoTime) {
    /**
     * Whether the process ends at once because of this signal. Programs such as timeout(1) send a signal to the process
     * and to its group, so the same one right behind the first does not count.
     */
    boolean endsAtOnceAfter(Received earlier) {
      boolean passedOnTwice =
          number == earlier.number && nanoTime - earlier.nanoTime < REPEATED_NANOS;
      return number != HUP && !passedOnTwice;
    }
  }
}
