// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kleaner.core.oracle.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripts hold on to the names of fields: none goes or changes unseen. */
class JsonTest {

  private static final String BOUNDS =
      "bounds.firstDirtyOffset bounds.upperBoundOffset bounds.firstUncleanableOffset"
          + " bounds.highWatermark bounds.highWatermarkSource bounds.lastStableOffset"
          + " bounds.limitedBy bounds.warnings";

  @TempDir private Path temp;
  private Path logDir;
  private Path partition;

  @BeforeEach
  void unpack() throws IOException {
    logDir = Fixtures.unpack("l-nullkeys", temp);
    partition = logDir.resolve("nullkeys-0");
  }

  @Test
  void compact_cleaned_hasItsFields() {
    JsonNode json = Cli.run("compact", "--json", "--drop-unkeyed", partition).json();

    assertNames(
        json,
        "dryRun partitions unusable cleaned notCleaned refused failed bytesBefore bytesAfter");
    assertNames(
        json.at("/partitions/0"),
        "partition status endOffset bytesBefore bytesAfter recordsBefore recordsKept unkeyedFound"
            + " removed.superseded removed.aborted removed.expiredTombstones removed.unkeyed"
            + " removed.markers batches.kept batches.rewritten batches.converted batches.emptied"
            + " batches.dropped segmentsBefore segmentsAfter segmentsUntouched keys keyMapBytes"
            + " recordBitsBytes spilledBytes bytesRead bytesWritten durationMs bytesPerSecond scanMs copyMs"
            + " reshaped.batchesMerged reshaped.batchesMade reshaped.rebatchSavedBytes"
            + " reshaped.batchesRecompressed reshaped.recompressSavedBytes"
            + " reshaped.batchesNotSmaller "
            + BOUNDS);
    assertThat(json.at("/partitions/0/status").asText()).isEqualTo("cleaned");
  }

  @Test
  void compact_durationAndSpeed_areThoseOfBothPasses() throws IOException {
    Path large = ManyKeys.in(temp.resolve("many"));

    JsonNode entry = Cli.run("compact", "--json", large).json().at("/partitions/0");

    long durationMs = entry.at("/durationMs").asLong();
    long passesMs = entry.at("/scanMs").asLong() + entry.at("/copyMs").asLong();
    assertThat(durationMs).isPositive().isBetween(passesMs, passesMs + 1);
    // The duration is cut to a whole millisecond, the speed is not.
    assertThat(entry.at("/bytesPerSecond").asLong())
        .isBetween(
            entry.at("/bytesBefore").asLong() * 1000 / (durationMs + 1),
            entry.at("/bytesBefore").asLong() * 1000 / durationMs);
  }

  @Test
  void compact_refused_hasItsFields() {
    Cli.Run run = Cli.run("compact", "--json", partition);

    assertThat(run.exit()).isEqualTo(3);
    assertNames(run.json().at("/partitions/0"), "partition status reason nextStep");
  }

  @Test
  void compact_notCleaned_hasItsFields() {
    JsonNode entry = Cli.run("compact", "--json", logDir).json().at("/partitions/0");

    assertNames(entry, "partition status reasonCode reason");
    assertThat(entry.at("/reasonCode").asText()).isEqualTo("unknown-policy");
  }

  @Test
  void anyCommand_unusableDirectory_isInTheDocument() {
    for (String command : List.of("compact", "plan", "check", "recover")) {
      Cli.Run run = Cli.run(command, "--json", temp.resolve("nowhere"));

      assertThat(run.exit()).isEqualTo(3);
      assertNames(run.json().at("/unusable/0"), "directory reason nextStep");
    }
  }

  @Test
  void plan_exact_hasItsFields() {
    JsonNode json = Cli.run("plan", "--json", "--exact", "--drop-unkeyed", partition).json();

    assertNames(json, "partitions unusable wouldBeCleaned wouldRefuse others");
    assertNames(
        json.at("/partitions/0"),
        "partition status order dirtyRatio dirtyBytes overdue segments groups peakExtraDiskBytes"
            + " usableDiskBytes fits brokerWouldCleanNow exact.reclaimableBytes"
            + " exact.reclaimableRecords exact.keys exact.spillBytes exact.peakExtraDiskBytes"
            + " exact.tombstones exact.oldestTombstoneDays exact.newestTombstoneDays exact.unkeyed"
            + " exact.firstUnkeyedOffsets exact.keyCountsAreExact exact.mostOverwrittenKeys "
            + BOUNDS);
    assertNames(json.at("/partitions/0/exact/mostOverwrittenKeys/0"), "keySha256 count");
  }

