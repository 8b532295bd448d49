// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.beyond.Bomb;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.oracle.KafkaOracle;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.probe.broker.CleanAhead.Kind;
import io.kleaner.supervisor.probe.broker.CleanAhead.Trouble;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One partition is read ahead piece by piece, while its files are replaced and its log cleaned. */
class AheadScanTest {

  private static final Map<String, String> COMPACT = Map.of("cleanup.policy", "compact");

  @TempDir Path dir;

  /** Each time somebody looks at the clock so much has passed. */
  private long tickNs;

  private long nowNs;

  private final Clock clock =
      new Clock() {
        @Override
        public long nowMs() {
          return ScriptedLog.TIME_MS;
        }

        @Override
        public long nanoTime() {
          nowNs += tickNs;
          return nowNs;
        }
      };
  private final AheadReader reader = new AheadReader(new LocalFileSystem(), clock);
  private final AheadScan scan = new AheadScan();

  @AfterEach
  void close() {
    reader.close();
  }

  /** Segments at 0 and 100, of batches of one record; 200 is active. */
  private Path twoSegments(String name, String value) throws IOException {
    Path where = Files.createDirectory(dir.resolve(name));
    try (ScriptedLog log = ScriptedLog.in(where, COMPACT)) {
      for (int i = 0; i < 200; i++) {
        log.put("key-" + i % 10, value + " " + (100 + i));
        if (i % 100 == 99) {
          log.roll();
        }
      }
      log.put("key-1", "in the active segment");
    }
    return ScriptedLog.partition(where);
  }

  private static Path log(Path partition, long base) {
    return partition.resolve(String.format("%020d.log", base));
  }

  private static List<Segment> segments(Path partition) throws IOException {
    try (Stream<Path> files = Files.list(partition)) {
      return files
          .map(file -> SegmentFileName.parse(file.getFileName().toString()))
          .flatMap(Optional::stream)
          .filter(
              name ->
                  name.kind() == SegmentFileName.Kind.LOG
                      && name.stage() == SegmentFileName.Stage.LIVE)
          .map(SegmentFileName::baseOffset)
          .sorted()
          .map(base -> segment(partition, base))
          .toList();
    }
  }

