// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CopiesTest {

  private static final long HOUR_MS = 3_600_000;

  private static LogEntry death(long atMs, String written) {
    return new LogEntry(
        atMs, "[" + written + "] ERROR [kafka-log-cleaner-thread-0]: Error due to", List.of());
  }

  @Test
  void isCopy_oneEntryInTwoFiles_theSecondIs() {
    Copies copies = new Copies(2);

    assertThat(copies.isCopy(death(1_000, "02:10:00"), 0)).isFalse();
    assertThat(copies.isCopy(death(1_000, "02:10:00"), 1)).isTrue();
    assertThat(copies.isCopy(death(2_000, "02:10:01"), 1)).isFalse();
  }

  /** One file was written to all the hour that comes twice, and the other only once in it. */
  @Test
  void isCopy_filesThatTakeItForAnotherHour_stillIs() {
    Copies copies = new Copies(2);

    assertThat(copies.isCopy(death(1_000, "02:10:00"), 1)).isFalse();
    assertThat(copies.isCopy(death(1_000 + HOUR_MS, "02:10:00"), 0)).isTrue();
  }
}
