// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.segment.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which neighbours become one segment. */
class SegmentGroupsTest {

  /** Segments are {@code base:log:index:timeindex}; groups are bases, joined by {@code +}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0:40:8:12 10:60:8:12 20:1:8:12 | 30 | 100 | 1000 | 0+10 20",
        "0:40:8:12 10:61:8:12 20:39:8:12 | 30 | 100 | 1000 | 0 10+20",
        "0:101:8:12 10:5:8:12 20:5:8:12 | 30 | 100 | 1000 | 0 10+20",
        "0:1:8:12 10:1:8:12 20:1:8:12 | 30 | 100 | 16 | 0 10 20",
        "0:1:8:4 10:1:8:4 20:1:8:4 | 30 | 100 | 16 | 0+10 20",
        "0:1:4:8 10:1:4:8 20:1:4:8 | 30 | 100 | 16 | 0+10 20",
        "0:0:0:0 10:0:0:0 20:0:0:0 | 30 | 100 | 1000 | 0+10+20",
        "0:1:1:1 2147483647:1:1:1 | 2147483648 | 100 | 1000 | 0+2147483647",
        "0:1:1:1 2147483647:1:1:1 | 2147483649 | 100 | 1000 | 0 2147483647",
        "0:1:1:1 10:1:1:1 3000000000:1:1:1 | 3000000001 | 100 | 1000 | 0 10 3000000000",
        "0:1:1:1 10:0:0:0 3000000000:1:1:1 | 3000000001 | 100 | 1000 | 0+10 3000000000",
      })
  void of_sizes_groups(
      String segments, long upperBound, long segmentBytes, long indexBytes, String groups) {
    assertThat(groups(segments, upperBound, segmentBytes, indexBytes, OptionalLong.empty()))
        .isEqualTo(groups);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0+10+20+30",
    "10, 0 10+20+30",
    "25, 0+10+20+30",
    "30, 0+10+20 30",
    "99, 0+10+20+30"
  })
  void of_newestSnapshot_keepsItsSegment(long snapshot, String groups) {
    assertThat(
            groups(
                "0:1:8:12 10:1:8:12 20:1:8:12 30:1:8:12", 40, 100, 99, OptionalLong.of(snapshot)))
        .isEqualTo(groups);
  }

  private static String groups(
      String segments,
      long upperBound,
      long segmentBytes,
      long indexBytes,
      OptionalLong newestSnapshot) {
    List<Segment> parsed = new ArrayList<>();
    for (String each : segments.split(" ", -1)) {
      long[] numbers = Arrays.stream(each.split(":", -1)).mapToLong(Long::parseLong).toArray();
      parsed.add(new Segment(Facts.DIR, numbers[0], numbers[1], numbers[2], numbers[3], false, 0));
    }

    return SegmentGroups.of(parsed, upperBound, segmentBytes, indexBytes, newestSnapshot).stream()
        .map(
            group ->
                group.stream()
                    .map(segment -> String.valueOf(segment.baseOffset()))
                    .collect(Collectors.joining("+")))
        .collect(Collectors.joining(" "));
  }
}
