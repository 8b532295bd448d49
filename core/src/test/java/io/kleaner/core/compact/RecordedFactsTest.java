// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.LogDirReader;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.ProducerReplay;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.policy.Bounds;
import io.kleaner.core.policy.CleanPolicy;
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.policy.PartitionFacts;
import io.kleaner.core.policy.UnkeyedPolicy;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.TopicSetting;
import io.kleaner.core.settings.TopicSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What is gathered about a partition against what real brokers and Kafka's cleaner recorded. */
class RecordedFactsTest {

  private static final long EXPIRATION_MS = 86_400_000;

  @SuppressWarnings("unused")
  private static final List<String> NAMES = Fixtures.NAMES;

  private final LocalFileSystem fileSystem = new LocalFileSystem();

  @TempDir private Path temp;

  @ParameterizedTest
  @FieldSource("NAMES")
  void read_recordedDirectory_listsPartitionsAndNothingElse(String name) throws IOException {
    LogDir logDir = new LogDirReader(fileSystem).read(Fixtures.unpack(name, temp));
    JsonNode manifest = Fixtures.manifest(name);
    List<String> expected =
        StreamSupport.stream(
                ((Iterable<String>) () -> manifest.get("partitions").fieldNames()).spliterator(),
                false)
            .toList();

    assertThat(logDir.kind()).isEqualTo(LogDir.Kind.LOG_DIRECTORY);
    assertThat(logDir.cleanShutdown()).isTrue();
    assertThat(logDir.partitions())
        .extracting(path -> path.getFileName().toString())
        .containsAll(expected)
        .filteredOn(each -> !each.startsWith("__"))
        .hasSameSizeAs(expected);
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void read_recordedPartition_segmentsAndOffsetsAreTheBrokers(String name) throws IOException {
    PartitionSurvey survey = survey(Fixtures.unpack(name, temp));
    for (Map.Entry<String, JsonNode> each :
        Fixtures.manifest(name).get("partitions").properties()) {
      PartitionLog log = survey.read(temp.resolve("log-dir").resolve(each.getKey()));
      JsonNode recorded = each.getValue();

      assertThat(log.segments())
          .as(each.getKey())
          .extracting(RecordedFactsTest::describe)
          .containsExactlyElementsOf(
              StreamSupport.stream(recorded.get("segments").spliterator(), false)
                  .map(JsonNode::toString)
                  .toList());
      assertThat(log.logStartOffset()).isEqualTo(recorded.get("logStartOffset").asLong());
      assertThat(log.logEndOffset()).isEqualTo(recorded.get("logEndOffset").asLong());
      assertThat(log.tornTail()).isEmpty();
      assertThat(log.warnings()).isEmpty();
    }
  }

  private static String describe(Segment segment) {
    return "[\"%020d.log\",%d,%d]"
        .formatted(segment.baseOffset(), segment.logBytes(), segment.lastModifiedMs() / 1000);
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void facts_everyRecordedFirstPass_boundsAreKafkas(String name) throws IOException {
    PartitionSurvey survey = survey(Fixtures.unpack(name, temp));
    for (JsonNode variant : Fixtures.manifest(name).get("kafkaCleaner").get("passes")) {
      for (JsonNode pass : variant) {
        if (pass.get("pass").asInt() != 1) {
          continue;
        }
        PartitionFacts facts = facts(survey, pass);

        assertThat(facts.highWatermark().offset())
            .as(pass.toString())
            .isEqualTo(pass.get("highWatermark").asLong());
        assertThat(facts.lastStableOffset())
            .as(pass.toString())
            .isEqualTo(pass.get("lastStableOffset").asLong());
        JsonNode checkpoint = pass.get("cleanerCheckpoint");
        assertThat(facts.cleanerCheckpoint())
            .as(pass.toString())
            .isEqualTo(
                checkpoint.isNull() ? OptionalLong.empty() : OptionalLong.of(checkpoint.asLong()));
        Bounds bounds = bounds(facts, pass.get("nowMs").asLong());
        assertThat(bounds.firstDirtyOffset())
            .as(pass.toString())
            .isEqualTo(pass.get("firstDirtyOffset").asLong());
        assertThat(bounds.firstUncleanableOffset())
            .as(pass.toString())
            .isEqualTo(pass.get("uncleanableOffsetRaw").asLong());
        assertThat(bounds.upperBoundOffset())
            .as(pass.toString())
            .isEqualTo(pass.get("firstUncleanableOffset").asLong());
      }
    }
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void replay_everyRecordedFirstPass_asManyProducersAsKafkaLoaded(String name) throws IOException {
    PartitionSurvey survey = survey(Fixtures.unpack(name, temp));
    for (JsonNode variant : Fixtures.manifest(name).get("kafkaCleaner").get("passes")) {
      for (JsonNode pass : variant) {
        if (pass.get("pass").asInt() == 1) {
          PartitionFacts facts = facts(survey, pass);
          assertThat(facts.activeProducers())
              .as(pass.toString())
              .hasSize(pass.get("activeProducersLoaded").asInt());
          assertThat(facts.warnings()).as(pass.toString()).isEmpty();
        }
      }
    }
  }

  /** Snapshots lie at every segment: whichever a replay begins with, it must end alike. */
  @ParameterizedTest
  @FieldSource("NAMES")
  void replay_fromAnyOlderSnapshot_endsWithTheSameProducers(String name) throws IOException {
    PartitionSurvey survey = survey(Fixtures.unpack(name, temp));
    for (Map.Entry<String, JsonNode> each :
        Fixtures.manifest(name).get("partitions").properties()) {
      PartitionLog log = survey.read(temp.resolve("log-dir").resolve(each.getKey()));
      boolean cleanedBefore = !each.getValue().get("cleanerCheckpoint").isNull();
      if (cleanedBefore) {
        // Emptied control batches don't move epochs: an older snapshot is not equivalent.
        continue;
      }
      ProducerReplay.Producers newest =
          new ProducerReplay(fileSystem, log).upTo(log.logEndOffset(), 0, EXPIRATION_MS);
      for (int left = log.snapshotOffsets().size() - 1; left >= 0; left--) {
        PartitionLog older =
            new PartitionLog(
                log.dir(),
                log.partition(),
                log.segments(),
                log.snapshotOffsets().subList(0, left),
                log.logStartOffset(),
                log.logEndOffset(),
                log.tornTail(),
                log.topicId(),
                log.unusableIndexes(),
                log.warnings());

        ProducerReplay.Producers replayed =
            new ProducerReplay(fileSystem, older).upTo(log.logEndOffset(), 0, EXPIRATION_MS);

        assertThat(replayed.producers())
            .as("%s with the oldest %d snapshots", each.getKey(), left)
            .isEqualTo(newest.producers());
      }
    }
  }

  private PartitionSurvey survey(Path dir) throws IOException {
    return new PartitionSurvey(fileSystem, new LogDirReader(fileSystem).read(dir));
  }

  private PartitionFacts facts(PartitionSurvey survey, JsonNode pass) throws IOException {
    Path dir = temp.resolve("log-dir").resolve(pass.get("partition").asText());
    return survey.facts(
        survey.read(dir),
        new HighWatermarkChoice.Checkpoint(),
        pass.get("nowMs").asLong(),
        EXPIRATION_MS);
  }

  private static Bounds bounds(PartitionFacts facts, long nowMs) {
    TopicSettings settings =
        TopicSettings.of(
            Map.of(TopicSetting.CLEANUP_POLICY, new TopicSettings.Value("compact", Origin.FLAG)));
    CleanRequest request =
        new CleanRequest(nowMs, false, false, true, true, UnkeyedPolicy.DROP, true);
    Decision decision = CleanPolicy.decide(facts, settings, request);
    if (decision instanceof Decision.Clean clean) {
      return clean.bounds();
    }
    return ((Decision.NotNow) decision).bounds().orElseThrow();
  }
}
