import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * Raises the version of the class files in a jar of the distribution and adds the stack maps that it
 * demands: {@code java -cp ASM:LIBRARY UpgradeClasses.java JAR SBOM}. The JVM leaves classes of before
 * Java 6 out of its archives, so each start would load and verify them anew. The code of the
 * methods stays the same. It is made from the library of the same name on the class path, so that a
 * build over an older one gives the same. The digests in the bill of materials become the new ones.
 */
final class UpgradeClasses {
  private static final int VERSION = Opcodes.V1_8;
  private static final List<String> DIGESTS =
      List.of("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512");

  public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
    Path jar = Path.of(args[0]);
    Path sbom = Path.of(args[1]);
    byte[] old = Files.readAllBytes(library(jar.getFileName().toString()));
    FileTime time = Files.getLastModifiedTime(jar);
    // The archive knows a jar by its time; the entries are not compressed, because JVMs compress differently.
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(old));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.setMethod(ZipOutputStream.STORED);
      for (ZipEntry entry; (entry = in.getNextEntry()) != null;) {
        byte[] bytes = in.readAllBytes();
        copy(entry, entry.getName().endsWith(".class") ? upgraded(bytes) : bytes, out);
      }
    }
    Files.setLastModifiedTime(jar, time);
    if (Files.exists(sbom)) { // a build without network makes none
      replaceDigests(sbom, old, Files.readAllBytes(jar));
    }
  }

  private static void replaceDigests(Path sbom, byte[] old, byte[] fresh)
      throws IOException, NoSuchAlgorithmException {
    String text = Files.readString(sbom);
    FileTime written = Files.getLastModifiedTime(sbom);
    for (String name : DIGESTS) {
      text = text.replace(digest(name, old), digest(name, fresh));
    }
    Files.write(sbom, text.getBytes(UTF_8));
    Files.setLastModifiedTime(sbom, written);
  }

  private static Path library(String name) throws IOException {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (Path.of(entry).endsWith(name)) {
        return Path.of(entry);
      }
    }
    throw new IOException(name + " is not on the class path.");
  }

  private static void copy(ZipEntry old, byte[] bytes, ZipOutputStream out) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    ZipEntry entry = new ZipEntry(old.getName());
    entry.setTimeLocal(old.getTimeLocal());
    entry.setSize(bytes.length);
    entry.setCrc(sum.getValue());
    out.putNextEntry(entry);
    out.write(bytes);
  }

  private static byte[] upgraded(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    if (reader.readUnsignedShort(6) >= VERSION) { // such as module-info
      return bytes;
    }
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public void visit(
              int version, int access, String name, String signature, String parent,
              String[] interfaces) {
            super.visit(VERSION, access, name, signature, parent, interfaces);
          }
        },
        ClassReader.SKIP_FRAMES);
    return writer.toByteArray();
  }

  private static String digest(String algorithm, byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
  }
}
