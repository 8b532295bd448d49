// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Failure;
import io.kleaner.supervisor.cleaner.Hold;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuarantinePolicyTest {

  private final QuarantinePolicy policy = new QuarantinePolicy(5_000, 60_000, 600_000);

  @ParameterizedTest
  @CsvSource({
    // whose doing, failures in a row, what follows, for how long
    "FAILED, 1, BACKOFF, 5000",
    "FAILED, 2, QUARANTINE, 60000",
    "FAILED, 3, QUARANTINE, 120000",
    "FAILED, 5, QUARANTINE, 480000",
    "FAILED, 6, QUARANTINE, 600000",
    "FAILED, 2000000000, QUARANTINE, 600000",
    "KILLED, 1, BACKOFF, 5000",
    "KILLED, 2, QUARANTINE, 60000",
    "REFUSED, 1, QUARANTINE, 60000",
    "REFUSED, 2, QUARANTINE, 120000",
    "REFUSED, 99, QUARANTINE, 600000",
    "SURROUNDINGS, 1, BACKOFF, 5000",
    "SURROUNDINGS, 2, BACKOFF, 10000",
    "SURROUNDINGS, 4, BACKOFF, 40000",
    "SURROUNDINGS, 5, BACKOFF, 60000",
    "SURROUNDINGS, 99, BACKOFF, 60000",
  })
  void judge_failure_followsTheTable(Cause cause, int failures, Hold.Kind kind, long pauseMs) {
    Hold hold = policy.judge(failures, new Failure(cause, "cleaner-0", "r", "n", 7), 1_000);

    assertThat(hold).isEqualTo(new Hold(kind, cause, "r", "n", 1_000, 1_000 + pauseMs, failures));
  }

  @Test
  void judge_longestPausesThatCanBeSet_doNotOverflow() {
    long longest = Integer.MAX_VALUE * 1_000L;
    QuarantinePolicy slow = new QuarantinePolicy(longest, longest, longest);

    Hold hold = slow.judge(31, new Failure(Cause.REFUSED, "", "", "", 0), 0);

    assertThat(hold.pauseMs()).isEqualTo(longest);
  }

  @ParameterizedTest
  @CsvSource({
    // until, now, left: of a hold that began at 1000
    "5000, 1000, 4000",
    "5000, 4000, 1000",
    "5000, 5000, 0",
    "5000, 9000, 0",
    "5000, 0, 4000",
  })
  void leftMs_afterARestart_isNeverMoreThanTheWhole(long untilMs, long nowMs, long leftMs) {
    Hold hold = new Hold(Hold.Kind.QUARANTINE, Cause.FAILED, "", "", 1_000, untilMs, 2);

    assertThat(hold.leftMs(nowMs)).isEqualTo(leftMs);
  }

  @Test
  void byHand_anyTime_endsOnlyByARelease() {
    assertThat(QuarantinePolicy.byHand("why", 2, 1_000).endsByItself()).isFalse();
    assertThat(QuarantinePolicy.byHand("why", 2, 1_000).leftMs(Long.MAX_VALUE - 1))
        .isEqualTo(Hold.RELEASED_ONLY);
  }
}
