// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.record.CorruptBatchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node's metadata log says of topics. */
class MetadataLogReaderTest {

  private static final String LOG = "00000000000000000000.log";

  /** Where the highest byte of a batch's length is. */
  private static final int LENGTH = 8;

  private static final Uuid ORDERS = Uuid.fromString("AAAAAAAAAAAAAAAAAAAAAQ");
  private static final Uuid REBORN = Uuid.fromString("AAAAAAAAAAAAAAAAAAAAAg");

  @TempDir private Path temp;

  private TopicSettings settings(String topic, Uuid id) throws Exception {
    return resolver().resolve(topic, Optional.of(id.toString()));
  }

  private SettingsResolver resolver() throws IOException {
    MetadataImage image = new MetadataLogReader(new LocalFileSystem()).read(temp).orElseThrow();
    return new SettingsResolver(
        java.util.List.of(
            SettingsSource.ofMetadata(image, "1"),
            SettingsSource.defaultPolicyOfKnownTopics(image)));
  }

  @Test
  void read_noMetadataLog_empty() throws IOException {
    assertThat(new MetadataLogReader(new LocalFileSystem()).read(temp)).isEmpty();
  }

  @Test
  void read_topicConfig_found() throws Exception {
    new MetadataLog(temp)
        .topic("orders", ORDERS)
        .config(MetadataLog.TOPIC, "orders", "cleanup.policy", "compact")
        .config(MetadataLog.TOPIC, "orders", "delete.retention.ms", "77")
        .write(LOG, 0);

    TopicSettings settings = settings("orders", ORDERS);

    assertThat(settings.cleanupPolicy()).isEqualTo(CleanupPolicy.COMPACT);
    assertThat(settings.deleteRetentionMs()).isEqualTo(77);
    assertThat(settings.get(TopicSetting.DELETE_RETENTION_MS).origin()).isEqualTo(Origin.TOPIC);
  }

  @Test
  void read_configSetAgainAndDeleted_lastWordCounts() throws Exception {
    new MetadataLog(temp)
        .topic("orders", ORDERS)
        .config(MetadataLog.TOPIC, "orders", "cleanup.policy", "compact")
        .config(MetadataLog.TOPIC, "orders", "delete.retention.ms", "77")
        .config(MetadataLog.TOPIC, "orders", "delete.retention.ms", "78")
        .config(MetadataLog.TOPIC, "orders", "cleanup.policy", null)
        .write(LOG, 0);

    TopicSettings settings = settings("orders", ORDERS);

    assertThat(settings.deleteRetentionMs()).isEqualTo(78);
    assertThat(settings.cleanupPolicy()).isEqualTo(CleanupPolicy.DELETE);
    assertThat(settings.get(TopicSetting.CLEANUP_POLICY).origin()).isEqualTo(Origin.UNSET);
  }

  @Test
  void read_topicDeletedAndCreatedAnew_oldDirectoryIsAStray() throws Exception {
    new MetadataLog(temp)
        .topic("orders", ORDERS)
        .config(MetadataLog.TOPIC, "orders", "cleanup.policy", "compact")
        .removed(ORDERS)
        .topic("orders", REBORN)
        .write(LOG, 0);

    assertThat(resolver().objection("orders", Optional.of(ORDERS.toString())))
        .get()
        .asString()
        .contains("no topic of the metadata log");
    assertThat(resolver().objection("orders", Optional.of(REBORN.toString()))).isEmpty();
    assertThat(settings("orders", REBORN).cleanupPolicy()).isEqualTo(CleanupPolicy.DELETE);
  }

  @Test
  void read_brokerAndClusterConfigs_theBrokersFirst() throws Exception {
    new MetadataLog(temp)
        .topic("orders", ORDERS)
        .config(MetadataLog.BROKER, "", "log.cleaner.delete.retention.ms", "1")
        .config(MetadataLog.BROKER, "", "log.segment.bytes", "20000000")
        .config(MetadataLog.BROKER, "1", "log.cleaner.delete.retention.ms", "2")
        .config(MetadataLog.BROKER, "2", "log.cleaner.delete.retention.ms", "3")
        .write(LOG, 0);

    TopicSettings settings = settings("orders", ORDERS);

    assertThat(settings.deleteRetentionMs()).isEqualTo(2);
    assertThat(settings.segmentBytes()).isEqualTo(20_000_000);
  }

