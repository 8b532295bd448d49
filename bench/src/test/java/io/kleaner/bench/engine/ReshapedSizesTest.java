// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.bench.workload.Workload;
import io.kleaner.bench.workload.Workloads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the sizes of batches' other forms. */
class ReshapedSizesTest {

  private static final Pattern SHARE = Pattern.compile("(\\d+) %");

  @TempDir private Path temp;

  @Test
  void row_batchesOfOneRecord_mergedAndCompressedIsSmallest() throws IOException {
    Workload workload = Workloads.toReshape(500_000).get(0);

    String row = ReshapedSizes.row(workload, temp);

    List<Integer> shares =
        SHARE
            .matcher(row)
            .results()
            .map(found -> Integer.valueOf(found.group(1)))
            .collect(Collectors.toList());
    assertThat(shares).as(row).hasSize(4).startsWith(100);
    assertThat(shares.get(1)).as(row).isLessThan(80);
    assertThat(shares.get(3)).as(row).isLessThan(shares.get(1)).isLessThan(shares.get(2));
    assertThat(temp).isEmptyDirectory();
  }
}
