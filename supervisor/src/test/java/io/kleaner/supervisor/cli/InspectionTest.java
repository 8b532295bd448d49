// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.supervisor.cli.FailingDisk.Op;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that only look, on recorded log directories. */
class InspectionTest {

  @TempDir private Path temp;

  @Test
  void plan_logDirectory_changesNothingAndTellsWhyNot() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    Map<String, String> before = Tree.of(temp);

    Cli.Run run = Cli.run("plan", logDir);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("my-topic-0: not now: ", "no known cleanup.policy", "--topic");
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @Test
  void plan_exact_countsTombstonesKeysAndRoomAsTheyAre() throws IOException {
    Path partition = Fixtures.unpack("g-tombstones", temp).resolve("tombstones-0");
    Map<String, String> before = Tree.of(temp);

    JsonNode exact =
        Cli.run("plan", "--exact", "--json", partition).json().at("/partitions/0/exact");
    JsonNode done = Cli.run("compact", "--dry-run", "--json", partition).json().at("/partitions/0");

    assertThat(exact.at("/reclaimableBytes").asLong())
        .isEqualTo(done.at("/bytesBefore").asLong() - done.at("/bytesAfter").asLong());
    assertThat(exact.at("/reclaimableRecords").asLong())
        .isEqualTo(done.at("/recordsBefore").asLong() - done.at("/recordsKept").asLong());
    assertThat(exact.at("/tombstones").asLong())
        .isEqualTo(tombstonesBelow(partition, done.at("/endOffset").asLong()));
    assertThat(exact.at("/oldestTombstoneDays").asDouble())
        .isGreaterThanOrEqualTo(exact.at("/newestTombstoneDays").asDouble());
    long log = done.at("/bytesBefore").asLong();
    assertThat(exact.at("/peakExtraDiskBytes").asLong()).isBetween(log, log + log / 10);
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  private static long tombstonesBelow(Path partition, long offset) {
    return Cli.run("dump", "--records", "--json", partition)
        .out()
        .lines()
        .filter(line -> line.contains("\"kind\":\"record\"") && line.contains("\"valueBytes\":-1"))
        .map(line -> new Cli.Run(0, line, "").json())
        .filter(record -> record.get("offset").asLong() < offset)
        .count();
  }

  @Test
  void plan_exact_hashesKeysUnlessTheyAreAskedFor() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    String dump = Cli.run("dump", "--records", "--keys", "--json", partition).out();

    JsonNode hashed = Cli.run("plan", "--exact", "--json", partition).json();
    JsonNode shown = Cli.run("plan", "--exact", "--show-keys", "--json", partition).json();

    String key = shown.at("/partitions/0/exact/mostOverwrittenKeys/0/keyHex").asText();
    assertThat(dump).contains("\"keyHex\":\"" + key + "\"");
    assertThat(hashed.toString()).doesNotContain("keyHex", key);
    String hash = hashed.at("/partitions/0/exact/mostOverwrittenKeys/0/keySha256").asText();
    assertThat(hash)
        .isEqualTo(io.kleaner.core.oracle.Checksum.sha256(HexFormat.of().parseHex(key)));
  }

  @Test
  void plan_exactWithUnkeyedRecords_namesTheirOffsets() throws IOException {
    Path partition = Fixtures.unpack("l-nullkeys", temp).resolve("nullkeys-0");

    Cli.Run run = Cli.run("plan", "--exact", partition);

    assertThat(run.out()).contains("without a key: 530 records, first at offsets [12, 20");
  }

  @Test
  void plan_oneBadPartition_isToldAndOthersPlanned() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    SegmentSurgery active = SegmentSurgery.on(logDir.resolve("my-topic-0"), 1560);
    active.cutTo(active.size() - 3).done();

