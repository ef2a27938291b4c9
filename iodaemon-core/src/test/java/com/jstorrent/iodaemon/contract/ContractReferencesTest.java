package com.jstorrent.iodaemon.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Contract;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** References to sections of PROTOCOL.md name sections that exist. */
class ContractReferencesTest {
  private static final Pattern SECTION = Pattern.compile("§ (\\d+(?:\\.\\d+)*)");

  /** {@code PROTOCOL.md § 4.2}, {@code PROTOCOL.md § 4.1 to § 4.4, § 4.12 and of § 9}. */
  private static final Pattern REFERENCE =
      Pattern.compile(
          "PROTOCOL\\.md §(?: \\d[\\d.]*\\d| \\d)(?:(?:,| and| or| to| and of) § \\d[\\d.]*)*");

  /** References in the contract itself; those to an RFC follow its number. */
  private static final Pattern OWN =
      Pattern.compile("(?<!RFC \\d{4} )" + SECTION.pattern());

  /** Line breaks, also within a comment, with its leading asterisk or slashes. */
  private static final Pattern LINE_END = Pattern.compile("\\s*\\R\\s*(?:\\*(?!/)|//)?\\s*");

  @ParameterizedTest
  @ValueSource(strings = {".java", ".md", ".js"})
  void everyReferenceInTheSourcesNamesASectionThatExists(String extension) throws Exception {
    Contract contract = Contract.read();
    for (Path file : sources(extension)) {
      assertThat(sections(REFERENCE, file)).as("%s", file).isSubsetOf(contract.sections().keySet());
    }
  }

  @Test
  void theContractRefersToItsOwnSectionsOnly() throws Exception {
    assertThat(sections(OWN, Contract.FILE))
        .isNotEmpty()
        .isSubsetOf(Contract.read().sections().keySet());
  }

  @Test
  void referencesWithALineBreakAreFound() {
    assertThat(
        sections(REFERENCE, "/** See docs/PROTOCOL.md\n   * § 9.3, and PROTOCOL.md §\n// 2 */"))
        .containsExactly("9.3", "2");
    assertThat(sections(REFERENCE, "PROTOCOL.md § 4.1 to § 4.4, § 4.12 and of § 9. RFC 9110 § 14"))
        .containsExactly("4.1", "4.4", "4.12", "9");
  }

  private static List<Path> sources(String extension) throws IOException {
    List<Path> sources = new ArrayList<>();
    Files.walkFileTree(
        Contract.REPOSITORY,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            // The build writes to these meanwhile.
            return List.of("target", ".git", "node_modules").contains(folder.getFileName() + "")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(extension)) {
              sources.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return sources;
  }

  private static List<String> sections(Pattern pattern, Path file) throws IOException {
    return sections(pattern, Files.readString(file));
  }

  private static List<String> sections(Pattern pattern, String text) {
    return pattern.matcher(LINE_END.matcher(text).replaceAll(" "))
        .results()
        .map(MatchResult::group)
        .flatMap(reference -> SECTION.matcher(reference).results())
        .map(number -> number.group(1))
        .toList();
  }
}
