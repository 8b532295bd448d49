// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.core.oracle.ScriptedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code plan} says what {@code compact} would, and its exit code says the same. */
class PlanCommandTest {

  private static final long SEGMENT = 387;

  /**
   * More than the segments of {@link ManyKeys} take, and what is claimed for its keys, by itself.
   */
  private static final long ROOM_FOR_EITHER = 17L << 20;

  @TempDir private Path temp;

  @Test
  void plan_brokerDidNotStopCleanly_saysThatCompactRefuses() throws IOException {
    Path logDir = crashed();
    Map<String, String> before = Tree.of(temp);

    Cli.Run plan = Cli.run("plan", "--topic", "my-topic", logDir);
    Cli.Run compact = Cli.run("compact", "--topic", "my-topic", logDir);

    assertThat(plan.exit()).as(plan.all()).isEqualTo(3).isEqualTo(compact.exit());
    assertThat(plan.err()).contains("has not stopped cleanly").isEqualTo(compact.err());
    assertThat(plan.out()).contains("my-topic-0: 100.0 % dirty");
    assertThat(Tree.of(temp)).isEqualTo(before);
  }

  @Test
  void plan_brokerDidNotStopCleanlyAsJson_namesTheDirectory() throws IOException {
    Path logDir = crashed();

    JsonNode json = Cli.run("plan", "--json", "--topic", "my-topic", logDir).json();

    assertThat(json.at("/wouldRefuse/0/directory").asText()).isEqualTo(logDir.toString());
    assertThat(json.at("/wouldRefuse/0/nextStep").asText()).contains("--after-crash");
    assertThat(json.at("/wouldBeCleaned").asInt()).isEqualTo(2);
  }

  @Test
  void plan_afterCrash_readsEveryByteAsCompactDoes() throws IOException {
    Path logDir = crashed();
    SegmentSurgery segment = SegmentSurgery.on(logDir.resolve("my-topic-0"), SEGMENT);
    segment.flip(segment.batches().get(3) + 70).done();

    Cli.Run quick = Cli.run("plan", "--topic", "my-topic", logDir);
    Cli.Run checked = Cli.run("plan", "--after-crash", "--topic", "my-topic", logDir);

    assertThat(quick.out()).contains("my-topic-0: 100.0 % dirty");
    assertThat(checked.exit()).as(checked.all()).isEqualTo(3);
    assertThat(checked.out())
        .contains("my-topic-0: would be refused: ERROR CRC_MISMATCH", "my-topic-1: 100.0 % dirty");
    assertThat(checked.err()).isEmpty();
  }

  @Test
  void dryRun_brokerDidNotStopCleanly_isRefusedAsTheCleanIs() throws IOException {
    Path logDir = crashed();

    Cli.Run dry = Cli.run("compact", "--dry-run", "--topic", "my-topic", logDir);

    assertThat(dry.exit()).as(dry.all()).isEqualTo(3);
    assertThat(dry.err()).contains("has not stopped cleanly");
  }

  @Test
  void plan_exactOfACorruptBatch_exitsAsCompactDoes() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    SegmentSurgery segment = SegmentSurgery.on(logDir.resolve("my-topic-0"), SEGMENT);
    segment.flip(segment.batches().get(3) + 70).done();

    Cli.Run plan = Cli.run("plan", "--exact", "--json", "--topic", "my-topic", logDir);

