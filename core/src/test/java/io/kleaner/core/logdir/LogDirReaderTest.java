// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user may name, on a real log directory. */
class LogDirReaderTest {

  @TempDir private Path temp;
  private Path dir;

  @BeforeEach
  void unpack() throws IOException {
    dir = Fixtures.unpack("o-names", temp).toRealPath();
  }

  private static LogDir read(Path named) throws IOException {
    return new LogDirReader(new LocalFileSystem()).read(named);
  }

  private static UnusableDirectoryException refused(Path named) {
    return catchThrowableOfType(UnusableDirectoryException.class, () -> read(named));
  }

  @Test
  void read_logDirectory_listsPartitionsByTopicAndNumber() throws IOException {
    LogDir read = read(dir);

    assertThat(read.kind()).isEqualTo(LogDir.Kind.LOG_DIRECTORY);
    assertThat(read.dir()).isEqualTo(dir);
    assertThat(read.hasMetaProperties()).isTrue();
    assertThat(read.cleanShutdown()).isTrue();
    assertThat(read.hasCheckpoints()).isTrue();
    assertThat(read.lockFile()).isEqualTo(dir.resolve(".lock"));
    assertThat(read.partitions())
        .extracting(path -> path.getFileName().toString())
        .containsExactly(
            "a-b.c_d-0-0",
            "a-b.c_d-0-1",
            "my-topic-0",
            "my-topic-1",
            "my-topic-2",
            "my.topic_v1-0",
            "my.topic_v1-1");
    assertThat(read.skipped()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "__cluster_metadata-0",
        "my-topic-0.5c9f0a1b2c3d4e5f6a7b8c9d0e1f2a3b-delete",
        "my-topic-0.5c9f0a1b2c3d4e5f6a7b8c9d0e1f2a3b-future",
        "my-topic-0.5c9f0a1b2c3d4e5f6a7b8c9d0e1f2a3b-stray"
      })
  void read_kafkasOwnAndHalfDeletedDirectories_areSkippedAndListed(String name) throws IOException {
    Files.createDirectory(dir.resolve(name));

    LogDir read = read(dir);

    assertThat(read.partitions()).hasSize(7);
    assertThat(read.skipped()).extracting(LogDir.Skipped::name).containsExactly(name);
  }

  @Test
  void read_linkToAPartitionInside_isSkippedAndListed() throws IOException {
    Files.createSymbolicLink(dir.resolve("linked-0"), dir.resolve("my-topic-0"));

    LogDir read = read(dir);

    assertThat(read.partitions()).hasSize(7);
    assertThat(read.skipped())
        .containsExactly(
            new LogDir.Skipped("linked-0", "a symbolic link; name it by hand to work on it"));
  }

  @Test
  void read_linkNamedByHand_isFollowed() throws IOException {
    Path link = Files.createSymbolicLink(temp.resolve("link"), dir.resolve("my-topic-0"));

    LogDir read = read(link);

    assertThat(read.kind()).isEqualTo(LogDir.Kind.PARTITION);
    assertThat(read.dir()).isEqualTo(dir);
    assertThat(read.partitions()).containsExactly(dir.resolve("my-topic-0"));
  }

  @Test
  void read_partitionOfALogDirectory_locksAndChecksWithTheDirectoryAbove() throws IOException {
    LogDir read = read(dir.resolve("a-b.c_d-0-0"));

    assertThat(read.kind()).isEqualTo(LogDir.Kind.PARTITION);
    assertThat(read.lockFile()).isEqualTo(dir.resolve(".lock"));
    assertThat(read.hasMetaProperties()).isTrue();
    assertThat(read.cleanShutdown()).isTrue();
    assertThat(read.partitions()).hasSize(1);
  }

  @Test
  void read_partitionOfARunningBroker_isNotCleanlyShutDown() throws IOException {
    Files.delete(dir.resolve(".kafka_cleanshutdown"));

    assertThat(read(dir.resolve("my-topic-0")).cleanShutdown()).isFalse();
    assertThat(read(dir).cleanShutdown()).isFalse();
  }

  @Test
  void read_partitionCopiedAlone_isItsOwn() throws IOException {
    Path alone = Files.createDirectory(temp.resolve("copies")).toRealPath().resolve("my-topic-0");
    Files.move(dir.resolve("my-topic-0"), alone);

    LogDir read = read(alone);

    assertThat(read.kind()).isEqualTo(LogDir.Kind.LONE_PARTITION);
    assertThat(read.hasCheckpoints()).isFalse();
    assertThat(read.lockFile()).isEqualTo(alone.resolve(".lock"));
    assertThat(read.hasMetaProperties()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"replication-offset-checkpoint", "meta.properties"})
  void read_partitionBesideAnyOneFileOfABroker_isOfALogDirectory(String left) throws IOException {
    Path parent = Files.createDirectory(temp.resolve("copies"));
    Files.move(dir.resolve("my-topic-0"), parent.resolve("my-topic-0"));
    Files.createFile(parent.resolve(left));

    assertThat(read(parent.resolve("my-topic-0")).kind()).isEqualTo(LogDir.Kind.PARTITION);
  }

  @Test
  void read_linkInThePlaceOfMetaProperties_isStillABrokersDirectory() throws IOException {
    Path meta = dir.resolve("meta.properties");
    Path elsewhere = Files.move(meta, temp.resolve("elsewhere"));
    Files.createSymbolicLink(meta, elsewhere);

    assertThat(read(dir).hasMetaProperties()).isTrue();
  }

  @Test
  void read_partitionDirectoryWithoutSegment_isRefusedAsOne() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty-0"));
    Files.writeString(empty.resolve("leader-epoch-checkpoint"), "0\n0\n");

    assertThat(refused(empty))
        .hasMessageContaining("holds no segment")
        .extracting(UnusableDirectoryException::nextStep)
        .asString()
        .contains("log directory above it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders", "__cluster_metadata-0", "orders-0.abc-delete"})
  void read_segmentsUnderAnotherName_areRefused(String name) throws IOException {
    Path renamed = Files.move(dir.resolve("my-topic-0"), temp.resolve(name));

    assertThat(refused(renamed)).hasMessageContaining("is not named like a partition");
  }

  @Test
  void read_neitherOfBoth_isRefused() throws IOException {
    Path other = Files.createDirectory(temp.resolve("other"));
    Files.writeString(other.resolve("notes.txt"), "x");

    assertThat(refused(other))
        .hasMessageContaining("neither a partition directory")
        .hasMessageContaining("nor a log directory");
  }

  @Test
  void read_rootOfTheFileSystem_isRefused() {
    assertThat(refused(temp.getRoot())).hasMessageContaining("neither a partition directory");
  }

  @Test
  void read_missing_isRefused() {
    assertThat(refused(temp.resolve("missing"))).hasMessageContaining("does not exist");
  }

  @Test
  void read_file_isRefused() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));

    assertThat(refused(file)).hasMessageContaining("is not a directory");
  }
}
