package com.jstorrent.iodaemon.network;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A link between this network namespace and another one, with adjustable effects on packets. */
sealed interface Cable extends AutoCloseable {

  void set(Effects effects) throws IOException;

  @Override
  void close();

  /** A pair of devices: with netem where the kernel has it, otherwise with a program. */
  static Cable lay(String near, String far, String namespace) throws IOException {
    try {
      return new Netem(near, far, namespace);
    } catch (IOException e) {
      return new Program(near, far, namespace);
    }
  }

  /** {@code tc netem} on both ends of a veth pair. */
  final class Netem implements Cable {
    private final String near;
    private final String far;
    private final String namespace;

    Netem(String near, String far, String namespace) throws IOException {
      this.near = near;
      this.far = far;
      this.namespace = namespace;
      Namespace.run("ip", "link", "add", near, "type", "veth", "peer", "name", far);
      try {
        Namespace.run("tc", "qdisc", "replace", "dev", near, "root", "netem", "delay", "0ms");
        Namespace.run("ip", "link", "set", far, "netns", namespace);
      } catch (IOException e) {
        Namespace.run("ip", "link", "del", near);
        throw e;
      }
    }

    @Override
    public void set(Effects effects) throws IOException {
      command(List.of(), near, effects);
      command(List.of("ip", "netns", "exec", namespace), far, effects);
    }

    private static void command(List<String> prefix, String device, Effects effects)
        throws IOException {
      List<String> all = new ArrayList<>(prefix);
      all.addAll(List.of("tc", "qdisc", "replace", "dev", device, "root", "netem"));
      all.addAll(effects.netem());
      Namespace.run(all.toArray(String[]::new));
    }

    @Override
    public void close() {}
  }

  /** bad-cable.py between two TUN devices. */
  final class Program implements Cable {
    private final Process process;

    Program(String near, String far, String namespace) throws IOException {
      process = start(near, far);
      Namespace.run("ip", "link", "set", far, "netns", namespace);
    }

    private static Process start(String near, String far) throws IOException {
      Path script = Path.of("src/test/resources/bad-cable.py").toAbsolutePath();
      Process process =
          new ProcessBuilder("python3", script.toString(), near, far)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      Namespace.firstLine(process);
      return process;
    }

    @Override
    public void set(Effects effects) throws IOException {
      process
          .getOutputStream()
          .write((effects.line() + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    }

    @Override
    public void close() {
      process.destroy();
      TestDaemon.await("the cable's end", () -> !process.isAlive());
    }
  }
}
