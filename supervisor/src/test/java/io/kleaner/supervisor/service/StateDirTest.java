// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.UnusableDirectoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
      assertThat(state.token().text()).isPresent();
    }
  }

  @Test
  void open_linkToNowhere_runsWithoutState() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("link"), temp.resolve("gone"));

    try (StateDir state = StateDir.open(new LocalFileSystem(), link.resolve("state"), List.of())) {
      assertThat(state.journal().isDurable()).isFalse();
      assertThat(state.token().text()).isEmpty();
      assertThat(state.token().problem()).contains("cannot be written to");
    }
  }

  /** The lock and an empty journal take no room; the token does. */
  @ParameterizedTest
  @ValueSource(strings = {"write", "sync", "rename"})
  void token_noRoomForIt_isNoneAndSaysWhyUntilThereIs(String operation) throws Exception {
    AtomicBoolean full = new AtomicBoolean(true);
    FileSystem disk =
        HookedDisk.with(
            (done, path) -> {
              if (full.get() && done.equals(operation) && path.endsWith("token.tmp")) {
                throw new IOException("No space left on device");
              }
            });
    try (StateDir state = StateDir.open(disk, temp.resolve("state"), List.of())) {
      StateDir.KeptToken none = state.token();

      assertThat(state.journal().isDurable()).isTrue();
      assertThat(none.text()).isEmpty();
      assertThat(none.problem()).contains("token", "No space left on device");
      assertThat(state.tokenFile()).doesNotExist();

      full.set(false);
      assertThat(state.token().text()).isPresent();
    }
  }

  @Test
  void token_fileHoldsNone_isRefused() throws Exception {
    try (StateDir state = StateDir.open(new LocalFileSystem(), temp.resolve("state"), List.of())) {
      Files.writeString(state.tokenFile(), "short");

      assertThatThrownBy(state::token)
          .isInstanceOf(UnusableDirectoryException.class)
          .hasMessageContaining("holds no token");
    }
  }
}
