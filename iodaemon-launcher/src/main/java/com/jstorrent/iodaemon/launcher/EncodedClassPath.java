package com.jstorrent.iodaemon.launcher;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * Makes the program run in a folder whose name ends with an exclamation mark. In URLs of resources the JDK takes
 * {@code !/} for the end of a jar's name, so it would find no resources, not even the logging backend. With
 * percent-encoded URLs it finds them.
 */
final class EncodedClassPath {
  private static final String MARK = "!" + File.separator;
  private static final String OPEN_FOLDER = "/proc/self/fd/"; // how the start script avoids colons

  private EncodedClassPath() {}

  /** Whether this class was loaded from such a folder. */
  static boolean isNeeded() throws IOException {
    String jar = System.getProperty("java.class.path", "");
    boolean awkward =
        jar.contains(MARK)
            || jar.startsWith(OPEN_FOLDER) && new File(jar).getCanonicalPath().contains(MARK);
    return awkward
        && EncodedClassPath.class.getClassLoader() == ClassLoader.getSystemClassLoader();
  }

  /** Loads the main class again, from encoded URLs, and runs it. */
  @SuppressWarnings("resource") // needed until the process ends
  static void run(String mainClass, String[] arguments) throws IOException {
    Path jar = Path.of(System.getProperty("java.class.path")).toRealPath();
    URLClassLoader loader =
        new URLClassLoader(addresses(jar), ClassLoader.getPlatformClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    try {
      loader
          .loadClass(mainClass)
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IOException("The class path cannot be read in this folder.", e);
    }
  }

  /** The URLs of the jar and of those that its manifest names. */
  private static URL[] addresses(Path jar) throws IOException {
    List<URL> all = new ArrayList<>(List.of(encoded(jar)));
    try (JarFile open = new JarFile(jar.toFile())) {
      String others = open.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      if (others != null) {
        for (String other : others.split(" ", -1)) {
          all.add(encoded(jar.resolveSibling(other)));
        }
      }
    }
    return all.toArray(URL[]::new);
  }

  private static URL encoded(Path jar) throws MalformedURLException {
    return URI.create(jar.toUri().toString().replace("!", "%21")).toURL();
  }
}
