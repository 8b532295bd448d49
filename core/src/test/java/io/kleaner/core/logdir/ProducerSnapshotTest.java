// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProducerSnapshotTest {

  @TempDir private Path dir;

  private byte[] kafkas() throws IOException {
    Map<Long, ProducerStateEntry> entries = new HashMap<>();
    entries.put(
        5L, new ProducerStateEntry(5, (short) 2, 1, 1_700_000_000_000L, OptionalLong.of(40)));
    entries.put(
        6L,
        new ProducerStateEntry(6, Short.MAX_VALUE, 0, 1_700_000_000_001L, OptionalLong.empty()));
    Path file = dir.resolve("00000000000000000050.snapshot");
    ProducerStateManager.writeSnapshot(file.toFile(), entries, false);
    return Files.readAllBytes(file);
  }

  @Test
  void parse_kafkasBytes_areItsEntries() throws IOException {
    assertThat(ProducerSnapshot.parse(ByteBuffer.wrap(kafkas())).orElseThrow())
        .containsExactlyInAnyOrder(
            new ProducerEntry(
                5, (short) 2, -1, OptionalLong.empty(), 1_700_000_000_000L, OptionalLong.of(40)),
            new ProducerEntry(
                6,
                Short.MAX_VALUE,
                -1,
                OptionalLong.empty(),
                1_700_000_000_001L,
                OptionalLong.empty()));
  }

  @Test
  void parse_anyBitFlipped_isCorrupt() throws IOException {
    byte[] bytes = kafkas();
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);

      assertThat(ProducerSnapshot.parse(ByteBuffer.wrap(flipped))).as("bit %d", bit).isEmpty();
    }
  }

  @Test
  void parse_cutAnywhere_isCorrupt() throws IOException {
    byte[] bytes = kafkas();
    for (int length = 0; length < bytes.length; length++) {
      assertThat(ProducerSnapshot.parse(ByteBuffer.wrap(Arrays.copyOf(bytes, length))))
          .as("%d bytes", length)
          .isEmpty();
    }
  }

  @Test
  void parse_countThatIsMoreThanThereIs_isCorruptWhateverTheChecksum() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(kafkas());
    bytes.putInt(6, Integer.MAX_VALUE);
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().position(6));
    bytes.putInt(2, (int) crc.getValue());

    assertThat(ProducerSnapshot.parse(bytes)).isEmpty();
  }
}
