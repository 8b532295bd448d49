// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** One partition of a watched log directory: what it showed, and whether to look again. */
final class WatchedPartition {

  private static final long SELDOM_NS = TimeUnit.SECONDS.toNanos(30);
  private static final long RARELY_NS = TimeUnit.SECONDS.toNanos(120);

  private final TopicPartition partition;
  private final Path dir;
  private final FilesLook look;
  private long directoryMs = -1;
  private long lookedDirectoryMs = -1;
  private Checkpointed checkpointed = Checkpointed.NOTHING;
  private boolean checkpointKnown;
  private boolean checkpointMoved;
  private boolean moved;
  private OptionalLong movedMs = OptionalLong.empty();
  private boolean settingsChanged;
  private Optional<TopicConfig> config = Optional.empty();
  private long lastLookNs = Long.MIN_VALUE;
  private long restNs = SELDOM_NS;
  private Optional<FilesLook.Found> found = Optional.empty();
  private Seen<PartitionFiles> files =
      Seen.missing(Source.LOG_DIR, PartitionFiles.NOT_LOOKED_AT_YET);
  private Seen<ReclaimEstimate> estimate =
      Seen.missing(Source.LOG_DIR, ReclaimEstimate.NOT_SAMPLED_YET);
  private long lastSampleNs = Long.MIN_VALUE;
  private final AheadScan aheadScan = new AheadScan();
  private boolean behind;
  private Seen<CleanAhead> ahead = Seen.missing(Source.LOG_DIR, "it was not read yet");
  private long lastReadAheadNs = Long.MIN_VALUE;
  private Optional<PartitionView> view = Optional.empty();

  /**
   * Its entries in checkpoint files.
   *
   * @param cleaner up to where it was cleaned
   * @param highWatermark of it
   * @param logStart of its log
   */
  record Checkpointed(OptionalLong cleaner, OptionalLong highWatermark, OptionalLong logStart) {
    static final Checkpointed NOTHING =
        new Checkpointed(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
  }

  WatchedPartition(FileSystem fileSystem, Path dir, TopicPartition partition) {
    this.partition = partition;
    this.dir = dir;
    this.look = new FilesLook(fileSystem, dir, partition);
  }

  TopicPartition partition() {
    return partition;
  }

  Path dir() {
    return dir;
  }

  /**
   * Notes when names in its directory changed last.
   *
   * @param entry of the directory; empty if it came or went just now
   */
  void noteDirectory(Optional<FileEntry> entry) {
    entry.ifPresent(each -> directoryMs = each.lastModifiedMs());
    moved = false;
  }

  /** Notes its entries in the checkpoints. */
  void noteCheckpoints(Checkpointed now, long nowMs) {
    if (checkpointKnown && !now.cleaner().equals(checkpointed.cleaner())) {
      checkpointMoved = true;
      movedMs = OptionalLong.of(nowMs);
      view = Optional.empty();
    }
    moved |= !now.equals(checkpointed);
    checkpointed = now;
    checkpointKnown = true;
  }

  Checkpointed checkpointed() {
    return checkpointed;
  }

  /** Whether checkpoints show that its log moved, so that names may have changed. */
  boolean mayHaveChanged() {
    return moved;
  }

  /** What the broker said last of its topic's settings; kept while it says nothing. */
  Optional<TopicConfig> config() {
    return config;
  }

  /** Notes what the broker says of its topic's settings, by which it is judged. */
  void noteConfig(Optional<TopicConfig> says) {
    if (says.isPresent() && !says.equals(config)) {
      config = says;
      settingsChanged = true;
    }
  }

  /**
   * Whether to look into it.
   *
   * @param times as many times as long it may rest if nothing shows that it changed
   */
  boolean isDue(long nowNs, int times) {
    if (!wasLookedInto()
        || checkpointMoved
        || settingsChanged
        || directoryMs != lookedDirectoryMs) {
      return true;
    }
    return nowNs - lastLookNs >= times * restNs;
  }

  boolean wasLookedInto() {
    return lastLookNs != Long.MIN_VALUE;
  }

  long lastLookNs() {
    return lastLookNs;
  }

