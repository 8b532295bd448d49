// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The rules of the house for {@code core}, held. */
@AnalyzeClasses(packages = "io.kleaner.core", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreArchitectureTest {

  /** Layers from the ground up; a room knows only rooms below it, or beside it without a cycle. */
  @ArchTest
  static final ArchRule layers =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.kleaner.core..")
          .layer("ground")
          .definedBy("..core.io..", "..core.time..")
          .layer("matter")
          .definedBy("..core.record..", "..core.keymap..", "..core.pace..")
          .layer("rules")
          .definedBy("..core.segment..", "..core.retain..")
          .layer("places")
          .definedBy("..core.settings..", "..core.logdir..", "..core.swap..")
          .layer("judgement")
          .definedBy("..core.policy..", "..core.check..", "..core.compare..")
          .layer("deed")
          .definedBy("..core.compact..")
          .whereLayer("deed")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("judgement")
          .mayOnlyBeAccessedByLayers("deed")
          .whereLayer("places")
          .mayOnlyBeAccessedByLayers("judgement", "deed")
          .whereLayer("rules")
          .mayOnlyBeAccessedByLayers("places", "judgement", "deed")
          .whereLayer("matter")
          .mayOnlyBeAccessedByLayers("rules", "places", "judgement", "deed");

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("io.kleaner.core.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule filesOnlyInIo =
      noClasses()
          .that()
          .resideOutsideOfPackage("..core.io..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.nio.file.Files")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.nio.channels.FileChannel")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.File")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.RandomAccessFile")
          .because("io.kleaner.core.io.FileSystem is the seam that tests break");

  @ArchTest
  static final ArchRule clocksOnlyInTime =
      noClasses()
          .that()
          .resideOutsideOfPackage("..core.time..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .because("tests set the time");

  @ArchTest
  static final ArchRule renameOnlyFromSwapAndCheckpoints =
      noClasses()
          .that(
              DescribedPredicate.<JavaClass>describe(
                  "are not in swap, io, or a checkpoint file",
                  each ->
                      !each.getPackageName().endsWith(".swap")
                          && !each.getPackageName().endsWith(".io")
                          && !each.getSimpleName().equals("CheckpointFile")))
          .should()
          .callMethod(io.kleaner.core.io.FileSystem.class, "rename", Path.class, Path.class)
          .because("a rename is a commit");

  @ArchTest
  static final ArchRule nothingPrintsOrExits =
      noClasses()
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class)
          .because("core is a library");

  @ArchTest
  static final ArchRule pureRulesTouchNothing =
      noClasses()
          .that()
          .resideInAnyPackage("..core.retain..", "..core.policy..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..core.io..", "org.slf4j..", "java.nio.channels..")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("java.util.concurrent..")
          .because("rules are functions of values");

  @ArchTest
  static final ArchRule coreKnowsNoServerLibraries =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..",
              "io.netty..",
              "com.codahale..",
              "picocli..",
              "org.yaml..",
              "com.fasterxml..")
          .because("core parses the formats itself");

  @Test
  void filesOnlyInIo_classThatUsesFiles_isFound() {
    JavaClasses violating = new ClassFileImporter().importClasses(UsesFiles.class);

    assertThat(filesOnlyInIo.evaluate(violating).hasViolation()).isTrue();
  }

  /** Breaks a rule on purpose. */
  static final class UsesFiles {
    boolean exists(Path path) {
      return Files.exists(path);
    }
  }
}
