// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.check.BombScan;
import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.judge.broker.Moments;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Looks through the segments of a partition for batches that do not fit into a cleaner's memory.
 * Reads only, beside the live broker, in bounded memory.
 *
 * @param logDirsGiven whether files may come to be seen
 * @param token ends it early
 */
record BombFinder(FileSystem fileSystem, boolean logDirsGiven, CancelToken token)
    implements CulpritSearch.Scanner {

  @Override
  public CulpritSearch.Finding find(Judgement judgement, TopicPartition partition) {
    BrokerPartition known = judgement.sample().partitions().get(partition);
    Optional<PartitionFiles> files = known == null ? Optional.empty() : known.files().get();
    if (files.isEmpty()) {
      return new CulpritSearch.Finding(
          "which record of "
              + partition
              + " it was is not known: its files are not seen"
              + (logDirsGiven
                  ? " in the directories given by --log-dir"
                  : "; --log-dir would show them"),
          !logDirsGiven);
    }
    try {
      BombScan.Result result =
          new BombScan(fileSystem, BombScan.Limits.usual(), token)
              .scan(segments(files.get().dir()), files.get().firstDirtyOffset());
      return new CulpritSearch.Finding(text(partition, result), true);
    } catch (IOException e) {
      // As when segments were replaced since they were listed.
      return new CulpritSearch.Finding(
          "the segments of " + partition + " could not be looked through: " + e, false);
    }
  }

  private List<Segment> segments(Path dir) throws IOException {
    return fileSystem.list(dir).stream()
        .filter(FileEntry::isFile)
        .flatMap(
            entry ->
                SegmentFileName.parse(entry.name())
                    .filter(name -> name.stage() == SegmentFileName.Stage.LIVE)
                    .filter(name -> name.kind() == SegmentFileName.Kind.LOG)
                    .map(
                        name ->
                            new Segment(
                                dir,
                                name.baseOffset(),
                                entry.sizeBytes(),
                                0,
                                0,
                                false,
                                entry.lastModifiedMs()))
                    .stream())
        .sorted(Comparator.comparingLong(Segment::baseOffset))
        .toList();
  }

  private static String text(TopicPartition partition, BombScan.Result result) {
    if (result.bombs().isEmpty()) {
      return "no batch of "
          + partition
          + " that decompresses far beyond its size was found in "
          + Moments.bytes(result.scannedBytes())
          + (result.complete() ? "" : ", which is not all of it")
          + "; the heap may be too small for its clean";
    }
    BombScan.Bomb first = result.bombs().get(0);
    return "found in "
        + partition
        + ": segment "
        + first.segment().getFileName()
        + ", offset "
        + first.baseOffset()
        + ", position "
        + first.position()
        + ": "
        + first.batchBytes()
        + " bytes of "
        + first.codec().name().toLowerCase(Locale.ROOT)
        + " that become "
        + (first.atLeast() ? "more than " : "")
        + Moments.bytes(first.decompressedBytes())
        + (result.bombs().size() > 1 ? "; and " + (result.bombs().size() - 1) + " more" : "");
  }
}
