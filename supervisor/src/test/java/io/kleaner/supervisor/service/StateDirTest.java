// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the service keeps its state, and where it must not. */
class StateDirTest {

  @TempDir private Path temp;

  @Test
  void open_throughALinkIntoALogDirectory_isRefusedBeforeAnythingIsMade() throws Exception {
    Path logs = Files.createDirectories(temp.toRealPath().resolve("logs"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), logs);

    assertThatThrownBy(
            () ->
                StateDir.open(
                    new LocalFileSystem(), link.resolve("deep").resolve("state"), List.of(logs)))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("lies in the log directory");

    try (var entries = Files.list(logs)) {
      assertThat(entries).isEmpty();
    }
  }

  @Test
  void open_inALogDirectoryNamedByARelativePath_isRefusedBeforeAnythingIsMade() throws Exception {
    Path logs = Files.createDirectory(temp.resolve("logs"));
    Path relative = Path.of("").toAbsolutePath().relativize(logs);

    assertThatThrownBy(
            () ->
                StateDir.open(new LocalFileSystem(), logs.resolve("state"), List.of(relative))
                    .close())
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("lies in the log directory");
    assertThat(logs).isEmptyDirectory();
  }

  @Test
  void open_throughALinkElsewhere_isMade() throws Exception {
    Path logs = Files.createDirectories(temp.toRealPath().resolve("logs"));
    Path other = Files.createDirectories(temp.toRealPath().resolve("other"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), other);

    try (StateDir state =
        StateDir.open(new LocalFileSystem(), link.resolve("state"), List.of(logs))) {
      assertThat(state.dir()).isEqualTo(other.resolve("state")).isDirectory();
      assertThat(state.token()).isPresent();
    }
  }

  @Test
  void open_linkToNowhere_runsWithoutState() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("link"), temp.resolve("gone"));

    try (StateDir state = StateDir.open(new LocalFileSystem(), link.resolve("state"), List.of())) {
      assertThat(state.journal().isDurable()).isFalse();
      assertThat(state.token()).isEmpty();
    }
  }
}
