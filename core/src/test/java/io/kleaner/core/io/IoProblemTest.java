// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/** What a disk answers is told with the file and without the names of classes. */
class IoProblemTest {

  private static final String FILE = "/data/orders-0/00000000000000000000.log";
  private static final String LOOK = "Check permissions and the disk.";

  @Test
  void of_accessDenied_namesTheFileAndWhoMayReadIt() {
    assertThat(IoProblem.of(new AccessDeniedException(FILE)))
        .isEqualTo(
            new IoProblem(
                "permission denied for " + FILE, "Run as the user that the broker runs as."));
  }

  @Test
  void of_noSuchFile_namesTheFile() {
    assertThat(IoProblem.of(new NoSuchFileException(FILE)))
        .isEqualTo(new IoProblem(FILE + " does not exist", LOOK));
  }

  @Test
  void of_reasonOfTheSystem_isToldWithTheFile() {
    assertThat(IoProblem.of(new FileSystemException(FILE, null, "Read-only file system")))
        .isEqualTo(new IoProblem(FILE + ": Read-only file system", LOOK));
  }

  @Test
  void of_messageAlone_isTold() {
    assertThat(IoProblem.of(new IOException("Input/output error")))
        .isEqualTo(new IoProblem("Input/output error", LOOK));
  }

  @Test
  void of_nothingButAClass_namesTheClass() {
    assertThat(IoProblem.of(new ClosedChannelException()).text())
        .isEqualTo("java.nio.channels.ClosedChannelException");
    assertThat(IoProblem.of(new FileSystemException(FILE)).text())
        .isEqualTo("java.nio.file.FileSystemException: " + FILE);
  }

  @Test
  void textOf_defect_namesItsClass() {
    assertThat(IoProblem.textOf(new IllegalStateException("no lane")))
        .isEqualTo("java.lang.IllegalStateException: no lane");
    assertThat(IoProblem.textOf(new IOException("no"))).isEqualTo("no");
  }
}
