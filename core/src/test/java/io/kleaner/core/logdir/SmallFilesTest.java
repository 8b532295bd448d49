// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.logdir.LeaderEpochFile.LeaderEpoch;
import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small files beside the segments: leader epochs, topic id, and whose directory it is. */
class SmallFilesTest {

  private final LocalFileSystem fileSystem = new LocalFileSystem();

  @TempDir private Path dir;

  private void write(String name, String text) throws IOException {
    Files.writeString(dir.resolve(name), text);
  }

  @Test
  void leaderEpochs_entries_inTheirOrder() throws IOException {
    write(LeaderEpochFile.NAME, "0\n2\n0 0\n3 4711\n");

    assertThat(LeaderEpochFile.read(fileSystem, dir))
        .containsExactly(new LeaderEpoch(0, 0), new LeaderEpoch(3, 4711));
  }

  @Test
  void leaderEpochs_missingFile_isEmpty() throws IOException {
    assertThat(LeaderEpochFile.read(fileSystem, dir)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0\n1\n0\n", "0\n1\n-1 0\n", "0\n1\n2147483648 0\n", "0\n1\n0 x\n", "7\n"})
  void leaderEpochs_malformed_isRefused(String text) throws IOException {
    write(LeaderEpochFile.NAME, text);

    assertThatThrownBy(() -> LeaderEpochFile.read(fileSystem, dir))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining(LeaderEpochFile.NAME)
        .hasMessageContaining("line");
  }

  @Test
  void topicId_kafkasText_isRead() throws IOException {
    write(PartitionMetadataFile.NAME, "version: 0\ntopic_id: 0H4fFu7xQI-Eo_l3pHF3Mg");

    assertThat(PartitionMetadataFile.topicId(fileSystem, dir)).contains("0H4fFu7xQI-Eo_l3pHF3Mg");
  }

  @Test
  void topicId_missingFile_isEmpty() throws IOException {
    assertThat(PartitionMetadataFile.topicId(fileSystem, dir)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "version: 0\n",
        "version: 1\ntopic_id: 0H4fFu7xQI-Eo_l3pHF3Mg",
        "version: 0\ntopic_id: short",
        "\0\0\0\0\0\0"
      })
  void topicId_malformed_isRefused(String text) throws IOException {
    write(PartitionMetadataFile.NAME, text);

    assertThatThrownBy(() -> PartitionMetadataFile.topicId(fileSystem, dir))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining(PartitionMetadataFile.NAME)
        .hasMessageContaining("nothing was changed");
  }

  @Test
  void metaProperties_ofARealBroker_areRead() throws IOException {
    MetaProperties meta =
        MetaProperties.read(fileSystem, Fixtures.unpack("a-plain", dir)).orElseThrow();

    assertThat(meta.version()).isEqualTo(1);
    assertThat(meta.nodeId()).isPresent();
    assertThat(meta.clusterId()).isPresent();
    assertThat(meta.directoryId()).isPresent();
  }

  @Test
  void metaProperties_ofZooKeeperTimes_nameTheBroker() throws IOException {
    write("meta.properties", "#\n#Thu Jan 01 00:00:00 UTC 1970\nversion=0\nbroker.id=7\n");

    assertThat(MetaProperties.read(fileSystem, dir))
        .contains(new MetaProperties(0, Optional.empty(), OptionalInt.of(7), Optional.empty()));
  }

  @Test
  void metaProperties_missing_isEmpty() throws IOException {
    assertThat(MetaProperties.read(fileSystem, dir)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "version=2\n", "version=x\n", "version=1\nnode.id=one\n", "a=\\u00zz"})
  void metaProperties_malformed_isRefused(String text) throws IOException {
    write("meta.properties", text);

    assertThatThrownBy(() -> MetaProperties.read(fileSystem, dir))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("meta.properties is malformed");
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void read_namedPipe_isRefusedWithoutWaitingForItsWriter() throws Exception {
    Path pipe = dir.resolve(LeaderEpochFile.NAME);
    try {
      Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
      Assumptions.assumeTrue(made.waitFor() == 0, "mkfifo failed");
    } catch (IOException e) {
      Assumptions.abort("there is no mkfifo: " + e);
    }

    assertThatThrownBy(() -> SmallFile.text(fileSystem, pipe))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(LeaderEpochFile.NAME)
        .hasMessageContaining("no regular file");
  }

  @Test
  void read_linkToAFile_isTheFile() throws Exception {
    Path file = Files.writeString(dir.resolve("file"), "text");
    Path link = Files.createSymbolicLink(dir.resolve("link"), file);

    assertThat(SmallFile.text(fileSystem, link)).isEqualTo("text");
  }
}
