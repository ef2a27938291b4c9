package com.jstorrent.iodaemon.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Runs random sequences of file operations against a model in memory, on the machine's file system
 * and on two in-memory ones: one with directory descriptors, the other with paths only.
 */
class FileModelTest {
  private static final int PIECE = 1 << 20;

  @Property(tries = 300)
  void everyFileSystemBehavesLikeTheModel(
      @ForAll("capacities") int openFiles, @ForAll("steps") List<FileStep> steps)
      throws Exception {
    Path real = Files.createTempDirectory("iodaemon-model");
    try (FileSystem held = memory(Feature.SECURE_DIRECTORY_STREAM);
        FileSystem plain = memory();
        FileSystemUnderTest realSystem =
            new FileSystemUnderTest("the real one", real, true, openFiles);
        FileSystemUnderTest heldWorld =
            new FileSystemUnderTest("held folders", root(held), false, openFiles);
        FileSystemUnderTest plainWorld =
            new FileSystemUnderTest("plain folders", root(plain), false, openFiles)) {
      FileModel model = new FileModel();
      List<FileSystemUnderTest> systems = List.of(realSystem, heldWorld, plainWorld);
      for (FileStep step : steps) {
        if (step instanceof FileStep.Rename rename && model.exists(rename.to())) {
          renameToTakenName(model, systems, rename);
        } else {
          String expected = model.take(step);
          for (FileSystemUnderTest system : systems) {
            assertThat(system.take(step)).as("%s in %s", step, system).isEqualTo(expected);
          }
        }
        for (FileSystemUnderTest system : systems) {
          assertThat(system.open()).as("open in %s", system).isBetween(0L, (long) openFiles);
        }
      }
      for (FileSystemUnderTest system : systems) {
        assertThat(system.all()).as(system.toString()).isEqualTo(model.all());
      }
    } finally {
      delete(real);
    }
  }

  /**
   * Java leaves it to the file system what a rename to an existing name does. Where that is not
   * what POSIX says, the name is freed first, and renames that should fail are skipped.
   */
  private static void renameToTakenName(
      FileModel model, List<FileSystemUnderTest> systems, FileStep.Rename rename)
      throws IOException {
    String expected = model.take(rename);
    for (FileSystemUnderTest system : systems) {
      if (system.replaces() || rename.path().equals(rename.to())) {
        assertThat(system.take(rename)).as("%s in %s", rename, system).isEqualTo(expected);
      } else if (expected.equals("done")) {
        system.free(rename.to());
        assertThat(system.take(rename)).as("%s in %s", rename, system).isEqualTo(expected);
      } else {
        system.leaveOut();
      }
    }
  }

  private static FileSystem memory(Feature... more) {
    return Jimfs.newFileSystem(
        Configuration.unix()
            .toBuilder()
            .setSupportedFeatures(
                Stream.concat(
                    Stream.of(Feature.FILE_CHANNEL, Feature.LINKS, Feature.SYMBOLIC_LINKS),
                    Stream.of(more))
                    .toArray(Feature[]::new))
            .build());
  }

  private static Path root(FileSystem system) throws IOException {
    return Files.createDirectory(system.getPath("/root"));
  }

  private static void delete(Path tree) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(tree)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }

  @Provide
  Arbitrary<Integer> capacities() {
    return Arbitraries.of(0, 1, 2, 64);
  }

  @Provide
  Arbitrary<List<FileStep>> steps() {
    Arbitrary<String> path = Arbitraries.of("a", "b", "d", "d/a", "d/b", "d/d", "d/d/a", "e/f/g");
    Arbitrary<Integer> position =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.integers().between(0, 5000)),
            Tuple.of(2, Arbitraries.of(0, 1, 4095, 4096, 4097, 65_536)));
    Arbitrary<Integer> large =
        Arbitraries.frequencyOf(
            Tuple.of(6, position), Tuple.of(1, Arbitraries.of(PIECE - 1, PIECE, PIECE + 1)));
    Arbitrary<FileStep> step =
        Arbitraries.frequencyOf(
            Tuple.of(
                8,
                Combinators.combine(path, Arbitraries.of(true, true, false), position, position)
                    .as(FileStep.Write::new)),
            Tuple.of(6, Combinators.combine(path, position, position).as(FileStep.Read::new)),
            Tuple.of(2, Combinators.combine(path, large).as(FileStep.Truncate::new)),
            Tuple.of(2, Combinators.combine(path, large).as(FileStep.Extend::new)),
            Tuple.of(1, Combinators.combine(path, large).as(FileStep.Reserve::new)),
            Tuple.of(1, path.map(FileStep.Flush::new)),
            Tuple.of(2, path.map(FileStep.Status::new)),
            Tuple.of(2, path.map(FileStep.Names::new)),
            Tuple.of(1, path.map(FileStep.Ensure::new)),
            Tuple.of(2, path.map(FileStep.Delete::new)),
            Tuple.of(4, Combinators.combine(path, path).as(FileStep.Rename::new)),
            Tuple.of(2, Combinators.combine(path, position).as(FileStep.Replaced::new)),
            Tuple.of(2, path.map(FileStep.Vanished::new)));
    return step.list().ofMinSize(1).ofMaxSize(40);
  }
}
