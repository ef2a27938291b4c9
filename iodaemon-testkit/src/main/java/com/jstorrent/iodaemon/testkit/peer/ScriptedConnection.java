package com.jstorrent.iodaemon.testkit.peer;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One connection of a peer, and how far it is in its script. */
final class ScriptedConnection {
  private final String name;
  private final List<Step> steps;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable Socket socket; // guarded by lock
  private @Nullable Thread thread; // guarded by lock
  private int done; // guarded by lock
  private boolean closed; // guarded by lock
  private @Nullable Throwable failure; // guarded by lock

  ScriptedConnection(String name, Script script) {
    this.name = name;
    this.steps = script.steps();
  }

  /** Begins to follow the script on a thread of its own. */
  void start(Socket connected, Semaphore resumed) throws IOException {
    connected.setTcpNoDelay(true);
    lock.lock();
    try {
      socket = connected;
      if (closed) {
        connected.close();
      } else {
        thread =
            Thread.ofPlatform()
                .daemon()
                .name("testkit-peer")
                .start(() -> follow(connected, resumed));
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void follow(Socket connected, Semaphore resumed) {
    try {
      for (Step step : steps) {
        step.run(connected, resumed);
        tell(null);
      }
    } catch (IOException | InterruptedException | AssertionError e) {
      tell(e);
      try {
        connected.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
    }
  }

  private void tell(@Nullable Throwable failed) {
    lock.lock();
    try {
      if (failed == null) {
        done++;
      } else {
        failure = failed;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the script is complete; the time begins anew with each step. */
  void await(Duration patience) throws InterruptedException {
    lock.lock();
    try {
      long left = patience.toNanos();
      int before = done;
      while (failure == null && (socket == null || done < steps.size())) {
        if (left <= 0) {
          throw new AssertionError(
              socket == null
                  ? name + " was not made within " + patience + "."
                  : where() + " has not ended after " + patience + ".");
        }
        left = changed.awaitNanos(left);
        if (done > before) {
          before = done;
          left = patience.toNanos();
        }
      }
      if (failure != null) {
        throw new AssertionError(where() + " has failed: " + failure.getMessage(), failure);
      }
    } finally {
      lock.unlock();
    }
  }

  private String where() {
    return name + ", step " + (done + 1) + " of " + steps.size() + " (" + steps.get(done).describe()
        + ")";
  }

  void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      if (socket != null) {
        socket.close();
      }
      if (thread != null) {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }
}
