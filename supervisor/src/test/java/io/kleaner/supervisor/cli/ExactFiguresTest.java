// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.check.DataSurvey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ExactFiguresTest {

  private static final long DAY_MS = 86_400_000;
  private static final long NOW_MS = 100 * DAY_MS;

  private static ExactFigures of(
      long tombstones, long timeless, long oldestMs, long newestMs, long... seen) {
    ExactFigures figures = new ExactFigures(false, NOW_MS);
    List<DataSurvey.KeyCount> keys =
        LongStream.of(seen)
            .mapToObj(times -> new DataSurvey.KeyCount(ByteBuffer.allocate(1), "ab12", times))
            .toList();
    figures.survey(
        new DataSurvey.Result(keys, true, tombstones, timeless, oldestMs, newestMs, 0, List.of()));
    return figures;
  }

  @Test
  void survey_tombstonesWithoutATime_areNoneOfTheOldest() {
    ExactFigures figures = of(5, 2, NOW_MS - 7 * DAY_MS, NOW_MS - DAY_MS);

    assertThat(figures.lines())
        .containsExactly("tombstones: 5, 1.0 to 7.0 days old, 2 without a time");
    assertThat(figures.fields())
        .containsEntry("oldestTombstoneDays", 7.0)
        .containsEntry("tombstonesWithoutTime", 2L);
  }

  @Test
  void survey_onlyTombstonesWithoutATime_noAge() {
    ExactFigures figures = of(2, 2, Long.MAX_VALUE, Long.MIN_VALUE);

    assertThat(figures.lines()).containsExactly("tombstones: 2, 2 without a time");
    assertThat(figures.fields()).doesNotContainKeys("oldestTombstoneDays", "newestTombstoneDays");
  }

  @Test
  void survey_keysSeenMoreThanOnce_overwrittenOneTimeLess() {
    assertThat(of(0, 0, 0, 0, 3, 2).lines())
        .containsExactly("overwritten 2 times: key ab12", "overwritten once: key ab12");
  }
}