  private static Segment segment(Path partition, long base) {
    try {
      Path log = log(partition, base);
      return new Segment(
          partition, base, Files.size(log), 0, 0, false, Files.getLastModifiedTime(log).toMillis());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** All but the active segment hold dirt from an offset on. */
  private void note(Path partition, long firstDirty) throws IOException {
    List<Segment> all = segments(partition);
    List<Segment> sealed = all.subList(0, all.size() - 1);
    List<Segment> dirty = sealed.stream().filter(each -> each.baseOffset() >= firstDirty).toList();
    scan.note(all, dirty, firstDirty);
  }

  private AheadBudget step(long bytes) {
    AheadBudget budget = new AheadBudget(clock, bytes);
    scan.step(reader, budget);
    return budget;
  }

  private CleanAhead readAll() {
    for (int i = 0; scan.isBehind() || scan.wantsSecondLook(); i++) {
      assertThat(i).as("steps without an end").isLessThan(100);
      step(1L << 40);
    }
    return scan.found();
  }

  /** Puts a file in another's place as a broker's clean does: by a rename, with the old time. */
  private static void replace(Path log, byte[] bytes) throws IOException {
    Path swap = log.resolveSibling(log.getFileName() + ".swap");
    FileTime time = Files.getLastModifiedTime(log);
    Files.write(swap, bytes);
    Files.setLastModifiedTime(swap, time);
    Files.move(swap, log, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void flip(Path log, int at) throws IOException {
    FileTime time = Files.getLastModifiedTime(log);
    byte[] bytes = Files.readAllBytes(log);
    bytes[at] ^= 1;
    Files.write(log, bytes);
    Files.setLastModifiedTime(log, time);
  }

  @Test
  void step_smallBudget_readsEachByteOnceAndInTheEndAll() throws IOException {
    Path partition = twoSegments("log", "value");
    int size = (int) (Files.size(log(partition, 0)) / 100);
    flip(log(partition, 0), 3 * size - 2);
    note(partition, 0);
    step(1);
    long read = scan.found().readBytes();
    int steps = 0;
    while (scan.isBehind()) {
      step(10L * size);
      long now = scan.found().readBytes();
      assertThat(now - read).isBetween(1L, 11L * size);
      read = now;
      steps++;
    }

    assertThat(read).isEqualTo(Files.size(log(partition, 0)) + Files.size(log(partition, 100)));
    assertThat(steps).isGreaterThan(15);
    assertThat(scan.found().troubles()).hasSize(1);
  }

  @Test
  void note_segmentReplacedByAShorterOneWhenHalfWasRead_isReadFromItsBeginning()
      throws IOException {
    Path partition = twoSegments("log", "value");
    Path cleaned = twoSegments("cleaned", "a value of another length");
    int before = (int) (Files.size(log(partition, 0)) / 100);
    int after = (int) (Files.size(log(cleaned, 0)) / 100);
    note(partition, 0);
    step(50L * before);
    long read = scan.found().readBytes();
    byte[] shorter = Arrays.copyOf(Files.readAllBytes(log(cleaned, 0)), 60 * after);
    assertThat((long) shorter.length)
        .as("longer than what was read, shorter than the segment")
        .isBetween(read + 1, Files.size(log(partition, 0)) - 1);
    assertThat(read % after).as("within a batch").isNotZero();

    replace(log(partition, 0), shorter);
    note(partition, 0);
    CleanAhead ahead = readAll();

    assertThat(ahead.troubles()).isEmpty();
    assertThat(ahead.readBytes()).isEqualTo(ahead.dirtyBytes());
  }

  @Test
  void step_segmentReplacedByOneOfTheSameSizeAndTime_isReadFromItsBeginning() throws IOException {
    Path partition = twoSegments("log", "value");
    int size = (int) (Files.size(log(partition, 0)) / 100);
    note(partition, 0);
    step(50L * size);
    byte[] other = Files.readAllBytes(log(partition, 0));
    other[3 * size - 2] ^= 1;

    replace(log(partition, 0), other);
    note(partition, 0);
    CleanAhead ahead = readAll();

    assertThat(ahead.troubles()).extracting(Trouble::baseOffset).containsExactly(2L);
  }

  @Test
  void step_segmentReplacedAfterItWasListed_isNotReadByThatListing() throws IOException {
    Path partition = twoSegments("log", "value");
    Path cleaned = twoSegments("cleaned", "a value of another length");
    note(partition, 0);
    replace(log(partition, 0), Files.readAllBytes(log(cleaned, 0)));
    step(1L << 40);
    CleanAhead stale = scan.found();
    note(partition, 0);

    assertThat(stale.troubles()).isEmpty();
    assertThat(stale.suspects()).isZero();
    assertThat(stale.readBytes()).isEqualTo(Files.size(log(partition, 100)));
    assertThat(stale.unreadable()).get().asString().contains("was replaced");
    assertThat(readAll().troubles()).isEmpty();
  }

  /** Batches of zstd, each of which becomes so many bytes of zeros. */
  private Path bombs(int count, int becomesBytes) throws IOException {
    Path partition = twoSegments("log", "value");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer one = Bomb.batch("zstd", 0, "small", "large", becomesBytes);
    byte[] batch = new byte[one.remaining()];
    one.duplicate().get(batch);
    for (int i = 0; i < count; i++) {
      // The base offset is no part of what the checksum is made of.
      bytes.write(ByteBuffer.wrap(batch).putLong(0, 2L * i).array());
    }
    Files.write(log(partition, 0), bytes.toByteArray());
    return partition;
  }

  @Test
  void step_bombs_costWhatTheyBecome() throws IOException {
    Path partition = bombs(5, 40 << 20);
    note(partition, 0);
    AheadBudget budget = step(4L << 20);

    assertThat(scan.found().troubles()).extracting(Trouble::kind).containsExactly(Kind.BOMB);
    assertThat(budget.spentBytes()).isGreaterThan(40L << 20);
    assertThat(readAll().troubles()).as("one by one").hasSize(5);
  }

  @Test
  void step_bombThatTakesTooLong_isGivenUpAndUnknown() throws IOException {
    Path partition = bombs(1, 200 << 20);
    note(partition, 0);
    tickNs = TimeUnit.MILLISECONDS.toNanos(10);
    step(1L << 40);

    assertThat(scan.found().troubles())
        .singleElement()
        .satisfies(
            trouble -> {
              assertThat(trouble.kind()).isEqualTo(Kind.UNMEASURED);
              assertThat(trouble.text()).contains("takes too long");
            });
  }

  @Test
  void step_manyBombsBeforeAWrongChecksum_doNotHideIt() throws IOException {
    Path partition = bombs(21, 33 << 20);
    int size = (int) (Files.size(log(partition, 100)) / 100);
    flip(log(partition, 100), 3 * size - 2);
    note(partition, 0);

    assertThat(readAll().troubles())
        .extracting(Trouble::kind)
        .hasSize(21)
        .endsWith(Kind.BOMB, Kind.WRONG_CRC);
  }

  /** A batch of two records, of which the second is spoilt, and the first is superseded or not. */
  private Path spoilt(boolean superseded) throws IOException {
    Path where = Files.createDirectory(dir.resolve("log"));
    try (ScriptedLog log = ScriptedLog.in(where, COMPACT)) {
      log.batch(new String[] {"a", "b"}, new String[] {"old", "treasure"});
      log.put(superseded ? "a" : "c", "new");
      log.roll().put("d", "in the active segment");
    }
    Path partition = ScriptedLog.partition(where);
    byte[] bytes = Files.readAllBytes(log(partition, 0));
    flip(log(partition, 0), new String(bytes, StandardCharsets.ISO_8859_1).indexOf("treasure"));
    return partition;
  }

  private CleanAhead cleanByKafka(Path partition) throws IOException {
    note(partition, 0);
    assertThat(readAll().troubles()).extracting(Trouble::kind).containsExactly(Kind.WRONG_CRC);
    KafkaOracle.clean(
        partition, new KafkaOracle.Round(COMPACT, 0, 4, ScriptedLog.TIME_MS + 1_000), 0, 3);
    note(partition, 3);
    return readAll();
  }

  @Test
  void note_wrongBatchThatKafkaRewrote_isWrongWithAFittingChecksum() throws IOException {
    CleanAhead ahead = cleanByKafka(spoilt(true));

    assertThat(ahead.troubles()).extracting(Trouble::kind).containsExactly(Kind.LAUNDERED);
    assertThat(ahead.troubles().get(0).baseOffset()).isZero();
    assertThat(ahead.troubles().get(0).text()).contains("CRC mismatch");
  }

  @Test
  void note_wrongBatchThatKafkaCopied_isWrongAsItWas() throws IOException {
    CleanAhead ahead = cleanByKafka(spoilt(false));

    assertThat(ahead.troubles()).extracting(Trouble::kind).containsExactly(Kind.COPIED);
    assertThat(ahead.troubles().get(0).baseOffset()).isZero();
  }

  @Test
  void note_largestBatchThatIsCleaned_leavesTheNextOne() throws IOException {
    Path partition = bombs(1, 1 << 10);
    note(partition, 0);
    long first = readAll().largest().orElseThrow().bytes();
    note(partition, 100);
    long second = readAll().largest().orElseThrow().bytes();

    assertThat(first).isEqualTo(Files.size(log(partition, 0)));
    assertThat(second).isEqualTo(Files.size(log(partition, 100)) / 100);
  }

  @Test
  void pace_turnThatTookLong_isFollowedByARestTwoHundredTimesAsLong() {
    AheadPace pace = new AheadPace(clock);
    long full = pace.credit();
    AheadBudget turn = new AheadBudget(clock, full);
    turn.spend(full);
    nowNs += TimeUnit.MILLISECONDS.toNanos(500);
    pace.spent(turn);
    nowNs += TimeUnit.SECONDS.toNanos(99);
    long resting = pace.credit();
    nowNs += TimeUnit.SECONDS.toNanos(2);

    assertThat(full).isEqualTo(4L << 20);
    assertThat(resting).isZero();
    assertThat(pace.credit()).isEqualTo(full);
  }

  @Test
  void pace_bytesThatWereSpent_comeBackWithinFifteenSeconds() {
    AheadPace pace = new AheadPace(clock);
    AheadBudget turn = new AheadBudget(clock, pace.credit());
    turn.spend(4L << 20);
    pace.spent(turn);

    assertThat(pace.credit()).isZero();
    nowNs += TimeUnit.SECONDS.toNanos(3);
    assertThat(pace.credit()).isBetween((4L << 20) / 5 - 1, (4L << 20) / 5);
  }

  @Test
  void isOver_interruptedThread_endsWhatWasBegun() {
    AheadBudget budget = new AheadBudget(clock, 1L << 40);
    boolean before = budget.isOver() || budget.isSpent();
    Thread.currentThread().interrupt();
    boolean over = budget.isOver() && budget.isSpent();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(before).isFalse();
    assertThat(over).isTrue();
  }
}
