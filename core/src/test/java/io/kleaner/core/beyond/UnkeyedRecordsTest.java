// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.beyond;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.CompactionOutcome;
import io.kleaner.core.oracle.DirectoryDiff;
import io.kleaner.core.oracle.Trees;
import io.kleaner.core.policy.UnkeyedPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records without a key: Kafka's cleaner drops them, ours refuses unless it is told what to do. */
class UnkeyedRecordsTest {

  @TempDir private Path temp;
  private SideBySide logs;

  @BeforeEach
  void write() throws IOException {
    logs =
        new SideBySide(
            temp,
            Map.of(),
            log -> log.put("a", "old").put((String) null, "precious").put("a", "new"));
  }

  @Test
  void run_nothingSaid_kafkaDropsOursRefusesUnchanged() throws IOException {
    Path before = temp.resolve("before");
    Trees.copy(logs.ours(), before);

    assertThat(logs.cleanByKafka().recordsWithoutKey()).isEqualTo(1);
    CompactionOutcome outcome =
        logs.cleaning().unkeyed(UnkeyedPolicy.REFUSE).run(logs.ours()).outcome().orElseThrow();

    assertThat(SideBySide.records(logs.kafkas())).containsExactly("2 a=new", "3 active=1");
    assertThat(outcome).isInstanceOf(CompactionOutcome.Refused.class);
    assertThat(outcome.message()).contains("1 records without a key", "[1]", "nothing was changed");
    assertThat(DirectoryDiff.between(before, logs.ours(), ".*")).isEmpty();
  }

  @Test
  void run_toldToDrop_asKafka() throws IOException {
    logs.cleanByKafka();
    logs.cleaning().unkeyed(UnkeyedPolicy.DROP).run(logs.ours()).stats();

    assertThat(DirectoryDiff.between(logs.kafkas(), logs.ours(), ".*\\.log")).isEmpty();
  }

  @Test
  void run_toldToKeep_kept() throws IOException {
    logs.cleaning().unkeyed(UnkeyedPolicy.KEEP).run(logs.ours()).stats();

    assertThat(SideBySide.records(logs.ours()))
        .containsExactly("1 null=precious", "2 a=new", "3 active=1");
  }
}
