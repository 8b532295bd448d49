// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.policy.Bounds;
import io.kleaner.core.policy.CleanPolicy;
import io.kleaner.core.policy.CleanRequest;
import io.kleaner.core.policy.Decision;
import io.kleaner.core.policy.HighWatermark;
import io.kleaner.core.policy.PartitionFacts;
import io.kleaner.core.policy.UnkeyedPolicy;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.settings.TopicSettings;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Looks into one partition directory of a running broker, and decides by the engine's policy what
 * the broker's cleaner ought to do with it. Remembers timestamps of segments that did not change;
 * and its listing for two minutes at most, while the directory rests and nothing is appended.
 *
 * <p>Reads only; takes no lock. Not thread-safe; owned by one probe.
 */
final class FilesLook {

  private static final int ATTEMPTS = 4;

  /** By then indexes of a segment that was sealed when the names changed are cut, too. */
  private static final long RESTED_MS = 60_000;

  private static final long LIST_AGAIN_MS = 120_000;

  private final FileSystem fileSystem;
  private final Path dir;
  private final TopicPartition partition;
  private final SegmentTimes times = new SegmentTimes();
  private final PinnedByFiles pinned = new PinnedByFiles();
  private final PaddedIndexes padded = new PaddedIndexes();
  private Optional<Listing> listed = Optional.empty();

  /**
   * A listing that was taken.
   *
   * @param logStart entry in the checkpoint then
   * @param directoryMs when names in the directory had changed last
   * @param atMs when it was taken
   */
  private record Listing(LiveLog live, OptionalLong logStart, long directoryMs, long atMs) {

    /** Whether the names are still the same, and the files but for the active segment's, too. */
    boolean isOfNow(OptionalLong nowLogStart, long nowDirectoryMs, long nowMs) {
      return directoryMs >= 0
          && directoryMs == nowDirectoryMs
          && atMs - directoryMs >= RESTED_MS
          && nowMs >= atMs
          && nowMs - atMs < LIST_AGAIN_MS
          && logStart.equals(nowLogStart);
    }
  }

  FilesLook(FileSystem fileSystem, Path dir, TopicPartition partition) {
    this.fileSystem = fileSystem;
    this.dir = dir;
    this.partition = partition;
  }

  /**
   * What is known of the partition from elsewhere.
   *
   * @param settings of its topic
   * @param checkpointed its entries in checkpoints
   * @param offsets from the Admin API, if it is there
   */
  record Beside(
      TopicSettings settings,
      WatchedPartition.Checkpointed checkpointed,
      Optional<Offsets> offsets) {

    OptionalLong logStart() {
      return checkpointed.logStart();
    }

    OptionalLong highWatermark() {
      return checkpointed.highWatermark();
    }

    OptionalLong cleaner() {
      return checkpointed.cleaner();
    }
  }

  /**
   * What was found.
   *
   * @param files for the sample
   * @param segments as listed
   * @param upperBoundOffset where a clean would end
   * @param pinnedBy transactions that hold it back, by the files; none if the broker was asked
   * @param bornMs when the broker made the directory
   */
  record Found(
      PartitionFiles files,
      List<Segment> segments,
      long upperBoundOffset,
      List<OpenTransaction> pinnedBy,
      OptionalLong bornMs) {}

