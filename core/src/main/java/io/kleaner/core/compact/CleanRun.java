// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.compact.CompactionListener.Phase;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.keymap.BitSpace;
import io.kleaner.core.keymap.KeyIndex;
import io.kleaner.core.keymap.KeyMap;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.keymap.SpillSpace;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.policy.CleanPlan;
import io.kleaner.core.policy.UnkeyedPolicy;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.TxnIndexFile;
import io.kleaner.core.time.Clock;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One clean of one partition from beginning to end. Used once, on one thread. */
final class CleanRun {

  /** Files of two cleans may share a directory for spills. */
  private static final SecureRandom NAMES = new SecureRandom();

  private final FileSystem fileSystem;
  private final Clock clock;
  private final CleanOptions options;
  private final Committer committer;
  private final SpaceLedger ledger;
  private final Lanes lanes;
  private final CleanPlan plan;
  private final RecordLimits limits;
  private final CancelToken token;
  private final CompactionListener listener;
  private final Pacer pacer;
  private final SwapProgress progress;

  CleanRun(
      FileSystem fileSystem,
      Clock clock,
      CleanOptions options,
      Throttle throttle,
      Committer committer,
      SpaceLedger ledger,
      Lanes lanes,
      CleanPlan plan,
      RecordLimits limits,
      CancelToken token,
      CompactionListener listener) {
    this.limits = limits;
    this.fileSystem = fileSystem;
    this.clock = clock;
    this.options = options;
    this.committer = committer;
    this.ledger = ledger;
    this.lanes = lanes;
    this.plan = plan;
    this.token = token;
    this.listener = listener;
    this.progress = new SwapProgress(plan.groups().size());
    this.pacer =
        new Pacer(
            token,
            throttle,
            (read, written, batches, lastOffset) -> {
              listener.progress(plan, read, written);
              listener.reached(plan, batches, lastOffset);
            });
  }

  /** What the partition is like when the run ends early. */
  String state() {
    return progress.state();
  }

  CompactionOutcome cancelled() {
    return progress.cancelled();
  }

  CompactionOutcome clean() throws IOException {
    pacer.begin();
    try {
      CompactionOutcome outcome = options.dryRun() ? clean(Optional.empty()) : claimAndClean();
      pacer.tell();
      return outcome;
    } finally {
      pacer.end();
    }
  }

  private CompactionOutcome claimAndClean() throws IOException {
    OutputBound bound = OutputBound.of(fileSystem, plan);
    WriteCheck.Verdict verdict =
        new WriteCheck(fileSystem, plan, bound, committer, ledger, lanes.writeBufferBytes(), token)
            .verdict();
    if (verdict instanceof WriteCheck.Verdict.Refusal refusal) {
      return refusal.outcome();
    }
    try (SpaceLedger.Claim room = ((WriteCheck.Verdict.Ready) verdict).room()) {
      return clean(Optional.of(new Room(room, bound)));
    }
  }

  /**
   * Disk space for the segments to be written.
   *
   * @param claim on it
   * @param bound of what each group may take
   */
  private record Room(SpaceLedger.Claim claim, OutputBound bound) {}

  /**
   * @param room claimed for the segments to be written; empty in a dry run
   */
  private CompactionOutcome clean(Optional<Room> room) throws IOException {
    try (Reshapers reshapers = Reshapers.of(options.reshaping(), lanes, plan.maxMessageBytes())) {
      return clean(room, reshapers);
    }
  }

  private CompactionOutcome clean(Optional<Room> room, Reshapers reshapers) throws IOException {
    SpillSpace spill =
        new SpillSpace(
            fileSystem,
            options.spill().orElseGet(() -> SpillPlace.in(plan.dir())),
            // Not the partition's name: with it the longest that Kafka allows would be too long.
            Long.toHexString(NAMES.nextLong()),
            KeyIndex.besideMapBytes(options.memoryBytes()),
            ledger,
            token::isCancelled);
    // Also where the first pass is not reached; to close it once more does nothing.
    try (spill;
        RecordFates fates = new RecordFates(new BitSpace(limits.bitBytes(), spill))) {
      return clean(room, reshapers, spill, fates);
    }
  }

