package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.IoDaemon;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT: an orderly shutdown, then status 0; a second one does not wait for that
 * (PROTOCOL.md § 1). A shutdown hook alone hears of no second signal, and the JVM would end with 128
 * plus the first one's number.
 */
final class SignalExit {
  private static final Logger LOG = LoggerFactory.getLogger(SignalExit.class);
  private static final Map<String, Integer> SIGNALS = Map.of("INT", 2, "TERM", 15);
  private static final int KILLED = 128;

  private final IoDaemon daemon;
  private final ProcessLog log;
  private final AtomicBoolean ending = new AtomicBoolean();
  private volatile ExitCode code = ExitCode.OK;

  private SignalExit(IoDaemon daemon, ProcessLog log) {
    this.daemon = daemon;
    this.log = log;
  }

  /** What needs no time: other signals that end a JVM, and those that come early, are orderly too. */
  static SignalExit install(IoDaemon daemon, ProcessLog log) {
    SignalExit exit = new SignalExit(daemon, log);
    Runtime.getRuntime().addShutdownHook(new Thread(exit::onJvmEnd, "iodaemon-shutdown"));
    return exit;
  }

  /** The end of the process is not an orderly one: this is its status. */
  void failed() {
    code = ExitCode.FAILED;
  }

  private void onJvmEnd() {
    ending.set(true);
    daemon.close();
    log.flush(ProcessLog.PATIENCE);
    Runtime.getRuntime().halt(code.number());
  }

  /**
   * Hears of each signal from now on. It takes some 40 ms, so do it when nobody waits. By reflection,
   * because the compiler warns of {@code sun.misc} without a way to say that one knows. Where there is
   * no such class, or the JVM leaves signals to others ({@code -Xrs}), the hook has to do.
   */
  void hearSignals() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      for (Map.Entry<String, Integer> each : SIGNALS.entrySet()) {
        InvocationHandler onSignal = (proxy, method, arguments) -> {
          onSignal(each.getValue());
          return null;
        };
        Object listener =
            Proxy.newProxyInstance(
                SignalExit.class.getClassLoader(), new Class<?>[] {handler}, onSignal);
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(each.getKey()), listener);
      }
      LOG.debug("Each signal is heard.");
    } catch (ReflectiveOperationException | LinkageError e) { // or no descriptor to load them
      LOG.debug("A second signal will not be heard: {}", e.toString());
    }
  }

  /** On a thread of the signal's own. When the daemon is closed, the process ends by itself. */
  private void onSignal(int number) {
    if (ending.compareAndSet(false, true)) {
      LOG.info("The daemon ends because of signal {}.", number);
      daemon.close();
    } else {
      Runtime.getRuntime().halt(KILLED + number);
    }
  }
}
