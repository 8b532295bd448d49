// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.bench.engine.EngineName;
import io.kleaner.bench.workload.Values;
import io.kleaner.bench.workload.Workloads;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchArgumentsTest {

  @Test
  void parse_nothing_allWorkloadsOfOneGibibyte() {
    BenchArguments arguments = parse("");

    assertThat(arguments.mode()).isEqualTo(BenchArguments.Mode.COMPARE);
    assertThat(arguments.workloads()).isEqualTo(Workloads.NAMES);
    assertThat(arguments.threads()).containsExactly(1, 2);
    assertThat(arguments.engines()).containsExactly(EngineName.KAFKA, EngineName.KLEANER);
    assertThat(arguments.sizeBytes()).isEqualTo(1L << 30);
    assertThat(arguments.runs()).isEqualTo(3);
    assertThat(arguments.values()).isEqualTo(Values.DOCUMENTS);
  }

  @Test
  void parse_everything_asGiven() {
    BenchArguments arguments =
        parse(
            "--workload w3,W1 --threads 2,1,2 --engines kleaner --size 512m --keys 10m --runs 5"
                + " --memory 1g,32m --heap 4g --values letters --out there --append");

    assertThat(arguments.workloads()).containsExactly("W3", "W1");
    assertThat(arguments.threads()).containsExactly(1, 2);
    assertThat(arguments.engines()).containsExactly(EngineName.KLEANER);
    assertThat(arguments.sizeBytes()).isEqualTo(512L << 20);
    assertThat(arguments.keys()).isEqualTo(10_000_000);
    assertThat(arguments.runs()).isEqualTo(5);
    assertThat(arguments.memoryBytes()).containsExactly(32L << 20, 1L << 30);
    assertThat(arguments.heapBytes()).isEqualTo(4L << 30);
    assertThat(arguments.values()).isEqualTo(Values.LETTERS);
    assertThat(arguments.out()).isEqualTo(Path.of("there"));
    assertThat(arguments.append()).isTrue();
  }

  @Test
  void parse_growth_upTo16GibibytesOnce() {
    BenchArguments arguments = parse("--growth");

    assertThat(arguments.mode()).isEqualTo(BenchArguments.Mode.GROWTH);
    assertThat(arguments.sizeBytes()).isEqualTo(16L << 30);
    assertThat(arguments.runs()).isEqualTo(1);
    assertThat(arguments.threads()).containsExactly(1);
  }

  @Test
  void parse_profile_itsWorkloads() {
    BenchArguments arguments = parse("--profile W4 --engines kleaner");

    assertThat(arguments.mode()).isEqualTo(BenchArguments.Mode.PROFILE);
    assertThat(arguments.workloads()).containsExactly("W4");
  }

  @Test
  void parse_jmh_patternOrAll() {
    assertThat(parse("--jmh Map").pattern()).isEqualTo("Map");
    assertThat(parse("--jmh").pattern()).isEqualTo(".*");
  }

  @Test
  void workloads_eitherValues_ofThemInEveryMode() {
    for (String mode : List.of("--workload W1,W2,W11,W12,W14", "--growth", "--reshape")) {
      for (Values values : Values.values()) {
        BenchArguments arguments = parse(mode + " --values " + values.text());

        assertThat(Bench.workloads(arguments))
            .as(mode)
            .isNotEmpty()
            .allSatisfy(each -> assertThat(each).isEqualTo(each.of(values)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--workload W99",
        "--workload W1,,W2",
        "--workload",
        "--threads 0",
        "--threads 1,x",
        "--threads 65",
        "--engines lucene",
        "--values words",
        "--values",
        "--size 0",
        "--size 1t",
        "--size -1",
        "--size 999999999999999g",
        "--keys many",
        "--runs 1.5",
        "--runs --size",
        "--growth --jmh",
        "--growth --reshape",
        "--jmh --values letters",
        "--values documents --jmh",
        "--nonsense",
        "W1",
      })
  void parse_nonsense_saidWhy(String line) {
    assertThatThrownBy(() -> parse(line)).isInstanceOf(UsageException.class).message().isNotEmpty();
  }

  private static BenchArguments parse(String line) {
    return BenchArguments.parse(line.isEmpty() ? List.of() : List.of(line.split(" ")));
  }
}
