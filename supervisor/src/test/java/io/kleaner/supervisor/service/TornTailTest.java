// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of an active segment that is no whole batch is being written, and nobody's fault. */
class TornTailTest {

  private static final String SEALED = "00000000000000000000.log";
  private static final String ACTIVE = "00000000000000000060.log";

  @TempDir private Path temp;

  /** What a copy of a log that was written to meanwhile ends in. */
  private static byte[] torn(byte[] whole, String how) {
    return switch (how) {
      case "half a header" -> Arrays.copyOf(whole, 30);
      case "half a batch" -> Arrays.copyOf(whole, whole.length - 3);
      case "zeros" -> new byte[4_096];
      default -> throw new IllegalArgumentException(how);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"half a header", "half a batch", "zeros"})
  void clean_activeSegmentEndsInATornBatch_partitionIsCleanedAndTheTailStays(String how)
      throws Exception {
    ServiceLab lab = new ServiceLab(temp).partitions("orders", 2);
    Path active = lab.logDir().resolve("orders-0").resolve(ACTIVE);
    byte[] whole = Files.readAllBytes(active);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(whole);
    all.write(torn(whole, how));
    Files.write(active, all.toByteArray());
    try (lab) {
      lab.start();

      lab.await("both are clean", () -> lab.count("clean") == 2);
      lab.await("counted", () -> Long.valueOf(2).equals(lab.api().status().get("cleans")));

      assertThat(lab.api().status()).containsEntry("failures", 0L);
      assertThat(lab.incident("PARTITION_QUARANTINED")).isEmpty();
      assertThat(lab.partition("orders-0"))
          .containsEntry("state", "clean")
          .containsEntry("firstDirtyOffset", 60L);
    }
    assertThat(Files.readAllBytes(active)).isEqualTo(all.toByteArray());
    assertThat(active.resolveSibling(SEALED))
        .as("cleaned as its twin without a torn tail")
        .hasSameBinaryContentAs(lab.logDir().resolve("orders-1").resolve(SEALED));
  }
}
