// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What was written is compared with what was decided. */
class OutputVerifierTest {

  private static final Path DIR = Path.of("orders-0");
  private static final FateCounts BEFORE = counts(10, 100);
  private static final List<WrittenSegment> WRITTEN =
      List.of(
          new WrittenSegment(0, 1000, 3, 20, 40, false),
          new WrittenSegment(41, 1000, 2, 9, 70, false));

  private static FateCounts counts(long batches, long records) {
    FateCounts counts = new FateCounts();
    counts.batchesDecided = batches;
    counts.recordsDecided = records;
    return counts;
  }

  @Test
  void requireDecided_sameNumbers_passes() {
    assertThatCode(() -> OutputVerifier.requireDecided(DIR, BEFORE, counts(15, 129), WRITTEN))
        .doesNotThrowAnyException();
  }

  @Test
  void requireDecided_recordLost_refused() {
    assertThatThrownBy(() -> OutputVerifier.requireDecided(DIR, BEFORE, counts(15, 130), WRITTEN))
        .isInstanceOf(OutputMismatchException.class)
        .hasMessageContaining("decided records 29, expected 30");
  }

  @Test
  void requireDecided_batchDoubled_refused() {
    assertThatThrownBy(() -> OutputVerifier.requireDecided(DIR, BEFORE, counts(14, 129), WRITTEN))
        .isInstanceOf(OutputMismatchException.class)
        .hasMessageContaining("decided batches 5, expected 4");
  }
}
