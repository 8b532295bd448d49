// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.remedy.ondemand.Watched.Stage;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatchedTest {

  @ParameterizedTest
  @CsvSource({
    // old end, first base, active base, checkpoint, last stable, roll, goal, stage
    "100, 0, 80, -1, 100, false, 80, CLEANING",
    "100, 0, 80, 40, 100, false, 80, CLEANING",
    "100, 0, 80, 80, 100, false, 80, DONE",
    "100, 0, 80, 80, 100, true, 100, WAITS_FOR_ROLL",
    "100, 0, 80, 80, 50, true, 100, WAITS_FOR_ROLL",
    "100, 0, 120, 80, 150, true, 100, CLEANING",
    "100, 0, 120, 120, 150, true, 100, DONE",
    "100, 0, 120, 120, 150, false, 100, DONE",
    "100, 0, 80, 40, 60, false, 80, PINNED",
    "100, 0, 80, 80, 60, false, 80, DONE",
    "100, 0, 120, 80, 90, true, 100, PINNED",
    "100, 0, 0, -1, 100, false, 0, NOTHING_SEALED",
    "100, 0, 0, -1, 100, true, 100, WAITS_FOR_ROLL",
    "50, 50, 50, -1, 50, false, 50, NOTHING_SEALED",
    "50, 50, 50, -1, 50, true, 50, NOTHING_SEALED",
  })
  void stage_whatIsSeen_decides(
      long oldEnd,
      long firstBase,
      long activeBase,
      long checkpoint,
      long lastStable,
      boolean roll,
      long goal,
      Stage stage) {
    Watched watched =
        new Watched(
            oldEnd,
            firstBase,
            activeBase,
            checkpoint < 0 ? OptionalLong.empty() : OptionalLong.of(checkpoint),
            Math.max(oldEnd, lastStable),
            lastStable);

    assertThat(watched.goal(roll)).isEqualTo(goal);
    assertThat(watched.stage(roll)).isEqualTo(stage);
  }
}
