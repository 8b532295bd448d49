// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.compact.CleanOptions;
import io.kleaner.core.compact.HighWatermarkChoice;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.policy.UnkeyedPolicy;
import io.kleaner.supervisor.cleaner.CleanerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the service spills. */
class SpillRoomTest {

  @TempDir private Path temp;

  @Test
  void take_spillsThatAKilledRunLeft_removed() throws IOException {
    Path stale = Files.createFile(temp.resolve("kleaner-00000000deadbeef-1-0-3.spill"));

    try (SpillRoom room = SpillRoom.take(new LocalFileSystem(), spillingTo(temp), List.of())) {
      assertThat(stale).doesNotExist();
      assertThat(room.options().clean().spill().orElseThrow().dir()).isEqualTo(temp);
    }
  }

  /** Its workers may spill as long as it lives: the next run must find an owner. */
  @Test
  void take_spillsOfAServiceThatRuns_stay() throws IOException {
    try (SpillRoom running = SpillRoom.take(new LocalFileSystem(), spillingTo(temp), List.of())) {
      Path spill = running.options().clean().spill().orElseThrow().file("1-0-3");
      Files.createFile(spill);

      SpillRoom.take(new LocalFileSystem(), spillingTo(temp), List.of()).close();

      assertThat(spill).exists();
    }
  }

  @Test
  void take_inALogDirectory_refused() throws IOException {
    assertThatThrownBy(() -> SpillRoom.take(new LocalFileSystem(), spillingTo(temp), List.of(temp)))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("lies in the log directory");
  }

  @Test
  void take_throughALinkIntoALogDirectory_refusedBeforeAnythingIsMade() throws IOException {
    Path logs = Files.createDirectories(temp.toRealPath().resolve("logs"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), logs);

    assertThatThrownBy(
            () ->
                SpillRoom.take(
                    new LocalFileSystem(), spillingTo(link.resolve("spills")), List.of(logs)))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("lies in the log directory");
    assertThat(logs).isEmptyDirectory();
  }

  private static CleanerOptions spillingTo(Path dir) {
    return new CleanerOptions(
        Optional.empty(),
        new HighWatermarkChoice.Checkpoint(),
        false,
        UnkeyedPolicy.REFUSE,
        false,
        new CleanOptions(
            CleanOptions.DEFAULT_MEMORY_BYTES,
            Optional.of(SpillPlace.in(dir)),
            CleanOptions.Verify.NORMAL,
            false),
        CleanOptions.DEFAULT_MAX_RECORD_BYTES,
        1000,
        1000);
  }
}
