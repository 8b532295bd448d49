// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.Fixtures;
import io.kleaner.supervisor.cli.FailingDisk.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options that do not show in what a clean leaves: each of them does what it says all the same. */
class OptionEffectsTest {

  private static final long FAR_FUTURE_MS = 4_000_000_000_000L;

  @TempDir private Path temp;
  private final Set<Path> created = ConcurrentHashMap.newKeySet();
  private final Set<Long> threads = ConcurrentHashMap.newKeySet();

  private FailingDisk seen() {
    return new FailingDisk(
        new LocalFileSystem(),
        (op, path) -> {
          if (op == Op.CREATE) {
            created.add(path);
            threads.add(Thread.currentThread().getId());
          }
        });
  }

  private List<Path> spills() {
    return created.stream()
        // The probe asks before the work whether files of the old ones' owner can be made there.
        .filter(path -> path.toString().matches(".*/kleaner-(?!probe).*\\.spill"))
        .toList();
  }

  /** More keys than a mebibyte has room for. */
  private Path manyKeys() throws IOException {
    return ManyKeys.in(temp.resolve("many"));
  }

  @Test
  void memory_smallerThanTheKeys_spillsAndMoreDoesNot() throws IOException {
    Path partition = manyKeys();

    JsonNode small = compact(partition, "--dry-run", "--memory", "1m");
    JsonNode large = compact(partition, "--dry-run", "--memory", "64m");

    assertThat(small.at("/spilledBytes").asLong()).isPositive();
    assertThat(small.at("/keyMapBytes").asLong()).isLessThanOrEqualTo(1 << 20);
    assertThat(large.at("/spilledBytes").asLong()).isZero();
    assertThat(large.at("/recordsKept")).isEqualTo(small.at("/recordsKept"));
  }

  @Test
  void spillDir_named_isUsedAndEmptyAfterwards() throws IOException {
    Path partition = manyKeys();
    Path spill = Files.createDirectories(temp.resolve("spill"));

    JsonNode run = compact(partition, "--memory", "1m", "--spill-dir", spill);

    assertThat(run.at("/spilledBytes").asLong()).isPositive();
    assertThat(spills()).isNotEmpty().allMatch(path -> path.startsWith(spill));
    assertThat(Tree.names(spill)).isEmpty();
  }

  @Test
  void spillDir_notNamed_isThePartitionAndNothingIsLeftThere() throws IOException {
    Path partition = manyKeys();

    JsonNode run = compact(partition, "--memory", "1m");

    assertThat(run.at("/spilledBytes").asLong()).isPositive();
    assertThat(spills()).isNotEmpty().allMatch(path -> path.startsWith(partition));
    assertThat(Tree.names(partition)).noneMatch(name -> name.endsWith(".spill"));
  }

  @Test
  void spillDir_namedForADryRun_isTheOnlyPlaceThatIsWrittenTo() throws IOException {
    Path partition = manyKeys();
    Path spill = Files.createDirectories(temp.resolve("spill"));
    Map<String, String> before = Tree.of(partition.getParent());

    compact(partition, "--dry-run", "--memory", "1m", "--spill-dir", spill);

    assertThat(created).isNotEmpty().allMatch(path -> path.startsWith(spill));
    assertThat(Tree.of(partition.getParent())).isEqualTo(before);
  }

