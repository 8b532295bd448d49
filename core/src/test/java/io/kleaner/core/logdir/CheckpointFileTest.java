// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import io.kleaner.core.io.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.kafka.storage.internals.checkpoint.OffsetCheckpointFile;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointFileTest {

  private static final TopicPartition ORDERS = new TopicPartition("my-topic.v_1-0", 3);
  private static final TopicPartition OFFSETS = new TopicPartition("__consumer_offsets", 12);

  @TempDir private Path dir;

  private CheckpointFile file() {
    return new CheckpointFile(new LocalFileSystem(), dir, CheckpointFile.CLEANER);
  }

  private void write(String text) throws IOException {
    Files.writeString(dir.resolve(CheckpointFile.CLEANER), text);
  }

  @Test
  void read_missing_isEmpty() throws IOException {
    assertThat(file().read()).isEmpty();
    assertThat(file().exists()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("emptyOnes")
  void read_fileWithoutEntries_isEmpty(String text) throws IOException {
    write(text);

    assertThat(file().read()).isEmpty();
  }

  static Stream<String> emptyOnes() {
    return Stream.of("", "0\n", "0\n0\n", "0\n0", "0\r\n0\r\n");
  }

  @Test
  void read_topicsWithDashDotAndUnderscore_areWhole() throws IOException {
    write("0\n2\nmy-topic.v_1-0 3 42\n__consumer_offsets 12 99\n");

    assertThat(file().read()).containsExactly(entry(ORDERS, 42L), entry(OFFSETS, 99L));
    assertThat(file().get(OFFSETS)).isEqualTo(OptionalLong.of(99));
    assertThat(file().get(new TopicPartition("my-topic.v_1", 0))).isEmpty();
  }

  @Test
  void read_sameEntryTwice_lastOneCountsAsForABroker() throws IOException {
    write("0\n2\norders 0 1\norders 0 2\n");

    assertThat(file().read()).containsExactly(entry(new TopicPartition("orders", 0), 2L));
    assertThat(kafkaReads()).containsEntry(kafka("orders", 0), 2L);
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void read_malformed_saysLineExpectedAndFound(String text, int line, String expected)
      throws IOException {
    write(text);

    UnusableDirectoryException thrown =
        catchThrowableOfType(UnusableDirectoryException.class, () -> file().read());

    assertThat(thrown)
        .hasMessageContaining(CheckpointFile.CLEANER)
        .hasMessageContaining("line " + line)
        .hasMessageContaining(expected)
        .hasMessageContaining("nothing was changed");
    assertThat(thrown.nextStep()).contains("Correct the line");
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("1\n0\n", 1, "version 0, found '1'"),
        Arguments.of("\n0\n", 1, "version 0, found ''"),
        Arguments.of("\0\0\0\0", 1, "version 0"),
        Arguments.of("0\nx\n", 2, "a number"),
        Arguments.of("0\n2\norders 0 1\n", 2, "1 entries, as follow it, found '2'"),
        Arguments.of("0\n1\norders 0 1\n\n", 2, "2 entries"),
        Arguments.of("0\n2\norders 0 1\n\n", 4, "topic, partition and offset"),
        Arguments.of("0\n1\norders 0\n", 3, "topic, partition and offset, found 'orders 0'"),
        Arguments.of("0\n1\norders 0 1 2\n", 3, "topic, partition and offset"),
        Arguments.of("0\n1\norders zero 1\n", 3, "a number where 'zero' stands"),
        Arguments.of("0\n1\norders 0 9999999999999999999\n", 3, "a number"),
        Arguments.of("0\n1\norders -1 1\n", 3, "number of a partition"),
        Arguments.of("0\n1\norders 2147483648 1\n", 3, "number of a partition"),
        Arguments.of("0\n1\nord\u00e4rs 0 1\n", 3, "the name of a topic"));
  }

  @Test
  void read_linkInItsPlace_isRefused() throws IOException {
    Path target = Files.writeString(dir.resolve("elsewhere"), "0\n0\n");
    Files.createSymbolicLink(dir.resolve(CheckpointFile.CLEANER), target);

    assertThatThrownBy(() -> file().read())
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("is a symlink where a regular file is expected");
  }

  @Test
  void put_missingFile_makesIt() throws IOException {
    file().put(ORDERS, 7);

    assertThat(dir.resolve(CheckpointFile.CLEANER)).hasContent("0\n1\nmy-topic.v_1-0 3 7\n");
  }

  @Test
  void put_entryThere_changesItAndKeepsTheOthersAndTheirOrder() throws IOException {
    write("0\n3\nz 0 1\nmy-topic.v_1-0 3 42\na 0 5\n");

    file().put(ORDERS, 100);

    assertThat(dir.resolve(CheckpointFile.CLEANER))
        .hasContent("0\n3\nz 0 1\nmy-topic.v_1-0 3 100\na 0 5\n");
  }

  @Test
  void put_anyEntries_brokerReadsThem() throws IOException {
    file().put(ORDERS, 7);
    file().put(OFFSETS, Long.MAX_VALUE);

    assertThat(kafkaReads())
        .isEqualTo(
            Map.of(
                kafka("my-topic.v_1-0", 3), 7L, kafka("__consumer_offsets", 12), Long.MAX_VALUE));
  }

  @Test
  void put_fileOfAnotherMode_keepsTheModeAndLeavesNothingBeside() throws IOException {
    write("0\n0\n");
    Path path = dir.resolve(CheckpointFile.CLEANER);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));

    file().put(ORDERS, 7);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-r-----");
    assertThat(dir).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void put_staleTemporaryFile_isReplaced() throws IOException {
    Files.writeString(dir.resolve(CheckpointFile.CLEANER + ".tmp"), "left by a crash");

    file().put(ORDERS, 7);

    assertThat(file().get(ORDERS)).isEqualTo(OptionalLong.of(7));
    assertThat(dir).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void put_malformedFile_isRefusedAndLeftAsItWas() throws IOException {
    write("0\n1\ngarbage\n");

    assertThatThrownBy(() -> file().put(ORDERS, 7)).isInstanceOf(UnusableDirectoryException.class);

    assertThat(dir.resolve(CheckpointFile.CLEANER)).hasContent("0\n1\ngarbage\n");
  }

  private Map<org.apache.kafka.common.TopicPartition, Long> kafkaReads() throws IOException {
    return new OffsetCheckpointFile(
            dir.resolve(CheckpointFile.CLEANER).toFile(), new LogDirFailureChannel(1))
        .read();
  }

  private static org.apache.kafka.common.TopicPartition kafka(String topic, int partition) {
    return new org.apache.kafka.common.TopicPartition(topic, partition);
  }
}
