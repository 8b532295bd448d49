// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.beyond.Bomb;
import io.kleaner.core.io.FaultyFileSystem;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.oracle.ScriptedLog;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.supervisor.cleaner.HandClock;
import io.kleaner.supervisor.probe.broker.CleanAhead.Kind;
import io.kleaner.supervisor.probe.broker.CleanAhead.Trouble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dirty ranges are read before the broker's cleaner comes, and each byte of them once. */
class LookAheadTest {

  private static final TopicPartition PARTITION = new TopicPartition("scripted", 0);

  @TempDir Path dir;
  private final HandClock clock = new HandClock(ScriptedLog.TIME_MS + 1_000);
  private LogDirProbe probe;

  /** Segments at 0, 100, 200; 300 is active; dirty from 100 on. */
  @BeforeEach
  void write() throws IOException {
    try (ScriptedLog log = ScriptedLog.in(dir, Map.of("cleanup.policy", "compact"))) {
      for (int i = 0; i < 300; i++) {
        log.put("key-" + i % 10, "value " + i);
        if (i % 100 == 99) {
          log.roll();
        }
      }
      log.put("key-1", "in the active segment");
    }
    cleanedTo(100);
    probe = probe(new LocalFileSystem());
  }

  private LogDirProbe probe(FileSystem fileSystem) {
    return new LogDirProbe(
        fileSystem,
        clock,
        dir,
        new SettingsResolver(
            List.of(SettingsSource.forAllTopics(Map.of("cleanup.policy", "compact"), Origin.FLAG))),
        Map::of);
  }

  private void cleanedTo(long offset) throws IOException {
    Files.writeString(
        dir.resolve("cleaner-offset-checkpoint"), "0\n1\nscripted 0 " + offset + "\n");
  }

  private Path log(long base) {
    return ScriptedLog.partition(dir).resolve(String.format("%020d.log", base));
  }

  private void change(long base, UnaryOperator<byte[]> how) throws IOException {
    Files.write(log(base), how.apply(Files.readAllBytes(log(base))));
  }

  private CleanAhead look() throws IOException {
    clock.passMs(30_000);
    return probe.look().partitions().get(PARTITION).ahead().get().orElseThrow();
  }

  /** What is wrong is told when it was seen twice. */
  private CleanAhead lookTwice() throws IOException {
    look();
    return look();
  }

  private static byte[] flip(byte[] bytes, int at) {
    bytes[at] ^= 1;
    return bytes;
  }

  @Test
  void look_soundLog_isReadWhollyAndNothingIsMet() throws IOException {
    CleanAhead ahead = look();

    assertThat(ahead.troubles()).isEmpty();
    assertThat(ahead.readBytes()).isEqualTo(Files.size(log(100)) + Files.size(log(200)));
    assertThat(ahead.dirtyBytes()).isEqualTo(ahead.readBytes());
    assertThat(ahead.largest().orElseThrow().bytes()).isBetween(70L, 90L);
  }

  @Test
  void look_flippedByteInTheDirtyRange_isToldWithSegmentAndOffset() throws IOException {
    int size = (int) (Files.size(log(200)) / 100);
    // The last byte of the third batch: of its value.
    change(200, bytes -> flip(bytes, 3 * size - 2));
    change(0, bytes -> flip(bytes, 3 * size - 2));

    assertThat(lookTwice().troubles())
        .singleElement()
        .satisfies(
            trouble -> {
              assertThat(trouble.kind()).isEqualTo(Kind.WRONG_CRC);
              assertThat(trouble.segment()).isEqualTo("00000000000000000200.log");
              assertThat(trouble.baseOffset()).isEqualTo(202);
              assertThat(trouble.position()).isEqualTo(2L * size);
              assertThat(trouble.text()).contains("CRC mismatch");
            });
  }