  @Test
  void config_segmentBytesBelowKafkasMinimum_keepsSegmentsApart() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp.resolve("small")).resolve("plain-0");
    Path other = Fixtures.unpack("a-plain", temp.resolve("default")).resolve("plain-0");

    JsonNode small = compact(partition, "--config", "segment.bytes=16384");
    JsonNode byDefault = compact(other);

    assertThat(byDefault.at("/segmentsAfter").asInt()).isEqualTo(1);
    // Each is larger already, so that no two are merged.
    assertThat(small.at("/segmentsAfter")).isEqualTo(small.at("/segmentsBefore"));
    assertThat(small.at("/recordsKept")).isEqualTo(byDefault.at("/recordsKept"));
    assertThat(Cli.run("check", "--level", "3", partition).exit()).isZero();
  }

  @Test
  void plan_memoryAndSpillDir_holdForExactToo() throws IOException {
    Path partition = manyKeys();
    Path spill = Files.createDirectories(temp.resolve("spill"));

    JsonNode small = exact(partition, "--memory", "1m", "--spill-dir", spill);

    assertThat(small.at("/spillBytes").asLong()).isPositive();
    assertThat(created).isNotEmpty().allMatch(path -> path.startsWith(spill));
    assertThat(Tree.names(spill)).isEmpty();
    created.clear();
    assertThat(exact(partition, "--memory", "64m", "--spill-dir", spill).at("/spillBytes").asLong())
        .isZero();
  }

  @Test
  void diff_memoryAndSpillDir_keepDigestsThereMeanwhile() throws IOException {
    Path partition = manyKeys();
    Path copy = Files.createDirectories(temp.resolve("copy").resolve("scripted-0"));
    for (String name : Tree.names(partition)) {
      Files.copy(partition.resolve(name), copy.resolve(name));
    }
    Path spill = Files.createDirectories(temp.resolve("spill"));

    Cli.Run small =
        Cli.runOn(seen(), "diff", "--memory", "1m", "--spill-dir", spill, partition, copy);
    int files = created.size();
    created.clear();
    Cli.Run large =
        Cli.runOn(seen(), "diff", "--memory", "256m", "--spill-dir", spill, partition, copy);

    assertThat(small.exit() + large.exit()).as(small.all() + large.all()).isZero();
    assertThat(created).isNotEmpty().allMatch(path -> path.startsWith(spill));
    assertThat(files).isGreaterThan(created.size());
    assertThat(Tree.names(spill)).isEmpty();
  }

  @Test
  void throttle_slow_takesAtLeastAsLongAsItsRateSays() throws IOException {
    JsonNode run = compact(manyKeys(), "--throttle", "4m");

    long bytes = run.at("/bytesRead").asLong() + run.at("/bytesWritten").asLong();
    long tookMs = run.at("/scanMs").asLong() + run.at("/copyMs").asLong();
    // What comes last waits for nobody after it, and is no more than half.
    assertThat(tookMs).isGreaterThanOrEqualTo(bytes * 1000 / (4 << 20) / 2);
  }

  @Test
  void verify_eachKind_readsBackMoreThanTheOneBefore() throws IOException {
    long none = bytesRead("none");
    long normal = bytesRead("normal");
    long deep = bytesRead("deep");

    assertThat(normal).isGreaterThan(none);
    assertThat(deep).isGreaterThan(normal);
  }

  private long bytesRead(String verify) throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp.resolve(verify)).resolve("plain-0");
    return compact(partition, "--verify", verify).at("/bytesRead").asLong();
  }

  @Test
  void threads_two_workOnTwoPartitionsAtTheSameTime() throws IOException {
    Path one = Fixtures.unpack("o-names", temp.resolve("one"));
    Path two = Fixtures.unpack("o-names", temp.resolve("two"));

    assertThat(Cli.runOn(seen(), "compact", "--topic", "my-topic", one).exit()).isZero();
    Set<Long> alone = Set.copyOf(threads);
    threads.clear();
    Cli.Run run = Cli.runOn(seen(), "compact", "--topic", "my-topic", "--threads", 2, two);

    assertThat(run.exit()).as(run.all()).isZero();
    assertThat(threads.size()).isGreaterThan(alone.size());
  }

  @Test
  void maxRecordBytes_smallerThanARecord_refusesAndSaysWhichWouldDo() throws IOException {
    Path partition = Fixtures.unpack("h-shapes", temp).resolve("shapes-0");
    Map<String, String> before = Tree.of(partition);

    Cli.Run run = Cli.run("compact", "--max-record-bytes", "1k", "--keep-unkeyed", partition);

    assertThat(run.exit()).as(run.all()).isEqualTo(3);
    assertThat(run.err()).contains("the bound is 1024", "--max-record-bytes of at least");
    assertThat(Tree.of(partition)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "dump", "diff", "plan"})
  void maxRecordBytes_smallerThanABatch_isHeldByReadersToo(String command) throws IOException {
    Path partition = Fixtures.unpack("h-shapes", temp.resolve("1")).resolve("shapes-0");
    Path other = Fixtures.unpack("h-shapes", temp.resolve("2")).resolve("shapes-0");
    List<Object> wide = new ArrayList<>(List.of(command, partition));
    if (command.equals("diff")) {
      wide.add(other);
    } else if (command.equals("plan")) {
      wide.add("--exact");
    }
    List<Object> narrow = new ArrayList<>(wide);
    narrow.addAll(List.of("--max-record-bytes", "1k"));

    assertThat(Cli.run(narrow.toArray()).exit()).isNotZero();
    assertThat(Cli.run(wide.toArray()).exit()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "my-topic 0 1620, checkpoint, 1560",
    "my-topic 0 400, checkpoint, 387",
    "my-topic 0 400, log-end, 1560",
    "my-topic 0 1620, 400, 387",
    "my-topic 0 400, 99999999, 1560"
  })
  void highWatermark_eachForm_boundsTheClean(String entry, String form, long endOffset)
      throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);
    Path checkpoint = logDir.resolve("replication-offset-checkpoint");
    Files.writeString(checkpoint, Files.readString(checkpoint).replace("my-topic 0 1620", entry));
    Path partition = logDir.resolve("my-topic-0");

    JsonNode compact = compact(partition, "--dry-run", "--high-watermark", form);
    Cli.Run plan = Cli.run("plan", "--json", "--high-watermark", form, partition);

    assertThat(compact.at("/bounds/upperBoundOffset").asLong()).isEqualTo(endOffset);
    assertThat(plan.json().at("/partitions/0/bounds/upperBoundOffset").asLong())
        .isEqualTo(endOffset);
  }

  @Test
  void plan_fromStart_beginsAtTheLogStart() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    assertThat(Cli.run("compact", partition).exit()).isZero();

    JsonNode without = Cli.run("plan", "--json", partition).json().at("/partitions/0");
    JsonNode with = Cli.run("plan", "--json", "--from-start", partition).json();

    assertThat(without.at("/status").asText()).isEqualTo("not-now");
    assertThat(with.at("/partitions/0/status").asText()).isEqualTo("would-be-cleaned");
    assertThat(with.at("/partitions/0/bounds/firstDirtyOffset").asLong()).isZero();
  }

  @Test
  void plan_tombstonesAndNow_countWhatWouldBeDue() throws IOException {
    Path partition = Fixtures.unpack("g-tombstones", temp).resolve("tombstones-0");
    assertThat(Cli.run("compact", partition).exit()).isZero();

    long kept = reclaimable(partition, "keep", FAR_FUTURE_MS);
    long notDue = reclaimable(partition, "expire", 1);
    long expired = reclaimable(partition, "expire", FAR_FUTURE_MS);

    assertThat(kept).isEqualTo(notDue);
    assertThat(expired).isGreaterThan(kept);
  }

  private long reclaimable(Path partition, String tombstones, long nowMs) {
    return exact(partition, "--from-start", "--tombstones", tombstones, "--now", nowMs)
        .at("/reclaimableRecords")
        .asLong();
  }

  @Test
  void plan_respectEligibility_waitsAsABrokerWould() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    String[] ratio = {"--config", "min.cleanable.dirty.ratio=1.0"};

    Cli.Run without = Cli.run("plan", "--json", ratio[0], ratio[1], partition);
    Cli.Run with =
        Cli.run("plan", "--json", "--respect-eligibility", ratio[0], ratio[1], partition);

    assertThat(without.json().at("/partitions/0/status").asText()).isEqualTo("would-be-cleaned");
    assertThat(without.json().at("/partitions/0/brokerWouldCleanNow").asBoolean()).isFalse();
    assertThat(with.json().at("/partitions/0/status").asText()).isEqualTo("not-now");
  }

  @Test
  void plan_topic_isTheOnlyOneListed() throws IOException {
    Path logDir = Fixtures.unpack("o-names", temp);

    Cli.Run run = Cli.run("plan", "--json", "--topic", "my-topic", logDir);

    assertThat(run.json().at("/partitions").findValuesAsText("partition"))
        .containsExactlyInAnyOrder("my-topic-0", "my-topic-1", "my-topic-2");
  }

  @Test
  void now_compactionLags_areJudgedByIt() throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");
    String lag = "min.compaction.lag.ms=86400000";

    Cli.Run young = Cli.run("plan", "--json", "--config", lag, "--now", 0, partition);
    Cli.Run old = Cli.run("plan", "--json", "--config", lag, "--now", FAR_FUTURE_MS, partition);

    assertThat(young.json().at("/partitions/0/status").asText()).isEqualTo("not-now");
    assertThat(old.json().at("/partitions/0/status").asText()).isEqualTo("would-be-cleaned");
  }

  @Test
  void recover_afterCrash_isNeededWhereABrokerMayRun() throws IOException {
    Path logDir = Fixtures.unpack("a-plain", temp);
    Files.delete(logDir.resolve(".kafka_cleanshutdown"));
    Path left = Files.writeString(logDir.resolve("plain-0/00000000000000000000.log.cleaned"), "x");

    Cli.Run without = Cli.run("recover", logDir);
    assertThat(without.exit()).as(without.all()).isEqualTo(3);
    assertThat(left).exists();
    Cli.Run with = Cli.run("recover", "--after-crash", logDir);

    assertThat(with.exit()).as(with.all()).isZero();
    assertThat(left).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"--records, keyBytes", "--keys, keyHex", "--values, valueHex"})
  void dump_oneOptionAlone_showsItInRecords(String option, String field) throws IOException {
    Path partition = Fixtures.unpack("a-plain", temp).resolve("plain-0");

    Cli.Run run = Cli.run("dump", option, "--json", partition);

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("\"kind\":\"record\"", "\"" + field + "\":");
  }

  private JsonNode compact(Path partition, Object... options) {
    Object[] command = new Object[options.length + 3];
    command[0] = "compact";
    command[1] = "--json";
    System.arraycopy(options, 0, command, 2, options.length);
    command[command.length - 1] = partition;
    Cli.Run run = Cli.runOn(seen(), command);
    assertThat(run.exit()).as(run.all()).isZero();
    return run.json().at("/partitions/0");
  }

  private JsonNode exact(Path partition, Object... options) {
    Object[] command = new Object[options.length + 4];
    command[0] = "plan";
    command[1] = "--json";
    command[2] = "--exact";
    System.arraycopy(options, 0, command, 3, options.length);
    command[command.length - 1] = partition;
    Cli.Run run = Cli.runOn(seen(), command);
    assertThat(run.exit()).as(run.all()).isZero();
    return run.json().at("/partitions/0/exact");
  }
}
