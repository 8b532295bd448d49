// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Partition;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is proven of replicas, what is waited for, and which were not read. */
@Timeout(120)
class ErasureProofTest {

  private static final TopicPartition SCRIPTED = new TopicPartition("scripted", 0);

  @TempDir private Path dir;

  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void write() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of("cleanup.policy", "compact"))) {
      log.put("kept", "1").put("erased".getBytes(UTF_8), null).roll().put("kept", "2");
    }
  }

  private Partition partition(Status status, String reason, List<Integer> unwatched) {
    return new Partition(SCRIPTED, dir, status, 3, 2, 100, 50, reason, unwatched);
  }

  private ErasureProof.Finding proof(Partition partition, Duration deadline, Runnable onProgress) {
    return new ErasureProof(
            new LocalFileSystem(),
            List.of(dir),
            "erased".getBytes(UTF_8),
            1 << 20,
            new CancelToken())
        .prove(
            new OnDemandReport(List.of(partition), List.of(), List.of()),
            deadline,
            line -> {
              told.add(line);
              onProgress.run();
            })
        .get(0);
  }

  @Test
  void prove_replicasElsewhere_isAProofOfThisOneThatNamesThoseNotRead() {
    ErasureProof.Finding finding =
        proof(partition(Status.COMPACTED, "", List.of(2, 3)), Duration.ZERO, () -> {});

    assertThat(finding.isProof()).isTrue();
    assertThat(finding.unread()).containsExactly(2, 3);
    assertThat(finding.dir()).isEqualTo(ScriptedLog.partition(dir));
    assertThat(told).isEmpty();
  }

  @Test
  void prove_noReplicaHere_isNoProofAndSaysWhereTheyAre() {
    ErasureProof.Finding finding =
        proof(
            partition(Status.NOT_WATCHED, "its replicas are on brokers [2]", List.of(2)),
            Duration.ZERO,
            () -> {});

    assertThat(finding.isProof()).isFalse();
    assertThat(finding.result()).isEmpty();
    assertThat(finding.problem()).contains("on brokers [2]");
    assertThat(finding.unread()).containsExactly(2);
  }

  @Test
  void prove_replacedFileStillThere_isWaitedForAndToldOnce() throws IOException {
    Path retired =
        Files.createFile(ScriptedLog.partition(dir).resolve("00000000000000000000.log.deleted"));

    ErasureProof.Finding finding =
        proof(
            partition(Status.COMPACTED, "", List.of()),
            Duration.ofMinutes(1),
            () -> delete(retired));

    assertThat(told)
        .singleElement()
        .asString()
        .contains("scripted-0: waits until the broker deletes 1 replaced files");
    assertThat(finding.isProof()).isTrue();
  }

  @Test
  void prove_replacedFileOutlivesTheDeadline_isNoProof() throws IOException {
    Files.createFile(ScriptedLog.partition(dir).resolve("00000000000000000000.log.deleted"));

    ErasureProof.Finding finding =
        proof(partition(Status.COMPACTED, "", List.of()), Duration.ZERO, () -> {});

    assertThat(finding.isProof()).isFalse();
    assertThat(finding.result().orElseThrow().retired()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"future", "stray", "delete"})
  void prove_anotherCopyBeside_isNoProofAndNamesIt(String suffix) throws IOException {
    Path copy = Files.createDirectory(dir.resolve("scripted-0.0123456789abcdef-" + suffix));
    Files.createDirectory(dir.resolve("scripted-1.0123456789abcdef-" + suffix));
    Files.createDirectory(dir.resolve("other.scripted-0.0123456789abcdef-" + suffix));

    ErasureProof.Finding finding =
        proof(partition(Status.COMPACTED, "", List.of()), Duration.ZERO, () -> {});

    assertThat(finding.isProof()).isFalse();
    assertThat(finding.otherCopies()).containsExactly(copy.toString());
  }

  @Test
  void prove_deletedCopyBeside_isWaitedFor() throws IOException {
    Path copy = Files.createDirectory(dir.resolve("scripted-0.0123456789abcdef-delete"));

    ErasureProof.Finding finding =
        proof(
            partition(Status.COMPACTED, "", List.of()), Duration.ofMinutes(1), () -> delete(copy));

    assertThat(told).singleElement().asString().contains(copy.toString());
    assertThat(finding.isProof()).isTrue();
  }

  /** As when a replica is moved to another directory: its new place holds its records, too. */
  @Test
  void prove_copyThatNobodyWatchedInAnotherLogDirectory_isNoProof(@TempDir Path other)
      throws IOException {
    Path copy = Files.createDirectory(other.resolve(SCRIPTED.toString()));

    ErasureProof.Finding finding =
        new ErasureProof(
                new LocalFileSystem(),
                List.of(dir, other),
                "erased".getBytes(UTF_8),
                1 << 20,
                new CancelToken())
            .prove(
                new OnDemandReport(
                    List.of(partition(Status.COMPACTED, "", List.of())), List.of(), List.of()),
                Duration.ZERO,
                told::add)
            .get(0);

    assertThat(finding.isProof()).isFalse();
    assertThat(finding.otherCopies()).containsExactly(copy.toString());
  }

  /** Kafka cuts the topic's name in such names, so that they stay within 255 characters. */
  @Test
  void of_copyOfATopicWithALongName_isFound() throws IOException {
    TopicPartition partition = new TopicPartition("t".repeat(240), 7);
    String end = "-7.0123456789abcdef0123456789abcdef-stray";
    Path copy = Files.createDirectory(dir.resolve("t".repeat(255 - end.length()) + end));

    assertThat(OtherCopies.of(new LocalFileSystem(), List.of(dir), partition, Set.of()))
        .containsExactly(copy.toString());
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