  @Test
  void look_bytesThatAreNoBatch_areToldAndTheNextSegmentIsReadAllTheSame() throws IOException {
    int size = (int) (Files.size(log(200)) / 100);
    change(100, bytes -> ByteBuffer.wrap(bytes).putInt(size + 8, 3).array());
    change(200, bytes -> flip(bytes, 3 * size - 2));

    assertThat(lookTwice().troubles())
        .extracting(CleanAhead.Trouble::kind)
        .containsExactly(Kind.NO_BATCH, Kind.WRONG_CRC);
    assertThat(look().troubles()).as("looked at again").hasSize(2);
  }

  @Test
  void look_batchThatBecomesLarge_isMeasuredWithoutHoldingIt() throws IOException {
    ByteBuffer bomb = Bomb.batch("zstd", 298, "small", "large", 200 << 20);
    byte[] bytes = new byte[bomb.remaining()];
    bomb.get(bytes);
    int size = (int) (Files.size(log(200)) / 100);
    change(
        200,
        before -> {
          byte[] after = Arrays.copyOf(before, 98 * size + bytes.length);
          System.arraycopy(bytes, 0, after, 98 * size, bytes.length);
          return after;
        });

    assertThat(look().troubles())
        .singleElement()
        .satisfies(
            trouble -> {
              assertThat(trouble.kind()).isEqualTo(Kind.BOMB);
              assertThat(trouble.baseOffset()).isEqualTo(298);
              assertThat(trouble.becomesBytes()).isGreaterThanOrEqualTo(200L << 20);
            });
  }

  @Test
  void look_troubleThatTheCheckpointPassed_isSoughtAndMetAgainIfTheCheckpointGoesBack()
      throws IOException {
    int size = (int) (Files.size(log(100)) / 100);
    change(100, bytes -> flip(bytes, 3 * size - 2));
    assertThat(lookTwice().troubles()).extracting(Trouble::kind).containsExactly(Kind.WRONG_CRC);

    cleanedTo(200);
    assertThat(lookTwice().troubles()).extracting(Trouble::kind).containsExactly(Kind.COPIED);

    cleanedTo(100);
    assertThat(lookTwice().troubles()).extracting(Trouble::kind).containsExactly(Kind.WRONG_CRC);
  }

  @Test
  void look_wrongBytesThatASecondLookDoesNotShow_areNoTrouble() throws IOException {
    int size = (int) (Files.size(log(200)) / 100);
    FileTime time = Files.getLastModifiedTime(log(200));
    change(200, bytes -> flip(bytes, 3 * size - 2));
    Files.setLastModifiedTime(log(200), time);
    CleanAhead first = look();
    change(200, bytes -> flip(bytes, 3 * size - 2));
    Files.setLastModifiedTime(log(200), time);
    CleanAhead second = lookTwice();

    assertThat(first.troubles()).isEmpty();
    assertThat(first.suspects()).isEqualTo(1);
    assertThat(second.troubles()).isEmpty();
    assertThat(second.suspects()).isZero();
    assertThat(second.readBytes()).isEqualTo(second.dirtyBytes());
  }

  @Test
  void look_policyThatComesAfterTheFirstLook_isReadAheadAtTheNext() throws IOException {
    AtomicReference<Map<TopicPartition, AdminPartition>> says = new AtomicReference<>(Map.of());
    LogDirProbe asking =
        new LogDirProbe(
            new LocalFileSystem(), clock, dir, new SettingsResolver(List.of()), says::get);
    Seen<CleanAhead> before = asking.look().partitions().get(PARTITION).ahead();
    says.set(
        Map.of(
            PARTITION,
            new AdminPartition(
                Seen.known(
                    new TopicConfig(
                        Map.of(
                            "cleanup.policy",
                            new ConfigValue("compact", ConfigValue.Origin.TOPIC))),
                    1),
                Seen.notAsked(Source.ADMIN),
                Seen.notAsked(Source.ADMIN),
                Seen.notAsked(Source.ADMIN))));
    clock.passMs(2_000);
    LogDirView after = asking.look();

    assertThat(before)
        .isInstanceOfSatisfying(
            Seen.Missing.class, missing -> assertThat(missing.why()).contains("not read ahead"));
    CleanAhead ahead = after.partitions().get(PARTITION).ahead().get().orElseThrow();
    assertThat(ahead.readBytes()).isPositive().isEqualTo(ahead.dirtyBytes());
    assertThat(after.partitions().get(PARTITION).reclaimable()).isInstanceOf(Seen.Known.class);
  }

