// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TuningRulesTest {

  private static final long KAFKAS_CHUNK = TuningRules.largestChunk(524_288, 1_048_588, 1);

  @ParameterizedTest
  @CsvSource({
    // A sleep pays for 300 ms of work at a gigabyte a second and a chunk of two megabytes.
    "1000, 324219724",
    "10000000, 32422",
    "100000000, 3243",
    "324219724, 1000",
  })
  void longestSleepMs_rate_paysForTheWorkBetweenTwoLooksAndAChunk(double rate, long sleepMs) {
    assertThat(TuningRules.longestSleepMs(rate, KAFKAS_CHUNK)).isEqualTo(sleepMs);
  }

  @ParameterizedTest
  @CsvSource({
    "524288, 1048588, 1, 2097176",
    "524288, 1048588, 4, 8388704",
    "104857600, 1048588, 1, 104857600",
  })
  void largestChunk_buffers_growToTheLargestMessage(
      long buffer, long message, int threads, long chunk) {
    assertThat(TuningRules.largestChunk(buffer, message, threads)).isEqualTo(chunk);
  }

  @ParameterizedTest
  @CsvSource({
    "1000, false",
    "10000000, false",
    "64000000, false",
    "65000000, true",
    "1000000000, true",
    "0, false",
    "NaN, false",
  })
  void refuseSleeps_rate_mayOnlyWhereEverySleepIsShort(double rate, boolean may) {
    assertThat(TuningRules.refuseSleeps(rate, KAFKAS_CHUNK).isEmpty()).isEqualTo(may);
  }

  @Test
  void refuseSleeps_largeMessages_takeAHigherRate() {
    long chunk = TuningRules.largestChunk(524_288, 100_000_000, 1);

    assertThat(TuningRules.refuseSleeps(100e6, chunk).orElseThrow())
        .contains("log.cleaner.io.max.bytes.per.second=1.0E8", "6 s", "104424510");
  }
}
