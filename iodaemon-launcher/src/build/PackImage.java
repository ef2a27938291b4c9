import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.X5455_ExtendedTimestamp;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/**
 * Packs an image as {@code .tar.gz} and as {@code .zip}: {@code java PackImage.java IMAGE NAME}. NAME
 * is the path of both without their extensions; its last element is the folder in them. The
 * assembly plugin cannot do this: it runs before the plugin that makes the image. Both keep the time
 * of each file whatever the time zone, since the archive for the start is valid for these times only,
 * and neither depends on the order of folders, the user or the umask.
 */
final class PackImage {
  private static final int EXECUTABLE = 0755;
  private static final int OTHER = 0644;
  private static final int FILE = 0100000;
  private static final int FOLDER = 040000;

  public static void main(String[] args) throws IOException {
    Path image = Path.of(args[0]).toRealPath();
    Path name = Path.of(args[1]);
    List<Path> files;
    try (Stream<Path> all = Files.walk(image)) {
      files = all.sorted().toList();
    }
    FileTime time = Files.getLastModifiedTime(image.resolve("bin")); // that of all files except those that MakeArchive adds
    tar(image, name, files, time);
    zip(image, name, files, time);
  }

  private static void tar(Path image, Path name, List<Path> files, FileTime time)
      throws IOException {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            new GzipCompressorOutputStream(
                new BufferedOutputStream(
                    Files.newOutputStream(name.resolveSibling(name.getFileName() + ".tar.gz")))))) {
      for (Path file : files) {
        TarArchiveEntry entry = new TarArchiveEntry(entryName(image, name, file));
        entry.setMode(mode(file));
        entry.setUserName("");
        entry.setModTime(time);
        entry.setSize(Files.isDirectory(file) ? 0 : Files.size(file));
        tar.putArchiveEntry(entry);
        if (!Files.isDirectory(file)) {
          Files.copy(file, tar);
        }
        tar.closeArchiveEntry();
      }
    }
  }

  private static void zip(Path image, Path name, List<Path> files, FileTime time)
      throws IOException {
    try (ZipArchiveOutputStream zip =
        new ZipArchiveOutputStream(name.resolveSibling(name.getFileName() + ".zip"))) {
      for (Path file : files) {
        ZipArchiveEntry entry = new ZipArchiveEntry(entryName(image, name, file));
        entry.setUnixMode(mode(file));
        entry.setTime(time);
        X5455_ExtendedTimestamp universal = new X5455_ExtendedTimestamp();
        universal.setModifyFileTime(time);
        entry.addExtraField(universal);
        zip.putArchiveEntry(entry);
        if (!Files.isDirectory(file)) {
          Files.copy(file, zip);
        }
        zip.closeArchiveEntry();
      }
    }
  }

  private static String entryName(Path image, Path name, Path file) {
    String inside = image.relativize(file).toString().replace('\\', '/');
    String entry = name.getFileName() + (inside.isEmpty() ? "" : "/" + inside);
    return Files.isDirectory(file) ? entry + "/" : entry;
  }

  private static int mode(Path file) {
    if (Files.isDirectory(file)) {
      return FOLDER | EXECUTABLE;
    }
    return FILE | (Files.isExecutable(file) ? EXECUTABLE : OTHER);
  }
}
