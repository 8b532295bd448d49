// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where commands keep what has to outlive them. */
class StateHomeTest {

  @TempDir private Path temp;

  @Test
  void open_logDirectoryNamedByALink_isRefusedBeforeAnythingIsMade() throws IOException {
    Path logs = Files.createDirectories(temp.toRealPath().resolve("logs"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), logs);

    assertThatThrownBy(
            () -> StateHome.open(new LocalFileSystem(), logs.resolve("state"), List.of(link)))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("lies in the log directory");
    assertThat(logs).isEmptyDirectory();
  }

  @Test
  void open_throughALinkElsewhere_isMade() throws IOException {
    Path logs = Files.createDirectories(temp.toRealPath().resolve("logs"));
    Path other = Files.createDirectories(temp.toRealPath().resolve("other"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), other);

    assertThat(StateHome.open(new LocalFileSystem(), link.resolve("state"), List.of(logs)))
        .isEqualTo(other.resolve("state"))
        .isDirectory();
  }
}
