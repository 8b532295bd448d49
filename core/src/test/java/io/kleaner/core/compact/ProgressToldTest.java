// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.policy.CleanPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who listens is told how far a clean came, with what it need not read, however short it is. */
class ProgressToldTest {

  private static final String VALUE = "x".repeat(200);

  @TempDir private Path temp;
  private final List<Told> told = new ArrayList<>();

  /** All that is said at a time. */
  private record Told(long bytesRead, long bytesWritten, long batches, long lastOffset) {}

  @BeforeEach
  void write() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.put("a", VALUE).put("b", VALUE).roll();
      log.put("c", VALUE).put("d", VALUE).roll();
      log.put("active", VALUE);
    }
  }

  private Cleaning cleaning(int threads) {
    return Cleaning.at(ScriptedLog.TIME_MS)
        .upToLogEnd()
        .config("segment.bytes", "600")
        .threads(threads)
        .listener(
            new CompactionListener() {
              private long read;
              private long written;

              @Override
              public void progress(CleanPlan plan, long bytesRead, long bytesWritten) {
                read = bytesRead;
                written = bytesWritten;
              }

              @Override
              public void reached(CleanPlan plan, long batches, long lastOffset) {
                told.add(new Told(read, written, batches, lastOffset));
              }
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void run_nothingChanges_toldAllOfBothPasses(int threads) throws IOException {
    CleanStats stats = cleaning(threads).run(ScriptedLog.partition(temp)).stats();

    assertThat(stats.bytesRead()).as("read once").isEqualTo(stats.bytesBefore());
    assertThat(told).containsExactly(new Told(2 * stats.bytesBefore(), 0, 2 * 4, 3));
  }

  @Test
  void run_dryRun_toldAllOfBothPasses() throws IOException {
    CleanStats stats = cleaning(1).dryRun().run(ScriptedLog.partition(temp)).stats();

    assertThat(told).containsExactly(new Told(2 * stats.bytesBefore(), 0, 2 * 4, 3));
  }
}