    assertThat(plan.exit()).as(plan.all()).isEqualTo(3);
    assertThat(plan.json().at("/partitions").findValuesAsText("exactProblem"))
        .singleElement()
        .asString()
        .contains("CRC mismatch");
    assertThat(plan.json().at("/partitions").findValues("exact")).hasSize(1);
  }

  @Test
  void plan_exactWithAbortedRecords_countsThemAsCompactDoes() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(temp, Map.of())) {
      log.put("a", "1")
          .transactional(7, null, "unkeyed, aborted")
          .transactional(7, "a", null)
          .transactional(7, "b", null)
          .abort(7)
          .put("a", null)
          .roll()
          .put("z", "1");
    }
    Path partition = ScriptedLog.partition(temp);

    Cli.Run plan = Cli.run("plan", "--exact", "--json", partition);

    JsonNode exact = plan.json().at("/partitions/0/exact");
    assertThat(exact.at("/unkeyed").asLong()).isZero();
    assertThat(exact.at("/tombstones").asLong()).isEqualTo(1);
    assertThat(exact.at("/mostOverwrittenKeys/0/count").asLong()).isEqualTo(2);
    assertThat(Cli.run("compact", partition).exit()).isZero();
  }

  @Test
  void plan_exactWithUnkeyedRecords_refusesAsCompactDoes() throws IOException {
    Path partition = Fixtures.unpack("l-nullkeys", temp).resolve("nullkeys-0");

    Cli.Run plan = Cli.run("plan", "--exact", "--json", partition);
    Cli.Run compact = Cli.run("compact", "--json", partition);

    JsonNode entry = plan.json().at("/partitions/0");
    JsonNode done = compact.json().at("/partitions/0");
    assertThat(plan.exit()).as(plan.all()).isEqualTo(3).isEqualTo(compact.exit());
    assertThat(entry.at("/status").asText()).isEqualTo("refused");
    assertThat(entry.at("/reason")).isEqualTo(done.at("/reason"));
    assertThat(entry.at("/nextStep")).isEqualTo(done.at("/nextStep"));
    assertThat(entry.at("/exact/unkeyed").asInt()).isEqualTo(530);
    assertThat(entry.at("/exact").has("reclaimableBytes")).isFalse();
    assertThat(plan.json().at("/wouldBeCleaned").asInt()).isZero();
    assertThat(plan.json().at("/others").asInt()).isEqualTo(1);
  }

  @Test
  void plan_exactWithUnkeyedRecordsAsText_saysWhyAndWhatToDo() throws IOException {
    Path partition = Fixtures.unpack("l-nullkeys", temp).resolve("nullkeys-0");

    Cli.Run plan = Cli.run("plan", "--exact", partition);

    assertThat(plan.exit()).as(plan.all()).isEqualTo(3);
    assertThat(plan.out())
        .startsWith("nullkeys-0: would be refused: 530 records without a key would be dropped")
        .contains("run again with --drop-unkeyed", "overwritten ")
        .doesNotContain("% dirty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--drop-unkeyed", "--keep-unkeyed"})
  void plan_exactSaidWhatBecomesOfUnkeyed_isThePlanOfThatClean(String flag) throws IOException {
    Path partition = Fixtures.unpack("l-nullkeys", temp).resolve("nullkeys-0");

    Cli.Run plan = Cli.run("plan", "--exact", "--json", flag, partition);
    JsonNode done = Cli.run("compact", "--json", flag, partition).json().at("/partitions/0");

    JsonNode entry = plan.json().at("/partitions/0");
    assertThat(plan.exit()).as(plan.all()).isZero();
    assertThat(entry.at("/status").asText()).isEqualTo("would-be-cleaned");
    assertThat(entry.at("/exact/reclaimableRecords").asLong())
        .isPositive()
        .isEqualTo(done.at("/recordsBefore").asLong() - done.at("/recordsKept").asLong());
  }

  @Test
  void plan_diskWithoutRoom_saysThatItDoesNotFit() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    FailingDisk full = FailingDisk.withUsableBytes(new LocalFileSystem(), 1000);

    for (List<String> exact : List.of(List.<String>of(), List.of("--exact"))) {
      Cli.Run text = planOn(full, exact, partition);
      JsonNode entry = planOn(full, append(exact, "--json"), partition).json().at("/partitions/0");

      assertThat(text.out()).contains("1000 B are free: DOES NOT FIT");
      assertThat(entry.at("/fits").asBoolean(true)).isFalse();
      assertThat(entry.at("/usableDiskBytes").asLong()).isEqualTo(1000);
      assertThat(entry.at("/peakExtraDiskBytes").asLong()).isGreaterThan(1000);
    }
    assertThat(planOn(new LocalFileSystem(), List.of(), partition).out())
        .contains(" are free")
        .doesNotContain("DOES NOT FIT");
  }

  @Test
  void plan_roomForSegmentsOnly_isRevisedOnceTheSpillIsKnown() throws IOException {
    Path partition = ManyKeys.in(temp);
    FailingDisk tight = FailingDisk.withUsableBytes(new LocalFileSystem(), ROOM_FOR_EITHER);
    List<String> exact = List.of("--exact", "--memory", "1m");

    assertThat(planOn(tight, List.of(), partition).out())
        .contains("not counting what --memory has no room for")
        .doesNotContain("DOES NOT FIT");
    assertThat(fits(tight, List.of("--json"), partition)).isTrue();
    assertThat(planOn(tight, exact, partition).out())
        .contains(" for what --memory has no room for; ", " are free: DOES NOT FIT");
    assertThat(fits(tight, append(exact, "--json"), partition)).isFalse();
    assertThat(Cli.runOn(tight, "compact", "--memory", "1m", partition).exit()).isEqualTo(3);
    assertThat(fits(tight, List.of("--exact", "--json"), partition)).isTrue();
  }

  @Test
  void roomNeeded_spilledElsewhere_countsOnThatDisk() {
    assertThat(new RoomNeeded(10, 5, 14, Optional.empty()).fits()).isFalse();
    assertThat(new RoomNeeded(10, 5, 15, Optional.empty()).fits()).isTrue();
    assertThat(new RoomNeeded(10, 5, 14, Optional.of(5L)).fits()).isTrue();
    assertThat(new RoomNeeded(10, 5, 14, Optional.of(4L)).fits()).isFalse();
    assertThat(new RoomNeeded(10, 5, 9, Optional.of(5L)).fits()).isFalse();
  }

  private static boolean fits(FileSystem disk, List<String> options, Path partition) {
    JsonNode fits = planOn(disk, options, partition).json().at("/partitions/0/fits");
    assertThat(fits.isBoolean()).isTrue();
    return fits.asBoolean();
  }

  private static List<String> append(List<String> options, String one) {
    return Stream.concat(options.stream(), Stream.of(one)).toList();
  }

  private static Cli.Run planOn(FileSystem disk, List<String> options, Path partition) {
    List<Object> arguments = new ArrayList<>(List.of("plan"));
    arguments.addAll(options);
    arguments.add(partition);
    return Cli.runOn(disk, arguments.toArray());
  }

  private Path crashed() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));
    return logDir;
  }
}