  private CompactionOutcome clean(
      Optional<Room> room, Reshapers reshapers, SpillSpace spill, RecordFates fates)
      throws IOException {
    long start = clock.nanoTime();
    Map<Long, List<AbortedTxn>> txnIndexes = readTxnIndexes();
    CleanScope scope =
        new CleanScope(
            plan.cleanedSegments(),
            plan.segments().stream()
                .filter(segment -> segment.baseOffset() >= plan.upperBoundOffset())
                .toList(),
            plan.firstDirtyOffset(),
            plan.upperBoundOffset(),
            txnIndexes.values().stream().flatMap(List::stream).toList(),
            plan.rules(),
            plan.unkeyed() == UnkeyedPolicy.KEEP);
    Stretches stretches = new Stretches(fates);
    long dirtyOffsets = plan.upperBoundOffset() - plan.firstDirtyOffset();
    KeyMap map = KeyMap.forKeys(dirtyOffsets, KeyIndex.mapBudgetBytes(options.memoryBytes()));
    ScanCounts scan;
    listener.phase(plan, Phase.SCAN);
    long keys;
    long keyFilterBytes;
    // What the first pass claimed of the disk and did not use is given back at its end, for the
    // segments to be written; nothing is spilled after it.
    try (spill;
        KeyIndex index = new KeyIndex(map, fates.removed(), spill, lanes.count())) {
      KeyScan pass =
          new KeyScan(
              fileSystem, scope, lanes, index, fates, stretches, pacer, limits.maxRecords());
      scan = pass.run();
      keys = index.keys();
      keyFilterBytes = index.filterBytes();
    }
    if (scan.unkeyed > 0 && plan.unkeyed() == UnkeyedPolicy.REFUSE) {
      return refuseUnkeyed(scan);
    }
    long scanned = clock.nanoTime();
    GroupCleaner cleaner =
        new GroupCleaner(fileSystem, scope, lanes, fates, stretches, pacer, reshapers);
    Optional<DeepVerifier> deep =
        options.verify() == CleanOptions.Verify.DEEP
            ? Optional.of(new DeepVerifier(fileSystem, scope, lanes.bench(0), fates, pacer))
            : Optional.empty();
    for (int i = 0; i < plan.groups().size(); i++) {
      List<Segment> group = plan.groups().get(i);
      token.throwIfCancelled();
      boolean mustRewrite = mustRewrite(group, scan);
      if (!mustRewrite && staysUnread(cleaner, group.get(0), txnIndexes)) {
        progress.untouched(group.get(0).logBytes());
      } else if (options.dryRun()) {
        count(cleaner, group, mustRewrite);
      } else {
        SpaceLedger.Claim claim = room.orElseThrow().claim();
        claim.expect(room.orElseThrow().bound().largestBytesFrom(i));
        replace(cleaner, group, mustRewrite, txnIndexes, deep, claim);
      }
    }
    if (!options.dryRun()) {
      committer.checkpoint(plan, plan.upperBoundOffset());
    }
    long copied = clock.nanoTime();
    return new CompactionOutcome.Compacted(
        stats(
            scan,
            cleaner.counts(),
            fates,
            keys,
            map.sizeInBytes(),
            keyFilterBytes,
            spill,
            scanned - start,
            copied - scanned,
            reshapers.stats()),
        plan.upperBoundOffset());
  }

  private CompactionOutcome refuseUnkeyed(ScanCounts scan) {
    return new CompactionOutcome.Refused(
        plan.partition()
            + ": "
            + scan.unkeyed
            + " records without a key would be dropped, the first at offsets "
            + scan.firstUnkeyedOffsets()
            + "; nothing was changed.",
        "If the topic is meant to be compacted, run again with --drop-unkeyed to lose them"
            + " or with --keep-unkeyed to keep them.");
  }

  /**
   * Whether a group is written anew though nothing in it may change: it is joined, or one segment
   * whose indexes are broken, or that is to be split since they cannot hold its last offsets.
   */
  private boolean mustRewrite(List<Segment> group, ScanCounts scan) {
    long base = group.get(0).baseOffset();
    return group.size() > 1
        || plan.rebuildIndexes().contains(base)
        || scan.overflowing.contains(base);
  }

  /** Whether a segment in a group of its own need not be read again, since nothing changes. */
  private boolean staysUnread(
      GroupCleaner cleaner, Segment segment, Map<Long, List<AbortedTxn>> txnIndexes)
      throws IOException {
    return !options.reshaping().isAsked()
        && txnIndexes.get(segment.baseOffset()).isEmpty()
        && cleaner.passesOver(segment);
  }

