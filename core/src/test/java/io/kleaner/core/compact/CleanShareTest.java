// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How threads and memory are divided. */
class CleanShareTest {

  private static final long MIB = 1 << 20;

  /** MiB in all, threads, partitions; then threads of each clean, and KiB of each. */
  @ParameterizedTest
  @CsvSource({
    "128, 1, 1, 1, 131072",
    "128, 4, 1, 4, 131072",
    "128, 1, 20, 1, 131072",
    "128, 2, 20, 1 1, 65536",
    "128, 3, 2, 2 1, 65536",
    "128, 8, 3, 3 3 2, 43690",
    "1, 8, 20, 8, 1024",
    "3, 8, 20, 3 3 2, 1024",
    "128, 2, 0, 2, 131072",
  })
  void of_threadsAndPartitions_noThreadIdleAndNoMoreMemory(
      long mebibytes, int threads, int partitions, String lanes, long kibibytes) {
    CleanOptions options = CleanOptions.defaults().withMemoryBytes(mebibytes * MIB);

    List<CleanShare> shares = CleanShare.of(options, threads, partitions);

    assertThat(shares.stream().map(CleanShare::lanes).toList())
        .isEqualTo(Arrays.stream(lanes.split(" ")).map(Integer::valueOf).toList());
    assertThat(shares).allMatch(each -> each.options().memoryBytes() / 1024 == kibibytes);
    assertThat(shares.stream().mapToLong(each -> each.options().memoryBytes()).sum())
        .isLessThanOrEqualTo(mebibytes * MIB);
  }
}
