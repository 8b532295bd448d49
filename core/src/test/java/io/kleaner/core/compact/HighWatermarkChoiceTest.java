// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.policy.HighWatermark;
import io.kleaner.core.segment.Segment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A high watermark lies in the log, whatever a checkpoint or a user says. */
class HighWatermarkChoiceTest {

  private static final long LOG_START = 100;
  private static final long LOG_END = 500;
  private static final Path DIR = Path.of("orders-0");
  private static final PartitionLog LOG =
      new PartitionLog(
          DIR,
          new TopicPartition("orders", 0),
          List.of(new Segment(DIR, 0, 1000, 0, 0, false, 0)),
          List.of(),
          LOG_START,
          LOG_END,
          Optional.empty(),
          Optional.empty(),
          Set.of(),
          List.of());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "99    | 100 | ', clamped from 99'",
        "0     | 100 | ', clamped from 0'",
        "100   | 100 | ''",
        "317   | 317 | ''",
        "500   | 500 | ''",
        "501   | 500 | ', clamped from 501'",
      })
  void of_anyOffset_liesWithinTheLog(long said, long expected, String note)
      throws UnusableDirectoryException {
    assertThat(new HighWatermarkChoice.Checkpoint().of(LOG, OptionalLong.of(said)))
        .isEqualTo(new HighWatermark(expected, "replication-offset-checkpoint" + note));
    assertThat(new HighWatermarkChoice.Offset(said).of(LOG, OptionalLong.empty()))
        .isEqualTo(new HighWatermark(expected, "the user" + note));
  }

  @Test
  void of_logEnd_isTheLogEndWhateverTheCheckpoint() throws UnusableDirectoryException {
    HighWatermark found = new HighWatermarkChoice.LogEnd().of(LOG, OptionalLong.of(200));

    assertThat(found.offset()).isEqualTo(LOG_END);
  }

  @Test
  void of_noCheckpoint_refusedWithTheFlag() {
    assertThatThrownBy(() -> new HighWatermarkChoice.Checkpoint().of(LOG, OptionalLong.empty()))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("no high watermark is known");
  }
}