  private void count(GroupCleaner cleaner, List<Segment> group, boolean mustRewrite)
      throws IOException {
    CountingOutput output = new CountingOutput();
    cleaner.clean(group, output);
    if (!mustRewrite && !output.hasChanged()) {
      progress.untouched(output.bytes());
    } else {
      progress.wouldBecome(output.bytes());
    }
  }

  private void replace(
      GroupCleaner cleaner,
      List<Segment> group,
      boolean mustRewrite,
      Map<Long, List<AbortedTxn>> txnIndexes,
      Optional<DeepVerifier> deep,
      SpaceLedger.Claim room)
      throws IOException {
    listener.phase(plan, Phase.COPY);
    RecordFates.Walk groupStart = cleaner.position();
    FileGroupOutput output =
        new FileGroupOutput(
            fileSystem,
            plan.dir(),
            group.get(0).baseOffset(),
            OutputLimits.of(
                group,
                plan.segmentBytes(),
                plan.segmentIndexBytes(),
                plan.indexIntervalBytes(),
                txnIndexes),
            mustRewrite,
            lanes.writeBuffers(),
            bytes -> {
              room.wrote(bytes);
              pacer.wrote(bytes);
            });
    FateCounts before = cleaner.counts();
    boolean handedOver = false;
    try {
      cleaner.clean(group, output);
      List<WrittenSegment> written = output.finish();
      if (written.isEmpty()) {
        progress.untouched(group.get(0).logBytes());
        return;
      }
      if (options.verify() != CleanOptions.Verify.NONE) {
        listener.phase(plan, Phase.VERIFY);
        OutputVerifier.requireDecided(plan.dir(), before, cleaner.counts(), written);
        OutputVerifier verifier = new OutputVerifier(fileSystem, lanes, pacer);
        for (WrittenSegment each : written) {
          verifier.verify(plan.dir(), each);
        }
        if (deep.isPresent()) {
          deep.get().verify(group, cleaner.fateLog(), groupStart, plan.dir(), written);
        }
      }
      token.throwIfCancelled();
      listener.phase(plan, Phase.SWAP);
      List<Long> bases = written.stream().map(WrittenSegment::baseOffset).toList();
      // From here on the files are the swap's: to delete one of several outputs that are half
      // committed would lose what the others stand for.
      handedOver = true;
      long lastOffset = written.get(written.size() - 1).lastOffset();
      long nextOffset = lastOffset < 0 ? group.get(0).baseOffset() : lastOffset + 1;
      progress.begins(written);
      committer.swap(plan, group, bases, nextOffset);
      progress.ends();
    } catch (IOException | RuntimeException | Error e) {
      if (!handedOver) {
        output.abandon(e);
      }
      throw e;
    }
  }

  private Map<Long, List<AbortedTxn>> readTxnIndexes() throws IOException {
    Map<Long, List<AbortedTxn>> read = new HashMap<>();
    for (Segment segment : plan.segments()) {
      read.put(segment.baseOffset(), TxnIndexFile.read(fileSystem, segment));
    }
    return read;
  }

  private CleanStats stats(
      ScanCounts scan,
      FateCounts fateCounts,
      RecordFates fates,
      long keys,
      long keyMapBytes,
      long keyFilterBytes,
      SpillSpace spill,
      long scanNanos,
      long copyNanos,
      ReshapeStats reshaped) {
    long bytesBefore = 0;
    for (Segment segment : plan.cleanedSegments()) {
      bytesBefore += segment.logBytes();
    }
    return new CleanStats(
        bytesBefore,
        progress.bytesAfter(),
        scan.records,
        fateCounts.recordsKept,
        scan.superseded,
        scan.aborted,
        scan.expiredTombstones,
        scan.unkeyed,
        plan.unkeyed() == UnkeyedPolicy.KEEP ? 0 : scan.unkeyed,
        fateCounts.markersRemoved,
        fateCounts.batchesKept,
        fateCounts.batchesRewritten,
        fateCounts.batchesEmptied,
        fateCounts.batchesDropped,
        fateCounts.batchesConverted,
        plan.cleanedSegments().size(),
        progress.segmentsAfter(),
        progress.segmentsUntouched(),
        keys,
        keyMapBytes,
        keyFilterBytes,
        fates.sizeInBytes(),
        spill.spilledBytes(),
        pacer.bytesRead(),
        pacer.bytesWritten(),
        scanNanos,
        copyNanos,
        reshaped);
  }
}
