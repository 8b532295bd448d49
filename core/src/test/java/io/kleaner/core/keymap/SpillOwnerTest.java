// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What killed runs have spilled goes; what living ones need, and what is not ours, stays. */
class SpillOwnerTest {

  private static final String DEAD = "kleaner-00000000deadbeef";

  @TempDir private Path dir;
  private final FileSystem disk = new LocalFileSystem();

  @Test
  void take_spillsWithoutAnOwner_removed() throws IOException {
    make(DEAD + "-1-0-3.spill", DEAD + "-left-12.spill");

    try (SpillOwner owner = SpillOwner.take(disk, dir)) {
      assertThat(owner.removed()).isEqualTo(2);
      assertThat(names()).containsExactly("kleaner-" + owner.place().mark() + ".owner");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void take_ownerFileThatNobodyHolds_removedWithItsSpills() throws IOException {
    make(DEAD + ".owner", DEAD + "-1-0-3.spill");

    assertThat(SpillOwner.sweep(disk, dir)).isEqualTo(1);
    assertThat(names()).isEmpty();
  }

  @Test
  void sweep_spillsOfALivingRun_stay() throws IOException {
    try (SpillOwner living = SpillOwner.take(disk, dir)) {
      Files.createFile(living.place().file("1-0-3"));

      try (SpillOwner other = SpillOwner.take(disk, dir)) {
        assertThat(other.removed()).isZero();
        assertThat(living.place().file("1-0-3")).exists();
      }
    }
  }

  @Test
  void sweep_filesOfOtherNames_stay() throws IOException {
    String[] others = {
      "kleaner-notes.spill",
      "kleaner-00000000deadbeef.txt",
      "kleaner-00000000DEADBEEF-1.spill",
      "kleaner-probe.spill",
      "00000000deadbeef-1.spill",
      "x" + DEAD + "-1.spill",
      DEAD + "-1.spill.bak",
    };
    make(others);

    assertThat(SpillOwner.sweep(disk, dir)).isZero();
    assertThat(names()).containsExactlyInAnyOrder(others);
  }

  @Test
  void isSpillFile_everyPlacesFiles_andNoOther() {
    assertThat(SpillPlace.isSpillFile(name(SpillPlace.in(dir).file("1-0-3")))).isTrue();
    assertThat(SpillPlace.isSpillFile(DEAD + "-left-12.spill")).isTrue();
    assertThat(SpillPlace.isSpillFile(DEAD + ".owner")).isFalse();
    assertThat(SpillPlace.isSpillFile("x" + DEAD + "-1.spill")).isFalse();
    assertThat(SpillPlace.isSpillFile(DEAD + "-1.spill.bak")).isFalse();
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  @Test
  void sweep_linkWithTheNameOfASpill_stays() throws IOException {
    Path target = Files.createFile(dir.resolve("precious"));
    Files.createSymbolicLink(dir.resolve(DEAD + "-1-0-3.spill"), target);

    assertThat(SpillOwner.sweep(disk, dir)).isZero();
    assertThat(names()).contains(DEAD + "-1-0-3.spill", "precious");
  }

  @Test
  void take_filesThatMayNotBeDeleted_stayAndNothingFails() throws IOException {
    make(DEAD + "-1-0-3.spill");
    FileSystem refusing =
        new FaultyFileSystem(
            disk,
            (op, number, path) -> {
              if (op == FaultyFileSystem.Op.DELETE) {
                throw new IOException(path + ": Operation not permitted");
              }
            });

    try (SpillOwner owner = SpillOwner.take(refusing, dir)) {
      assertThat(owner.removed()).isZero();
    }
    assertThat(names()).contains(DEAD + "-1-0-3.spill");
  }

  private void make(String... names) throws IOException {
    for (String name : names) {
      Files.createFile(dir.resolve(name));
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