  @Test
  void read_snapshotAndLog_newestSnapshotThenWhatFollows() throws Exception {
    new MetadataLog(temp)
        .topic("orders", ORDERS)
        .config(MetadataLog.TOPIC, "orders", "delete.retention.ms", "1")
        .write("00000000000000000002-0000000001.checkpoint", 0)
        .topic("orders", ORDERS)
        .config(MetadataLog.TOPIC, "orders", "delete.retention.ms", "2")
        .write("00000000000000000005-0000000001.checkpoint", 0)
        .config(MetadataLog.TOPIC, "orders", "delete.retention.ms", "3")
        .write("00000000000000000004.log", 4)
        .config(MetadataLog.TOPIC, "orders", "segment.bytes", "30000000")
        .write("00000000000000000005.log", 5);

    TopicSettings settings = settings("orders", ORDERS);

    assertThat(settings.deleteRetentionMs()).isEqualTo(2);
    assertThat(settings.segmentBytes()).isEqualTo(30_000_000);
  }

  @Test
  void read_tornEnd_whatCameBeforeCounts() throws Exception {
    MetadataLog log =
        new MetadataLog(temp)
            .topic("orders", ORDERS)
            .config(MetadataLog.TOPIC, "orders", "delete.retention.ms", "9")
            .write(LOG, 0);
    Files.write(log.file(LOG), new byte[] {0, 0, 0}, StandardOpenOption.APPEND);

    assertThat(settings("orders", ORDERS).deleteRetentionMs()).isEqualTo(9);
  }

  @Test
  void read_halfABatchAtTheEnd_whatCameBeforeCounts() throws Exception {
    byte[] second = secondBatch();
    write(firstBatch(), Arrays.copyOf(second, second.length / 2));

    assertThat(settings("orders", ORDERS).deleteRetentionMs()).isEqualTo(1);
  }

  @Test
  void read_zerosAtTheEnd_whatCameBeforeCounts() throws Exception {
    write(firstBatch(), new byte[200]);

    assertThat(settings("orders", ORDERS).deleteRetentionMs()).isEqualTo(1);
  }

  @Test
  void read_flippedBitInTheLastBatch_saidWithItsPlace() throws Exception {
    byte[] second = secondBatch();
    second[second.length - 2] ^= 1;
    write(firstBatch(), second);

    assertThatThrownBy(this::resolver)
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining("CRC mismatch in")
        .hasMessageContaining(LOG + " at byte");
  }

  @Test
  void read_lengthFlippedBeforeAWholeBatch_noTornEnd() throws Exception {
    byte[] first = firstBatch();
    first[LENGTH] ^= 0x10;
    write(first, secondBatch());

    assertThatThrownBy(this::resolver)
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining(LOG + " at byte 0");
  }

  private byte[] firstBatch() throws IOException {
    return Files.readAllBytes(
        new MetadataLog(temp)
            .topic("orders", ORDERS)
            .config(MetadataLog.TOPIC, "orders", "delete.retention.ms", "1")
            .write(LOG, 0)
            .file(LOG));
  }

  private byte[] secondBatch() throws IOException {
    return Files.readAllBytes(
        new MetadataLog(temp)
            .config(MetadataLog.TOPIC, "orders", "delete.retention.ms", "2")
            .write(LOG, 2)
            .file(LOG));
  }

  private void write(byte[] first, byte[] rest) throws IOException {
    Path log = new MetadataLog(temp).file(LOG);
    Files.write(log, first);
    Files.write(log, rest, StandardOpenOption.APPEND);
  }

  @Test
  void read_corruptSnapshot_saidWithItsPlace() throws Exception {
    MetadataLog log =
        new MetadataLog(temp)
            .topic("orders", ORDERS)
            .write("00000000000000000002-0000000001.checkpoint", 0);
    Path snapshot = log.file("00000000000000000002-0000000001.checkpoint");
    byte[] bytes = Files.readAllBytes(snapshot);
    bytes[bytes.length - 1] ^= 1;
    Files.write(snapshot, bytes);

    assertThatThrownBy(this::resolver)
        .isInstanceOf(CorruptBatchException.class)
        .hasMessageContaining("0000000001.checkpoint at byte 0");
  }
}