  @Test
  void plan_refusedByTheData_hasItsFields() {
    JsonNode json = Cli.run("plan", "--json", "--exact", partition).json();

    assertNames(
        json.at("/partitions/0"),
        "partition status reason nextStep exactProblem exact.tombstones"
            + " exact.oldestTombstoneDays exact.newestTombstoneDays exact.unkeyed"
            + " exact.firstUnkeyedOffsets exact.keyCountsAreExact exact.mostOverwrittenKeys "
            + BOUNDS);
  }

  @Test
  void check_findings_haveTheirFields() throws IOException {
    SegmentSurgery segment = SegmentSurgery.on(partition, 0);
    segment.flip(segment.batches().get(1) + 70).done();

    Cli.Run run = Cli.run("check", "--json", partition);

    assertThat(run.exit()).isEqualTo(1);
    assertNames(run.json(), "level partitions unusable");
    assertNames(
        run.json().at("/partitions/0"), "partition segments batches records bytes findings");
    assertNames(
        run.json().at("/partitions/0/findings/0"),
        "severity kind file position offset expected actual nextStep");
  }

  @Test
  void diff_unusableDirectory_isInTheDocument() {
    Path nowhere = temp.resolve("nowhere");
    for (Cli.Run run :
        List.of(
            Cli.run("diff", "--json", nowhere, partition),
            Cli.run("diff", "--json", partition, nowhere))) {
      assertThat(run.exit()).isEqualTo(3);
      assertThat(run.json().at("/same").asBoolean(true)).isFalse();
      assertThat(run.json().at("/partitions")).isEmpty();
      assertThat(run.json().at("/unusable/0/directory").asText()).isEqualTo(nowhere.toString());
      assertNames(run.json().at("/unusable/0"), "directory reason nextStep");
    }
  }

  @Test
  void diff_different_hasItsFields() throws IOException {
    Path other = Fixtures.unpack("a-plain", temp.resolve("other")).resolve("plain-0");

    Cli.Run run = Cli.run("diff", "--json", partition, other);

    assertThat(run.exit()).isEqualTo(1);
    assertNames(run.json(), "same partitions unusable");
    assertNames(
        run.json().at("/partitions/0"), "partition same differences keysLeft keysRight shown");
    assertNames(run.json().at("/partitions/0/shown/0"), "kind left right");
  }

  @Test
  void recover_nothing_hasItsFields() {
    JsonNode json = Cli.run("recover", "--json", partition).json();

    assertNames(json, "partitions unusable");
    assertNames(json.at("/partitions/0"), "partition result explanation");
  }

  @Test
  void dump_everyLine_isADocument() throws IOException {
    List<String> lines =
        Cli.run("dump", "--json", "--records", "--keys", "--values", partition)
            .out()
            .lines()
            .toList();

    ObjectMapper mapper = new ObjectMapper();
    Set<String> batch = new TreeSet<>();
    Set<String> rec = new TreeSet<>();
    for (String line : lines) {
      JsonNode node = mapper.readTree(line);
      node.fieldNames()
          .forEachRemaining(
              name -> (node.get("kind").asText().equals("batch") ? batch : rec).add(name));
    }
    assertThat(batch)
        .containsExactlyInAnyOrder(
            "kind file position size baseOffset lastOffset magic codec timestampType maxTimestamp records leaderEpoch producerId producerEpoch baseSequence transactional control crc"
                .split(" ", -1));
    assertThat(rec)
        .containsExactlyInAnyOrder(
            "kind file offset timestamp keyBytes valueBytes keyHex valueHex headersHex"
                .split(" ", -1));
  }

  @Test
  void everyCommand_json_printsNothingElse() throws IOException {
    Files.delete(logDir.resolve("replication-offset-checkpoint"));

    Cli.Run run = Cli.run("compact", "--json", partition);

    assertThat(run.json().at("/refused").asInt()).isEqualTo(1);
    assertThat(run.err()).isEmpty();
  }

  /** Names of an object's fields, those of objects within by a path. */
  private static void assertNames(JsonNode node, String names) {
    Set<String> actual = new TreeSet<>();
    collect(node, "", actual);
    assertThat(actual)
        .as(node.toString())
        .isEqualTo(new TreeSet<>(Arrays.asList(names.split(" ", -1))));
  }

  private static void collect(JsonNode node, String prefix, Set<String> into) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (field.getValue().isObject()) {
        collect(field.getValue(), prefix + field.getKey() + ".", into);
      } else {
        into.add(prefix + field.getKey());
      }
    }
  }
}