    Cli.Run run = Cli.run("plan", "--topic", "my-topic", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.out()).contains("my-topic-0: would be refused", "1. my-topic-1: 100.0 % dirty");
  }

  @Test
  void check_flippedValueByte_isFoundFromLevelTwoOn() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    SegmentSurgery segment = SegmentSurgery.on(partition, 0);
    segment.flip(segment.batches().get(1) + 80).done();
    Map<String, String> before = Tree.of(temp);

    assertThat(Cli.run("check", "--level", "1", partition).exit()).isZero();
    Cli.Run two = Cli.run("check", partition);
    assertThat(two.exit()).isEqualTo(1);
    assertThat(two.out())
        .contains("ERROR CRC_MISMATCH in plain-0/00000000000000000000.log at byte ");
    assertThat(Cli.run("check", "--level", "3", partition).exit()).isEqualTo(1);
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @Test
  void check_recordsThatAreNone_areFoundAtLevelThree() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    SegmentSurgery segment = SegmentSurgery.on(partition, 0);
    segment.putAttributes(segment.batches().get(1), 1).done();

    assertThat(Cli.run("check", "--level", "2", partition).exit()).isZero();
    Cli.Run run = Cli.run("check", "--level", "3", partition);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).contains("ERROR CORRUPT_RECORDS");
  }

  @Test
  void check_unreadablePartition_isAFindingAndOthersAreChecked() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == Op.LIST && path.endsWith("my-topic-0")) {
                throw new java.nio.file.AccessDeniedException(path.toString());
              }
            });

    Cli.Run run = Cli.runOn(disk, "check", logDir);

    assertThat(run.exit()).as(run.all()).isEqualTo(1);
    assertThat(run.out())
        .contains("ERROR UNREADABLE", "permission denied for ", "my-topic-1: 0 findings")
        .doesNotContain("AccessDeniedException");
  }

  @Test
  void dump_keysAndValues_areShownOnlyOnRequest() throws IOException {
    Path file = SegmentSurgery.log(Fixtures.unpack("a-plain", temp).resolve("plain-0"), 0);

    assertThat(Cli.run("dump", file).out()).contains("batch position=0").doesNotContain("record ");
    assertThat(Cli.run("dump", "--records", file).out())
        .contains("record offset=0")
        .doesNotContain("keyHex", "valueHex");
    assertThat(Cli.run("dump", "--records", "--keys", file).out())
        .contains("keyHex=")
        .doesNotContain("valueHex");
    assertThat(Cli.run("dump", "--records", "--values", file).out()).contains("valueHex=");
  }

  @Test
  void dump_jsonOfDirectoryAndFiles_eachLineSaysWhichFileItIsOf() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    Path partition = logDir.resolve("my-topic-0");
    Path other = SegmentSurgery.log(logDir.resolve("my-topic-1"), 0);
    Path index = logDir.resolve("my-topic-1/00000000000000000000.index");

    String dump = Cli.run("dump", "--json", "--records", partition, other, index).out();

    Map<String, Set<String>> kinds = new HashMap<>();
    for (String line : dump.lines().toList()) {
      JsonNode node = new Cli.Run(0, line, "").json();
      kinds
          .computeIfAbsent(node.get("file").asText(), file -> new HashSet<>())
          .add(node.get("kind").asText());
    }
    assertThat(kinds)
        .containsEntry(SegmentSurgery.log(partition, 0).toString(), Set.of("batch", "record"))
        .containsEntry(SegmentSurgery.log(partition, 387).toString(), Set.of("batch", "record"))
        .containsEntry(other.toString(), Set.of("batch", "record"))
        .containsEntry(index.toString(), Set.of("offset-index-entry"));
  }

  @Test
  void dump_oldFormat_showsItsRecords() throws IOException {
    Path partition = Fixtures.unpack("q-v1", temp).resolve("v1-gzip-0");

    Cli.Run run = Cli.run("dump", "--records", partition);

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("magic=1 codec=gzip", "record offset=0");
  }

  @Test
  void dump_brokenBatch_showsWhatIsBeforeAndFails() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    SegmentSurgery segment = SegmentSurgery.on(partition, 0);
    int second = segment.batches().get(1);
    segment.flip(second + 80).done();

    Cli.Run run = Cli.run("dump", SegmentSurgery.log(partition, 0));

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).contains("batch position=0");
    assertThat(run.err()).contains("CRC mismatch", "at byte " + second);
  }

  @Test
  void dump_directoryWithoutSegments_isRefused() throws IOException {
    Path logDir = Fixtures.unpack("a-plain", temp);

    Cli.Run run = Cli.run("dump", logDir);

    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.err()).contains("holds no segment");
  }

  @Test
  void dump_readerThatHasGone_stopsReading() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    AtomicLong reads = new AtomicLong();
    FailingDisk disk =
        new FailingDisk(
            new LocalFileSystem(),
            (op, path) -> {
              if (op == Op.READ) {
                reads.incrementAndGet();
              }
            });
    PrintWriter gone =
        new PrintWriter(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
              }
            },
            true,
            java.nio.charset.StandardCharsets.UTF_8);

    int exit =
        Main.run(
            new Terminal(gone, new PrintWriter(new java.io.StringWriter()), false),
            new Interrupts(),
            disk,
            "dump",
            partition.toString());

    assertThat(exit).isZero();
    assertThat(reads).hasValueLessThan(2);
  }

  @Test
  void diff_beforeAndAfterAClean_isTheSame() throws IOException {
    Path before = Fixtures.unpack("j-transactions", temp.resolve("a"));
    Path after = Fixtures.unpack("j-transactions", temp.resolve("b"));
    assertThat(Cli.run("compact", "--topic", "transactions", after).exit()).isZero();

    Cli.Run run = Cli.run("diff", before, after);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(run.out()).contains("transactions-0: same, ", "transactions-1: same, ");
  }

  @Test
  void diff_lostSegment_isTold() throws IOException {
    Path before = Fixtures.unpack("a-plain", temp.resolve("a")).resolve("plain-0");
    Path after = Fixtures.unpack("a-plain", temp.resolve("b")).resolve("plain-0");
    String last =
        Tree.names(after).stream()
            .filter(n -> n.endsWith(".log"))
            .reduce((a, b) -> b)
            .orElseThrow();
    Files.delete(after.resolve(last));

    Cli.Run run = Cli.run("diff", before, after);

    assertThat(run.exit()).as(run.all()).isEqualTo(1);
    assertThat(run.out()).contains("plain-0: ", " differences", "log end offset");
  }

  @Test
  void diff_onePartitionThatCannotBeRead_othersAreCompared() throws IOException {
    Path a = Fixtures.unpack("o-names", temp.resolve("a"));
    Path b = Fixtures.unpack("o-names", temp.resolve("b"));
    SegmentSurgery segment = SegmentSurgery.on(b.resolve("my-topic-0"), 387);
    segment.flip(segment.batches().get(1) + 70).done();
    Files.writeString(b.resolve("my-topic-1/00000000000000000000.log.swap"), "");

    Cli.Run run = Cli.run("diff", "--json", a, b);

    assertThat(run.exit()).as(run.all()).isEqualTo(1);
    assertThat(run.err())
        .contains("my-topic-0 cannot be compared: CRC mismatch", "my-topic-1 cannot be compared");
    assertThat(run.json().at("/same").asBoolean()).isFalse();
    Map<String, JsonNode> byName = new HashMap<>();
    run.json().at("/partitions").forEach(each -> byName.put(each.get("partition").asText(), each));
    assertThat(byName.get("my-topic-0").get("reason").asText()).contains("CRC mismatch");
    assertThat(byName.get("my-topic-1").get("nextStep").asText()).contains("kleaner recover");
    assertThat(byName.get("my-topic-2").get("same").asBoolean()).isTrue();
  }
}
