import java.io.IOException;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a distribution that contains the runtime it starts on, for machines without Java:
 * {@code java MakeImage.java DIST IMAGE TIME}. The new folder IMAGE gets the content of DIST, a {@code runtime}
 * linked from the JDK that runs this file, with its licences, and a bill of materials of the runtime. All files get
 * the modification time TIME, because the archive that speeds up the start is valid only while the jars have the
 * times that they had when it was made, and unpacking restores those. The content depends on nothing but the JDK
 * and DIST.
 */
final class MakeImage {
  /** The certificates of Windows, which {@code conf/jvm.options} may choose; only JDKs for Windows have it. */
  private static final String WINDOWS_CERTIFICATES = "jdk.crypto.mscapi";

  /** Elliptic curves, for TLS; since Java 22 they are in java.base. */
  private static final String CURVES = "jdk.crypto.ec";

  private static final int FIRST_WITH_CURVES = 22;

  /** Before this release, the archive that speeds up the start builds on one that the runtime itself has. */
  private static final int FIRST_WITH_AOT_CACHE = 25;

  public static void main(String[] args) throws IOException {
    Path dist = Path.of(args[0]).toRealPath();
    Path image = Path.of(args[1]);
    FileTime time = FileTime.from(Instant.parse(args[2]));
    delete(image);
    Files.createDirectories(image);
    List<String> modules = modules(dist.resolve("lib"));
    link(modules, image.resolve("runtime"));
    copy(dist, image);
    Files.deleteIfExists(image.resolve("lib").resolve("app.aot")); // they are for another JVM
    Files.deleteIfExists(image.resolve("lib").resolve("app.jsa"));
    Files.deleteIfExists(image.resolve("lib").resolve("app.cksum"));
    Files.writeString(
        image.resolve("jstorrent-io-daemon-runtime.cdx.json"), billOfMaterials(modules));
    for (Path file : within(image)) {
      Files.setLastModifiedTime(file, time);
    }
  }

  /** The modules of the JDK that the descriptors of these jars require, even if only for reflection. */
  private static List<String> modules(Path lib) {
    List<String> modules =
        ModuleFinder.of(lib)
            .findAll()
            .stream()
            .flatMap(jar -> jar.descriptor().requires().stream())
            .filter(module -> !module.modifiers().contains(Modifier.STATIC))
            .map(Requires::name)
            .filter(module -> ModuleFinder.ofSystem().find(module).isPresent())
            .distinct()
            .sorted()
            .collect(Collectors.toCollection(ArrayList::new));
    if (ModuleFinder.ofSystem().find(WINDOWS_CERTIFICATES).isPresent()) {
      modules.add(WINDOWS_CERTIFICATES);
    }
    if (Runtime.version().feature() < FIRST_WITH_CURVES) {
      modules.add(CURVES);
    }
    return modules;
  }

  /**
   * Classes are stored uncompressed, because compressed ones make the packed image larger, and without line
   * numbers. jlink's own classes for method handles would differ from run to run.
   */
  private static void link(List<String> modules, Path runtime) throws IOException {
    List<String> options =
        new ArrayList<>(
            List.of("--add-modules", String.join(",", modules), "--output", runtime.toString(),
                "--disable-plugin", "generate-jli-classes", "--strip-java-debug-attributes",
                "--compress=zip-0", "--no-header-files",
                "--no-man-pages"));
    if (Runtime.version().feature() < FIRST_WITH_AOT_CACHE) {
      options.add("--generate-cds-archive");
    }
    ToolProvider jlink =
        ToolProvider.findFirst("jlink")
            .orElseThrow(() -> new IOException("This JDK has no jlink."));
    if (jlink.run(System.out, System.err, options.toArray(String[]::new)) != 0) {
      throw new IOException("No runtime could be linked; see above.");
    }
    Path notice = Path.of(System.getProperty("java.home"), "NOTICE");
    if (Files.exists(notice)) {
      Files.copy(notice, runtime.resolve("NOTICE"));
    }
    for (Path file : within(runtime)) { // unpackers of zip files do not know links
      if (Files.isSymbolicLink(file)) {
        Path target = file.toRealPath();
        Files.delete(file);
        Files.copy(target, file);
      }
    }
  }

  /** In CycloneDX, like the one of the jars. */
  private static String billOfMaterials(List<String> roots) {
    String version = Runtime.version().toString();
    String components =
        roots.stream()
            .map(
                module -> """
                    {"type": "library", "bom-ref": "%s", "name": "%s", "version": "%s"}"""
                    .formatted(module, module, version))
            .collect(Collectors.joining(",\n"));
    return """
        {
          "bomFormat": "CycloneDX",
          "specVersion": "1.6",
          "version": 1,
          "metadata": {
            "component": {
              "type": "platform",
              "bom-ref": "runtime",
              "publisher": %s,
              "name": "openjdk",
              "version": "%s",
              "licenses": [{"expression": "GPL-2.0-only WITH Classpath-exception-2.0"}],
              "purl": "pkg:generic/openjdk@%s"
            }
          },
          "components": [
        %s
          ]
        }
        """
        .formatted(
            quoted(System.getProperty("java.vendor")), version, version.replace("+", "%2B"),
            components);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Copies all that is in a folder to another one. */
  private static void copy(Path from, Path to) throws IOException {
    for (Path file : within(from)) {
      Path copy = to.resolve(from.relativize(file).toString());
      if (Files.isDirectory(file)) {
        Files.createDirectories(copy);
      } else {
        Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /** All that is in a folder, and the folder itself, each after what contains it. */
  private static List<Path> within(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted().toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      for (Path file : within(folder).stream().sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
