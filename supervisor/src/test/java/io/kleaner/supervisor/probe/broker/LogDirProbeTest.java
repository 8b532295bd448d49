// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.compact.HighWatermarkChoice;
import io.kleaner.core.compact.PartitionJob;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.oracle.Trees;
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.policy.UnkeyedPolicy;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.supervisor.cleaner.HandClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirProbeTest {

  private static final TopicPartition PARTITION = new TopicPartition("scripted", 0);
  private static final SettingsResolver COMPACTED =
      new SettingsResolver(
          List.of(SettingsSource.forAllTopics(Map.of("cleanup.policy", "compact"), Origin.FLAG)));

  @TempDir Path dir;
  @TempDir Path elsewhere;
  private final HandClock clock = new HandClock(ScriptedLog.TIME_MS + 1_000);

  @BeforeEach
  void write() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of("cleanup.policy", "compact"))) {
      for (int i = 0; i < 1000; i++) {
        log.put("key-" + i % 10, "value " + i);
        if (i % 250 == 249) {
          log.roll();
        }
      }
      log.put("key-1", "in the active segment");
    }
    Files.delete(dir.resolve(".kafka_cleanshutdown"));
    checkpoint(250);
  }

  @Test
  void look_liveDirectory_decidesAsTheEngineDoes() throws IOException {
    PartitionFiles files = look(probe()).files().get().orElseThrow();

    Decision.Clean engine = engine();
    assertThat(files.eligibility().kind()).isEqualTo(Eligibility.Kind.ELIGIBLE);
    assertThat(files.dirtyRatio()).isEqualTo(engine.dirtyRatio());
    assertThat(files.dirtyBytes()).isEqualTo(engine.dirtyBytes());
    assertThat(files.firstDirtyOffset()).isEqualTo(250);
    assertThat(files.firstUncleanableOffset()).hasValue(1000);
    assertThat(files.logEndOffset()).isEqualTo(1001);
    assertThat(files.cleanerCheckpoint()).hasValue(250);
    assertThat(files.segments()).isEqualTo(5);
    assertThat(files.activeBaseOffset()).isEqualTo(1000);
    assertThat(files.dirtyBytes() + files.cleanBytes() + files.activeBytes())
        .isEqualTo(files.sizeBytes());
  }

  @Test
  void look_anyDirectory_changesNothingInIt() throws IOException {
    List<String> before = listing();
    LogDirProbe probe = probe();
    look(probe);
    clock.passMs(60_000);
    look(probe);

    assertThat(listing()).isEqualTo(before);
  }

  @Test
  void look_linkThatNamesAnotherDirectoryByNow_looksThere() throws IOException {
    Path moved = Trees.copy(dir, elsewhere.resolve("moved"));
    Path link = Files.createSymbolicLink(elsewhere.resolve("link"), dir);
    LogDirProbe probe = new LogDirProbe(new LocalFileSystem(), clock, link, COMPACTED, Map::of);
    look(probe);

    Files.delete(link);
    Files.createSymbolicLink(link, moved);
    clock.passMs(60_000);

    assertThat(look(probe).files().get().orElseThrow().dir())
        .isEqualTo(ScriptedLog.partition(moved.toRealPath()));
  }

  @Test
  void look_checkpointThatMoves_isSeenWithItsTime() throws IOException {
    LogDirProbe probe = probe();
    assertThat(look(probe).checkpointMovedMs()).isEmpty();
    clock.passMs(2_000);
    checkpoint(1000);
    PartitionView after = look(probe);

    assertThat(after.checkpointMovedMs()).hasValue(clock.nowMs());
    assertThat(after.files().get().orElseThrow().eligibility().kind())
        .isEqualTo(Eligibility.Kind.NOTHING_CLEANABLE);
  }

  @Test
  void look_directoryThatTheBrokerMade_saysWhen() throws IOException {
    Path metadata = ScriptedLog.partition(dir).resolve("partition.metadata");
    Files.writeString(metadata, "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ\n");
    Files.setLastModifiedTime(metadata, FileTime.fromMillis(77_000));

    assertThat(look(probe()).bornMs()).hasValue(77_000);
  }

  @Test
  void look_timeIndexNeverCut_isCountedOnceItsSegmentIsSealedForAWhile() throws IOException {
    Path partition = ScriptedLog.partition(dir);
    Path index = partition.resolve("00000000000000000250.timeindex");
    Files.write(index, new byte[120], StandardOpenOption.APPEND);
    Path log = partition.resolve("00000000000000000250.log");
    LogDirProbe probe = probe();
    Files.setLastModifiedTime(log, FileTime.fromMillis(clock.nowMs()));
    assertThat(look(probe).files().get().orElseThrow().paddedTimeIndexes()).isZero();
    clock.passMs(120_000);

    assertThat(look(probe).files().get().orElseThrow().paddedTimeIndexes()).isEqualTo(1);
  }

  @Test
  void look_segmentsWithoutAByte_areCountedButNotTheActiveOne() throws IOException {
    Path partition = ScriptedLog.partition(dir);
    assertThat(look(probe()).files().get().orElseThrow().emptySegments()).isZero();
    Files.createFile(partition.resolve("00000000000000000998.log"));
    Files.createFile(partition.resolve("00000000000000000999.log"));

    assertThat(look(probe()).files().get().orElseThrow().emptySegments()).isEqualTo(2);
  }

  @Test
  void look_malformedCheckpoint_keepsWhatItSaidAndComplains() throws IOException {
    LogDirProbe probe = probe();
    look(probe);
    Files.writeString(dir.resolve("cleaner-offset-checkpoint"), "0\n1\nnonsense\n");
    clock.passMs(60_000);
    LogDirView view = probe.look();

    assertThat(view.facts().problems()).singleElement().asString().contains("malformed");
    assertThat(view.partitions().get(PARTITION).files().get().orElseThrow().firstDirtyOffset())
        .isEqualTo(250);
  }

  @Test
  void look_partitionThatGoesAway_isForgotten() throws IOException {
    LogDirProbe probe = probe();
    look(probe);
    Files.move(ScriptedLog.partition(dir), dir.resolve("scripted-0.0a1b-delete"));

    assertThat(probe.look().partitions()).isEmpty();
  }

  @Test
  void look_partitionWithoutSegments_isMissingWithTheReason() throws IOException {
    Files.createDirectory(dir.resolve("empty-3"));
    Seen<PartitionFiles> files =
        probe().look().partitions().get(new TopicPartition("empty", 3)).files();

    assertThat(files).isInstanceOf(Seen.Missing.class);
    assertThat(((Seen.Missing<PartitionFiles>) files).why()).contains("holds no segment");
  }

  @Test
  void look_batchThatIsBeingWritten_endsTheLogBeforeIt() throws IOException {
    Path active = ScriptedLog.partition(dir).resolve("00000000000000001000.log");
    byte[] whole = Files.readAllBytes(active);
    byte[] half = Arrays.copyOf(whole, whole.length + whole.length / 2);
    System.arraycopy(whole, 0, half, whole.length, whole.length / 2);
    Files.write(active, half);

    assertThat(look(probe()).files().get().orElseThrow().logEndOffset()).isEqualTo(1001);
  }

  @Test
  void look_preallocatedIndex_isReadUpToItsLastEntry() throws IOException {
    Path index = ScriptedLog.partition(dir).resolve("00000000000000001000.index");
    Files.write(index, new byte[10 * 1024 * 1024]);

    assertThat(look(probe()).files().get().orElseThrow().logEndOffset()).isEqualTo(1001);
  }

  @Test
  void look_dirtyRange_isSampled() throws IOException {
    ReclaimEstimate estimate = look(probe()).reclaimable().get().orElseThrow();

    assertThat(estimate.sampledRecords()).isEqualTo(750);
    assertThat(estimate.supersededRecords()).isEqualTo(740);
    assertThat(estimate.bytes()).isBetween(estimate.dirtyBytes() * 95 / 100, estimate.dirtyBytes());
  }

  @Test
  void look_settingsThatTheBrokerSaysLater_areJudgedByAtOnce() throws IOException {
    Map<TopicPartition, AdminPartition> says = new HashMap<>();
    LogDirProbe probe =
        new LogDirProbe(
            new LocalFileSystem(),
            clock,
            dir,
            new SettingsResolver(List.of()),
            () -> Map.copyOf(says));
    assertThat(kind(probe)).isEqualTo(Eligibility.Kind.UNKNOWN_POLICY);
    // Not the options of the engine's own commands.
    assertThat(look(probe).files().get().orElseThrow().eligibility().sentence())
        .contains("--bootstrap-server")
        .doesNotContain("--topic", "--config-file");
    says.put(PARTITION, admin(Map.of("cleanup.policy", "delete")));
    assertThat(kind(probe)).isEqualTo(Eligibility.Kind.NOT_COMPACTED);
    says.put(PARTITION, admin(Map.of("cleanup.policy", "compact")));
    assertThat(kind(probe)).isEqualTo(Eligibility.Kind.ELIGIBLE);
    says.clear();
    clock.passMs(60_000);
    assertThat(kind(probe)).isEqualTo(Eligibility.Kind.ELIGIBLE);
  }

  @Test
  void look_transactionOpenSinceBeforeTheActiveSegment_holdsCleaningBack() throws IOException {
    Path other = dir.resolve("other");
    Files.createDirectory(other);
    try (ScriptedLog log = ScriptedLog.in(other, Map.of("cleanup.policy", "compact"))) {
      log.put("a", "1").put("a", "2").roll();
      log.transactional(7, "b", "1").put("c", "1").roll();
      log.put("d", "1");
    }
    LogDirProbe probe = new LogDirProbe(new LocalFileSystem(), clock, other, COMPACTED, Map::of);
    PartitionView view = look(probe);

    assertThat(view.files().get().orElseThrow().firstUncleanableOffset()).hasValue(2);
    OpenTransaction open = view.pinnedBy().get().orElseThrow().get(0);
    assertThat(open.producerId()).isEqualTo(7);
    assertThat(open.startOffset()).isEqualTo(2);
    assertThat(open.source()).isEqualTo(Source.LOG_DIR);
  }

  @Test
  void look_transactionEndedInTheActiveSegment_holdsNothingBack() throws IOException {
    Path other = dir.resolve("other");
    Files.createDirectory(other);
    try (ScriptedLog log = ScriptedLog.in(other, Map.of("cleanup.policy", "compact"))) {
      log.put("a", "1").put("a", "2").roll();
      log.transactional(7, "b", "1").put("c", "1").roll();
      log.commit(7).put("d", "1");
    }
    LogDirProbe probe = new LogDirProbe(new LocalFileSystem(), clock, other, COMPACTED, Map::of);
    PartitionView view = look(probe);

    assertThat(view.files().get().orElseThrow().firstUncleanableOffset()).hasValue(4);
    assertThat(view.pinnedBy().get().orElseThrow()).isEmpty();
  }

  private static AdminPartition admin(Map<String, String> config) {
    Map<String, ConfigValue> values = new HashMap<>();
    config.forEach((key, text) -> values.put(key, new ConfigValue(text, ConfigValue.Origin.TOPIC)));
    return new AdminPartition(
        Seen.known(new TopicConfig(values), 1),
        Seen.notAsked(Source.ADMIN),
        Seen.notAsked(Source.ADMIN),
        Seen.notAsked(Source.ADMIN));
  }

  private static Eligibility.Kind kind(LogDirProbe probe) throws IOException {
    return look(probe).files().get().orElseThrow().eligibility().kind();
  }

  private LogDirProbe probe() {
    return new LogDirProbe(new LocalFileSystem(), clock, dir, COMPACTED, Map::of);
  }

  private static PartitionView look(LogDirProbe probe) throws IOException {
    return probe.look().partitions().get(PARTITION);
  }

  private Decision.Clean engine() throws IOException {
    PartitionJob job =
        new PartitionJob(
            new LocalFileSystem(),
            new LogDirReader(new LocalFileSystem()).read(dir),
            COMPACTED,
            new HighWatermarkChoice.LogEnd(),
            new CleanRequest(clock.nowMs(), false, true, false, true, UnkeyedPolicy.DROP, true),
            PartitionJob.Tail.BEING_WRITTEN);
    PartitionJob.Assessment.Decided decided =
        (PartitionJob.Assessment.Decided) job.assess(ScriptedLog.partition(dir));
    return (Decision.Clean) decided.decision();
  }

  private void checkpoint(long offset) throws IOException {
    Files.writeString(
        dir.resolve("cleaner-offset-checkpoint"), "0\n1\nscripted 0 " + offset + "\n");
  }

  private List<String> listing() throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files
          .map(
              path -> {
                try {
                  return path + " " + Files.size(path) + " " + Files.getLastModifiedTime(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .sorted()
          .toList();
    }
  }
}
