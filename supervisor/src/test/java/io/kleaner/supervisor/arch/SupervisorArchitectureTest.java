// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules of the house for {@code supervisor}, held. */
@AnalyzeClasses(
    packages = "io.kleaner.supervisor",
    importOptions = ImportOption.DoNotIncludeTests.class)
class SupervisorArchitectureTest {

  @ArchTest
  static final ArchRule onlyTheCommandLinePrintsAndExits =
      noClasses()
          .that()
          .resideOutsideOfPackage("..supervisor.cli..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("picocli..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule filesGoThroughCore =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.nio.file.Files")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.nio.channels.FileChannel")
          .because("io.kleaner.core.io.FileSystem is the seam");

  /**
   * The service's own small files, an unfinished copy, and file systems around another. Segments
   * and checkpoints are core's alone to replace.
   */
  private static final Set<String> WHO_MAY_TAKE_FILES_AWAY =
      Set.of(
          "io.kleaner.supervisor.cleaner.BeatingFileSystem",
          "io.kleaner.supervisor.cleaner.LeasedFileSystem",
          "io.kleaner.supervisor.cli.OutputCopy",
          "io.kleaner.supervisor.journal.IncidentFile",
          "io.kleaner.supervisor.journal.QuarantineFile",
          "io.kleaner.supervisor.remedy.broker.OverrideJournal",
          "io.kleaner.supervisor.service.StateDir");

  @ArchTest
  static final ArchRule filesAreTakenAwayByTheirKeepersOnly =
      noClasses()
          .that(
              DescribedPredicate.<JavaClass>describe(
                  "keep no files of their own",
                  each -> !WHO_MAY_TAKE_FILES_AWAY.contains(outermost(each).getName())))
          .should()
          .callMethodWhere(
              DescribedPredicate.<JavaMethodCall>describe(
                  "renames, deletes or cuts a file", SupervisorArchitectureTest::takesAway))
          .because("whoever can lose data is named here");

  private static boolean takesAway(JavaMethodCall call) {
    JavaClass owner = call.getTargetOwner();
    return switch (call.getName()) {
      case "rename", "delete" -> owner.isAssignableTo(FileSystem.class);
      case "truncate" -> owner.isAssignableTo(FileHandle.class);
      default -> false;
    };
  }

  private static JavaClass outermost(JavaClass each) {
    return each.getEnclosingClass().map(SupervisorArchitectureTest::outermost).orElse(each);
  }

  @ArchTest
  static final ArchRule nothingKnowsTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackage("..supervisor.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..supervisor.cli..")
          .allowEmptyShould(true);

  /** Rooms from the ground up; a room knows only rooms below it, or beside it. */
  @ArchTest
  static final ArchRule layers =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.kleaner.supervisor..")
          .withOptionalLayers(true)
          .layer("ground")
          .definedBy("..supervisor.metrics..", "..supervisor.config..")
          .layer("work")
          .definedBy("..supervisor.cleaner..", "..supervisor.probe..")
          .layer("judgement")
          .definedBy("..supervisor.judge..", "..supervisor.journal..")
          .layer("deed")
          .definedBy("..supervisor.remedy..", "..supervisor.alert..")
          .layer("face")
          .definedBy("..supervisor.http..")
          .layer("house")
          .definedBy("..supervisor.service..", "..supervisor.watch..")
          .whereLayer("face")
          .mayNotAccessAnyLayer()
          .whereLayer("deed")
          .mayOnlyAccessLayers("judgement", "work", "ground")
          .whereLayer("judgement")
          .mayOnlyAccessLayers("work", "ground")
          .whereLayer("work")
          .mayOnlyAccessLayers("ground")
          .whereLayer("ground")
          .mayNotAccessAnyLayer();

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("io.kleaner.supervisor.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule clocksOnlyInCore =
      noClasses()
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .because("tests set the time");

  @ArchTest
  static final ArchRule nettyOnlyInHttp =
      noClasses()
          .that()
          .resideOutsideOfPackage("..supervisor.http..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule dropwizardOnlyInMetrics =
      noClasses()
          .that()
          .resideOutsideOfPackage("..supervisor.metrics..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.codahale..");

  /** What probes ask of others' is a connection. */
  @ArchTest
  static final ArchRule mbeansAreExportedByMetricsOnly =
      noClasses()
          .that()
          .resideOutsideOfPackage("..supervisor.metrics..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("javax.management.MBeanServer");

  /**
   * So that commands that need neither don't load them, and so that what hangs has its own thread.
   */
  @ArchTest
  static final ArchRule brokersAreReachedByProbesAndRemediesOnly =
      noClasses()
          .that()
          .resideOutsideOfPackages("..supervisor.probe..", "..supervisor.remedy..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "javax.management.remote..", "com.sun.tools..");

  @ArchTest
  static final ArchRule judgeIsPure =
      noClasses()
          .that()
          .resideInAPackage("..supervisor.judge..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.kleaner.core.io..",
              "io.kleaner.core.time..",
              "org.slf4j..",
              "java.util.concurrent.locks..",
              "java.util.concurrent.atomic..")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .because("rules are functions of values");

  /** Where the log goes may be blocked, or be the disk that is watched. */
  @ArchTest
  static final ArchRule watchdogWritesNoLog =
      noClasses()
          .that()
          .resideInAnyPackage(
              "..supervisor.service..",
              "..supervisor.alert..",
              "..supervisor.watch..",
              "..supervisor.judge..",
              "..supervisor.journal..")
          .and()
          .doNotHaveSimpleName("LogLines")
          .and()
          .doNotHaveSimpleName("LogCourier")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("org.slf4j.Logger")
          .because("the supervisor's thread must wait for no log; LogLines takes its lines");

  @Test
  void clocksOnlyInCore_classThatAsksTheMachine_isFound() {
    JavaClasses violating = new ClassFileImporter().importClasses(AsksTheMachine.class);

    assertThat(clocksOnlyInCore.evaluate(violating).hasViolation()).isTrue();
  }

  @Test
  void filesGoThroughCore_classThatUsesFiles_isFound() {
    JavaClasses violating = new ClassFileImporter().importClasses(UsesFiles.class);

    assertThat(filesGoThroughCore.evaluate(violating).hasViolation()).isTrue();
  }

  @Test
  void filesAreTakenAwayByTheirKeepersOnly_anyWayToDoIt_isFound() {
    for (Class<?> violator : List.of(Renames.class, Deletes.class, Cuts.class)) {
      JavaClasses violating = new ClassFileImporter().importClasses(violator);

      assertThat(filesAreTakenAwayByTheirKeepersOnly.evaluate(violating).hasViolation())
          .as(violator.getSimpleName())
          .isTrue();
    }
  }

  /** Breaks a rule on purpose. */
  static final class Renames {
    void move(FileSystem fileSystem, Path from, Path to) throws IOException {
      fileSystem.rename(from, to);
    }
  }

  /** Breaks a rule on purpose, by a file system that is named. */
  static final class Deletes {
    boolean remove(Path file) throws IOException {
      return new LocalFileSystem().delete(file);
    }
  }

  /** Breaks a rule on purpose. */
  static final class Cuts {
    void cut(FileHandle file) throws IOException {
      file.truncate(0);
    }
  }

  /** Breaks a rule on purpose. */
  static final class AsksTheMachine {
    long now() {
      return System.nanoTime();
    }
  }

  /** Breaks a rule on purpose. */
  static final class UsesFiles {
    boolean exists(java.nio.file.Path path) {
      return java.nio.file.Files.exists(path);
    }
  }
}
