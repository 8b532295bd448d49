// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
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

  @ArchTest
  static final ArchRule nothingKnowsTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackage("..supervisor.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..supervisor.cli..")
          .allowEmptyShould(true);

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

  @Test
  void filesGoThroughCore_classThatUsesFiles_isFound() {
    JavaClasses violating = new ClassFileImporter().importClasses(UsesFiles.class);

    assertThat(filesGoThroughCore.evaluate(violating).hasViolation()).isTrue();
  }

  /** Breaks a rule on purpose. */
  static final class UsesFiles {
    boolean exists(java.nio.file.Path path) {
      return java.nio.file.Files.exists(path);
    }
  }
}
