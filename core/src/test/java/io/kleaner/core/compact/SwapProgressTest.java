// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of a partition whose clean ends early, at each point where it may. */
class SwapProgressTest {

  private static final List<WrittenSegment> WRITTEN =
      List.of(
          new WrittenSegment(0, 1000, 3, 20, 40, 0, 1, List.of()),
          new WrittenSegment(41, 500, 2, 9, 70, 0, 1, List.of()));

  private final SwapProgress progress = new SwapProgress(3);

  @Test
  void state_beforeAnySwap_nothingWasChanged() {
    progress.untouched(10);

    assertThat(progress.state()).isEqualTo("nothing was changed");
    assertThat(progress.cancelled()).isEqualTo(new CompactionOutcome.Cancelled(0, 3));
  }

  @Test
  void state_withinASwap_namesRecovery() {
    progress.begins(WRITTEN);
    progress.ends();
    progress.begins(WRITTEN);

    assertThat(progress.state())
        .startsWith("the swap of its group 2 of 3 had begun")
        .contains("'kleaner recover'");
  }

  @Test
  void state_betweenSwaps_saysHowManyAreDone() {
    progress.begins(WRITTEN);
    progress.ends();

    assertThat(progress.state()).startsWith("1 of 3 groups were swapped in before");
    assertThat(progress.cancelled()).isEqualTo(new CompactionOutcome.Cancelled(1, 3));
  }

  @Test
  void figures_afterEachKindOfGroup_addUp() {
    progress.begins(WRITTEN);
    progress.ends();
    progress.untouched(10);
    progress.wouldBecome(7);

    assertThat(progress.segmentsAfter()).isEqualTo(4);
    assertThat(progress.segmentsUntouched()).isEqualTo(1);
    assertThat(progress.bytesAfter()).isEqualTo(1517);
  }
}