  void look(FilesLook.Beside beside, Clock clock) {
    lastLookNs = clock.nanoTime();
    // Taken before the look: what changes during it is looked at again.
    long directory = directoryMs;
    try {
      FilesLook.Found now = look.look(beside, directory, clock.nowMs());
      found = Optional.of(now);
      files = Seen.known(now.files(), clock.nowMs());
      aheadScan.note(now.segments(), dirty(now), now.files().firstDirtyOffset());
      behind = aheadScan.isBehind();
      ahead = ahead.map(before -> aheadScan.found());
    } catch (IOException | RuntimeException e) {
      found = Optional.empty();
      files = Seen.missing(Source.LOG_DIR, Reason.of(e));
    }
    boolean isCompacted =
        found
            .filter(now -> now.files().eligibility().kind() == Eligibility.Kind.NOT_COMPACTED)
            .isEmpty();
    restNs = isCompacted ? SELDOM_NS : RARELY_NS;
    lookedDirectoryMs = directory;
    checkpointMoved = false;
    settingsChanged = false;
    view = Optional.empty();
  }

  /** Whether its dirty range is another one than that of the last sample. */
  boolean wantsSample() {
    return unsampledBytes() > found.map(each -> each.files().dirtyBytes()).orElse(0L) / 10;
  }

  /** By how much the dirty range differs from that of the last sample, in bytes. */
  long unsampledBytes() {
    long dirty = found.map(each -> each.files().dirtyBytes()).orElse(0L);
    return Math.abs(dirty - estimate.get().map(ReclaimEstimate::dirtyBytes).orElse(0L));
  }

  long lastSampleNs() {
    return lastSampleNs;
  }

  void sample(ReclaimSampler sampler, Clock clock) {
    lastSampleNs = clock.nanoTime();
    FilesLook.Found now = found.orElseThrow();
    try {
      estimate =
          Seen.known(sampler.sample(dirty(now), now.files().firstDirtyOffset()), clock.nowMs());
    } catch (IOException | RuntimeException e) {
      estimate = Seen.missing(Source.LOG_DIR, Reason.of(e));
    }
    view = Optional.empty();
  }

  /** Segments that hold dirt and can be cleaned. */
  private static List<Segment> dirty(FilesLook.Found now) {
    List<Segment> all = now.segments();
    return IntStream.range(0, all.size())
        .filter(i -> all.get(i).baseOffset() < now.upperBoundOffset())
        .filter(
            i ->
                i + 1 == all.size() || all.get(i + 1).baseOffset() > now.files().firstDirtyOffset())
        .mapToObj(all::get)
        .toList();
  }

  /** Whether something of what the next clean will meet was not read yet. */
  boolean wantsReadAhead() {
    return behind && canBeCleaned();
  }

  /** Whether something that was met has to be looked at again. */
  boolean wantsSecondLook() {
    return aheadScan.wantsSecondLook() && canBeCleaned();
  }

  private boolean canBeCleaned() {
    return found.filter(now -> now.files().firstUncleanableOffset().isPresent()).isPresent();
  }

  long lastReadAheadNs() {
    return lastReadAheadNs;
  }

  /** Looks again at what has to be, and reads on in what the next clean will meet. */
  void readAhead(AheadReader reader, AheadBudget budget, Clock clock) {
    lastReadAheadNs = clock.nanoTime();
    view = Optional.empty();
    try {
      aheadScan.step(reader, budget);
      ahead = Seen.known(aheadScan.found(), clock.nowMs());
    } catch (RuntimeException e) {
      ahead = Seen.missing(Source.LOG_DIR, Reason.of(e));
    }
    behind = aheadScan.isBehind();
  }

  /** Whether there is something that {@link #view} has not told yet. */
  boolean hasNews() {
    return view.isEmpty();
  }

  /** All that; the same object while it is the same. */
  PartitionView view() {
    PartitionView now =
        view.orElseGet(
            () ->
                new PartitionView(
                    files,
                    movedMs,
                    estimate,
                    seenAhead(),
                    files.map(any -> found.map(FilesLook.Found::pinnedBy).orElse(List.of())),
                    found.map(FilesLook.Found::bornMs).orElse(OptionalLong.empty())));
    view = Optional.of(now);
    return now;
  }

  private Seen<CleanAhead> seenAhead() {
    boolean unknown =
        files
            .get()
            .filter(each -> each.eligibility().kind() == Eligibility.Kind.UNKNOWN_POLICY)
            .isPresent();
    return unknown && ahead instanceof Seen.Missing
        ? Seen.missing(
            Source.LOG_DIR, "whether its topic is compacted is not known, so it is not read ahead")
        : ahead;
  }
}