  @Test
  void look_cleanedSegmentThatCannotBeRead_keepsNobodyFromTheDirt() throws IOException {
    int size = (int) (Files.size(log(200)) / 100);
    change(200, bytes -> flip(bytes, 3 * size - 2));
    probe = probe(unreadable(log(0)));

    assertThat(lookTwice().troubles()).extracting(Trouble::baseOffset).containsExactly(202L);
  }

  @Test
  void look_dirtySegmentThatCannotBeRead_isToldAndTheNextIsRead() throws IOException {
    int size = (int) (Files.size(log(200)) / 100);
    change(200, bytes -> flip(bytes, 3 * size - 2));
    probe = probe(unreadable(log(100)));
    CleanAhead ahead = lookTwice();

    assertThat(ahead.troubles()).extracting(Trouble::baseOffset).containsExactly(202L);
    assertThat(ahead.readBytes()).isEqualTo(Files.size(log(200)));
    assertThat(ahead.unreadable()).get().asString().contains("Input/output error");
  }

  private static FileSystem unreadable(Path log) {
    return new FaultyFileSystem(
        new LocalFileSystem(),
        (op, number, path) -> {
          if (op == FaultyFileSystem.Op.OPEN && path.equals(log)) {
            throw new IOException(path + ": Input/output error");
          }
        });
  }

  @Test
  void look_tombstonesInTheCleanedPart_areCountedWithTheEarliestHorizon() throws IOException {
    long horizonMs = ScriptedLog.TIME_MS + 5_000;
    int size = (int) (Files.size(log(0)) / 100);
    change(
        0,
        bytes -> {
          ByteBuffer batches = ByteBuffer.wrap(bytes);
          for (int i = 1; i <= 3; i++) {
            // Bit 6 of the attributes, and the horizon in place of the base timestamp (KIP-534).
            batches.putShort(i * size + 21, (short) (batches.getShort(i * size + 21) | 0x40));
            batches.putLong(i * size + 27, horizonMs + i);
          }
          return bytes;
        });

    CleanAhead.Horizons horizons = look().horizons().orElseThrow();

    assertThat(horizons.batches()).isEqualTo(3);
    assertThat(horizons.earliestMs()).isEqualTo(horizonMs + 1);
    assertThat(horizons.readBytes()).isEqualTo(Files.size(log(0)));
  }

  @Test
  void look_offsetTooFarFromItsSegment_isFoundByItsEndAndAGapIsNot() throws IOException {
    long far = Integer.MAX_VALUE + 300L;
    Path next = log(far + 1);
    for (String kind : List.of("log", "index", "timeindex")) {
      Path from = log(300).resolveSibling(String.format("%020d.%s", 300, kind));
      Files.move(from, next.resolveSibling(String.format("%020d.%s", far + 1, kind)));
    }
    Files.write(next, ByteBuffer.wrap(Files.readAllBytes(next)).putLong(0, far + 1).array());
    assertThat(overflowing()).as("a gap behind the segment at 200").isEmpty();

    int size = (int) (Files.size(log(200)) / 100);
    change(200, bytes -> ByteBuffer.wrap(bytes).putLong(99 * size, far).array());
    assertThat(overflowing()).hasValue(200);
  }

  private OptionalLong overflowing() throws IOException {
    clock.passMs(60_000);
    return probe
        .look()
        .partitions()
        .get(PARTITION)
        .files()
        .get()
        .orElseThrow()
        .overflowingSegment();
  }
}
