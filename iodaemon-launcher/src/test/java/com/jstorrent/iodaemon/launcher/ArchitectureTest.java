package com.jstorrent.iodaemon.launcher;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The dependencies between modules and packages, as in ARCHITECTURE.md. */
@AnalyzeClasses(
    packages = "com.jstorrent.iodaemon",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String BASE = "com.jstorrent.iodaemon";

  @ArchTest
  static final ArchRule modulesDependInOneDirection =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage(BASE + "..")
          .layer("launcher")
          .definedBy(BASE + ".launcher..")
          .layer("http")
          .definedBy(BASE + ".http..")
          .layer("ws")
          .definedBy(BASE + ".ws..")
          .layer("client")
          .definedBy(BASE + ".client..")
          .layer("json")
          .definedBy(BASE + ".json..")
          .layer("testkit")
          .definedBy(BASE + ".testkit..")
          .layer("core")
          .definedBy(
              BASE, BASE + ".access..", BASE + ".config..", BASE + ".event..", BASE + ".failure..",
              BASE + ".file..",
              BASE + ".frame..", BASE + ".hash..", BASE + ".memory..", BASE + ".net..",
              BASE + ".random..",
              BASE + ".session..", BASE + ".stream..",
              BASE + ".stats..", BASE + ".time..", BASE + ".transport..", BASE + ".work..")
          .whereLayer("launcher")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("testkit")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("http")
          .mayOnlyBeAccessedByLayers("launcher", "ws")
          .whereLayer("ws")
          .mayOnlyBeAccessedByLayers("launcher")
          .whereLayer("client")
          .mayOnlyBeAccessedByLayers("launcher")
          .whereLayer("json")
          .mayOnlyBeAccessedByLayers("launcher", "http", "ws", "client");

  @ArchTest
  static final ArchRule packagesAreFreeOfCycles =
      slices().matching(BASE + ".(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule coreKnowsNoLibraryButTwo =
      noClasses()
          .that()
          .resideInAnyPackage(
              BASE, BASE + ".access..", BASE + ".config..", BASE + ".event..", BASE + ".failure..",
              BASE + ".file..",
              BASE + ".frame..", BASE + ".hash..", BASE + ".memory..", BASE + ".net..",
              BASE + ".random..",
              BASE + ".session..", BASE + ".stream..",
              BASE + ".stats..", BASE + ".time..", BASE + ".transport..", BASE + ".work..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages(
              BASE + "..", "java..", "javax.net.ssl..", "org.slf4j..", "org.apache.commons.codec..",
              "org.jspecify..");

  /** HTTP is a module beside core, and only that module knows what a request, a response or an upgrade is. */
  @ArchTest
  static final ArchRule coreKnowsNoHttp =
      noClasses()
          .that()
          .resideInAnyPackage(
              BASE, BASE + ".access..", BASE + ".config..", BASE + ".event..", BASE + ".failure..",
              BASE + ".file..", BASE + ".frame..", BASE + ".hash..", BASE + ".memory..",
              BASE + ".net..", BASE + ".random..", BASE + ".session..", BASE + ".stats..",
              BASE + ".stream..",
              BASE + ".time..", BASE + ".transport..", BASE + ".work..")
          .should()
          .haveSimpleNameContaining("Http")
          .orShould()
          .haveSimpleNameContaining("Upgrade")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net.http..", "com.sun.net.httpserver..");

  @ArchTest
  static final ArchRule framesKnowNoSockets =
      noClasses()
          .that()
          .resideInAPackage(BASE + ".frame..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(BASE + ".net..", BASE + ".session..", BASE + ".transport..");

  @ArchTest
  static final ArchRule onlyTwoClassesKnowTheJsonLibrary =
      noClasses()
          .that()
          .haveNameNotMatching(".*\\.json\\.Json(Fields)?(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.google.gson..");
}
