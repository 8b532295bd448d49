// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A batch of an old format at the end of the range, of which nothing survives: Kafka's cleaner
 * fails on it and marks the partition uncleanable; ours drops it.
 */
class OldFormatAtTheEndTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void run_emptiedOldBatchAtTheEnd_kafkaFailsOursDrops(int magic) throws IOException {
    SideBySide logs =
        new SideBySide(
            temp,
            Map.of(),
            log -> log.magic(magic).put("a", "1").put((String) null, "without a key").magic(2));

    assertThatThrownBy(logs::cleanByKafka)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Empty batches are only supported for magic v2");
    logs.cleaning().run(logs.ours()).stats();

    assertThat(SideBySide.records(logs.ours())).containsExactly("0 a=1", "2 active=1");
  }
}