  /**
   * Looks once; again if segments are replaced meanwhile.
   *
   * @param directoryMs when names in the directory changed last, asked for just now; below 0 if
   *     that is not known
   * @throws IOException if it cannot be read, or changes too fast
   */
  Found look(Beside beside, long directoryMs, long nowMs) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return decide(list(beside, directoryMs, nowMs), beside, nowMs);
      } catch (NoSuchFileException e) {
        listed = Optional.empty();
        if (attempt == ATTEMPTS) {
          throw new IOException(
              partition + " changed " + ATTEMPTS + " times while it was looked at", e);
        }
      }
    }
  }

  /** A new listing; or the last one, if that shows what is there. */
  private LiveLog list(Beside beside, long directoryMs, long nowMs) throws IOException {
    if (listed.isPresent()
        && listed.get().isOfNow(beside.logStart(), directoryMs, nowMs)
        && isAsListed(listed.get().live().log().activeSegment())) {
      return listed.get().live();
    }
    LiveLog live = LiveLog.read(fileSystem, dir, partition, beside.logStart());
    listed = Optional.of(new Listing(live, beside.logStart(), directoryMs, nowMs));
    return live;
  }

  private boolean isAsListed(Segment active) throws IOException {
    return fileSystem
        .stat(active.logFile())
        .filter(now -> now.sizeBytes() == active.logBytes())
        .filter(now -> now.lastModifiedMs() == active.lastModifiedMs())
        .isPresent();
  }

  private Found decide(LiveLog live, Beside beside, long nowMs) throws IOException {
    PartitionLog log = live.log();
    TopicSettings settings = beside.settings();
    if (settings.cleanupPolicy().isCompacted()
        && (settings.minCompactionLagMs() > 0 || settings.maxCompactionLagMs() != Long.MAX_VALUE)) {
      times.read(fileSystem, log.segments());
    }
    HighWatermark highWatermark = highWatermark(log, beside);
    List<OpenTransaction> pinnedBy =
        beside.offsets().isEmpty() && settings.cleanupPolicy().isCompacted()
            ? pinned.look(
                fileSystem, log, highWatermark.offset(), nowMs, settings.producerIdExpirationMs())
            : List.of();
    PartitionFacts facts = facts(log, beside, highWatermark, pinnedBy);
    Decision decision =
        CleanPolicy.decide(
            facts,
            settings,
            new CleanRequest(nowMs, false, true, false, true, UnkeyedPolicy.DROP, true));
    Optional<Bounds> bounds = EligibilityRules.bounds(decision);
    long firstDirty =
        bounds.map(Bounds::firstDirtyOffset).orElse(beside.cleaner().orElse(log.logStartOffset()));
    long upper = bounds.map(Bounds::upperBoundOffset).orElse(firstDirty);
    long dirty = 0;
    long clean = 0;
    List<Segment> segments = log.segments();
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      long end = i + 1 < segments.size() ? segments.get(i + 1).baseOffset() : log.logEndOffset();
      if (end > firstDirty && segment.baseOffset() < upper) {
        dirty += segment.logBytes();
      }
      if (segment.baseOffset() < firstDirty) {
        clean += segment.logBytes();
      }
    }
    Segment active = log.activeSegment();
    List<Segment> sealed = segments.subList(0, segments.size() - 1);
    PartitionFiles files =
        new PartitionFiles(
            dir,
            log.sizeInBytes(),
            segments.size(),
            active.baseOffset(),
            active.logBytes(),
            log.logStartOffset(),
            log.logEndOffset(),
            beside.cleaner(),
            firstDirty,
            bounds.isPresent()
                ? OptionalLong.of(bounds.get().firstUncleanableOffset())
                : OptionalLong.empty(),
            dirty,
            clean,
            ratio(decision),
            EligibilityRules.of(partition, decision),
            active.lastModifiedMs(),
            live.leftovers(),
            (int) sealed.stream().filter(each -> each.logBytes() == 0).count(),
            padded.count(fileSystem, sealed, nowMs),
            overflowing(segments, log.logEndOffset()));
    return new Found(files, segments, upper, pinnedBy, live.bornMs());
  }

  /**
   * The first segment whose last offset is more than 2^31-1 above its base. Names say which may be
   * one, few as a rule; of these the end is read.
   */
  private OptionalLong overflowing(List<Segment> segments, long logEndOffset) throws IOException {
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      boolean last = i + 1 == segments.size();
      long end = last ? logEndOffset : segments.get(i + 1).baseOffset();
      if (end - 1 - segment.baseOffset() > Integer.MAX_VALUE
          && (last
              || LiveLog.endOffset(fileSystem, segment) - 1 - segment.baseOffset()
                  > Integer.MAX_VALUE)) {
        return OptionalLong.of(segment.baseOffset());
      }
    }
    return OptionalLong.empty();
  }

  private static HighWatermark highWatermark(PartitionLog log, Beside beside) {
    long end = log.logEndOffset();
    if (beside.offsets().isPresent()) {
      return new HighWatermark(Math.min(end, beside.offsets().get().highWatermark()), "the broker");
    }
    return beside.highWatermark().isPresent()
        ? new HighWatermark(
            Math.min(end, beside.highWatermark().getAsLong()), "replication-offset-checkpoint")
        : new HighWatermark(end, "the log end, since nothing else is known");
  }

  private PartitionFacts facts(
      PartitionLog log,
      Beside beside,
      HighWatermark highWatermark,
      List<OpenTransaction> pinnedBy) {
    long stable =
        beside
            .offsets()
            .map(Offsets::lastStableOffset)
            .or(() -> pinnedBy.stream().map(OpenTransaction::startOffset).findFirst())
            .orElse(highWatermark.offset());
    return new PartitionFacts(
        log,
        beside.cleaner(),
        highWatermark,
        Math.min(stable, highWatermark.offset()),
        Map.of(),
        OptionalLong.empty(),
        times.largestMs(log.segments()),
        times.firstMs(log.segments()),
        List.of());
  }

  private static double ratio(Decision decision) {
    return decision instanceof Decision.Clean clean
        ? clean.dirtyRatio()
        : ((Decision.NotNow) decision).dirtyRatio();
  }
}
