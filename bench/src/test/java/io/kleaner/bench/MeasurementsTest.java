// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.bench.report.Measured;
import io.kleaner.bench.report.Results;
import io.kleaner.bench.workload.Values;
import io.kleaner.bench.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MeasurementsTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @EnumSource(Values.class)
  void open_appending_goesOnWithWhatIsThere(Values values) throws IOException {
    Results header = header("one", values);
    Measurements.open(file(), header, false).add(measured("W1", 5));

    Measurements further = Measurements.open(file(), header, true);
    further.add(measured("W2", 6));
    further.add(measured("W1", 7));

    assertThat(further.has("W1")).isTrue();
    assertThat(further.has("W3")).isFalse();
    Results read = Measurements.open(file(), header, true).results();
    assertThat(read.values()).isEqualTo(values);
    assertThat(read.workloads()).containsExactly(measured("W1", 7), measured("W2", 6));
    assertThat(read.command()).isEqualTo("scripts/bench");
  }

  @Test
  void open_notAppending_beginsAnew() throws IOException {
    Measurements.open(file(), header("one"), false).add(measured("W1", 5));

    assertThat(Measurements.open(file(), header("one"), false).has("W1")).isFalse();
  }

  @Test
  void open_ofAnotherCommit_refused() throws IOException {
    Measurements.open(file(), header("one"), false).add(measured("W1", 5));

    assertThatThrownBy(() -> Measurements.open(file(), header("two"), true))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("commit one");
  }

  @Test
  void open_ofOtherValues_refused() throws IOException {
    Measurements.open(file(), header("one"), false).add(measured("W1", 5));

    assertThatThrownBy(() -> Measurements.open(file(), header("one", Values.LETTERS), true))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("values that are documents, and these are letters");
  }

  @Test
  void open_somethingElse_refused() throws IOException {
    Files.writeString(file(), "1\n2\n");

    assertThatThrownBy(() -> Measurements.open(file(), header("one"), true))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void sizes_upToAMost_oneGibibyteAndDoubles() {
    assertThat(Growth.sizes(5L << 30))
        .extracting(Workload::name)
        .containsExactly("1 GiB", "2 GiB", "4 GiB");
    assertThat(Growth.sizes(64L << 20)).extracting(Workload::name).containsExactly("64 MiB");
    assertThat(Growth.keys(3_000_000))
        .extracting(Workload::name)
        .containsExactly("1 M keys", "3 M keys");
  }

  private Path file() {
    return temp.resolve("cleans.tsv");
  }

  private static Results header(String commit) {
    return header(commit, Values.DOCUMENTS);
  }

  private static Results header(String commit, Values values) {
    return new Results("machine", commit, "2026-01-01", "scripts/bench", values, List.of());
  }

  private static Measured measured(String name, long bytes) {
    return new Measured(
        name, "title", bytes, 1, List.of(), new Measured.Floor(1, 2, 3), Measured.Sameness.UNKNOWN);
  }
}
