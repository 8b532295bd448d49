// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.check;

import io.kleaner.core.check.Finding.Kind;
import io.kleaner.core.check.Finding.Severity;
import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.logdir.ProducerSnapshot;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.segment.AbortedTxn;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Stage;
import io.kleaner.core.segment.TxnIndexFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Looks for everything that is not as it should be in a partition directory. Read-only: safe beside
 * a live broker, whose active segment may just be growing.
 *
 * <p>Not thread-safe; memory is bounded by {@code maxRecordBytes}.
 */
public final class LogChecker {

  private final FileSystem fileSystem;
  private final CheckLevel level;
  private final int maxRecordBytes;
  private final CancelToken token;

  /**
   * @param maxRecordBytes the largest batch or key that may be in memory, in bytes
   */
  public LogChecker(
      FileSystem fileSystem, CheckLevel level, int maxRecordBytes, CancelToken token) {
    this.fileSystem = fileSystem;
    this.level = level;
    this.maxRecordBytes = maxRecordBytes;
    this.token = token;
  }

  /**
   * Checks a partition directory; that it cannot be listed, or a file not be read, is a finding.
   */
  public CheckReport check(Path dir) {
    return check(dir, bytes -> {});
  }

  /**
   * The same, and tells how far it is.
   *
   * @param bytesRead told the size of each batch that was read, in bytes, on this thread
   */
  public CheckReport check(Path dir, LongConsumer bytesRead) {
    List<Finding> findings = new ArrayList<>();
    List<Segment> segments = new ArrayList<>();
    try {
      list(dir, segments, findings);
    } catch (IOException e) {
      findings.add(unreadable(dir, e));
    }
    return check(segments, findings, bytesRead);
  }

  private void list(Path dir, List<Segment> segments, List<Finding> findings) throws IOException {
    for (FileEntry entry : fileSystem.list(dir)) {
      Optional<SegmentFileName> name = SegmentFileName.parse(entry.name());
      if (name.isEmpty() || !entry.isFile()) {
        continue;
      }
      if (name.get().stage() != Stage.LIVE) {
        findings.add(leftover(entry));
      } else if (name.get().kind() == SegmentFileName.Kind.LOG) {
        segments.add(segment(dir, name.get(), entry));
      } else if (name.get().kind() == SegmentFileName.Kind.PRODUCER_SNAPSHOT) {
        checkSnapshot(entry, findings);
      }
    }
    segments.sort(Comparator.comparingLong(Segment::baseOffset));
  }

  private CheckReport check(
      List<Segment> segments, List<Finding> findings, LongConsumer bytesRead) {
    long batches = 0;
    long records = 0;
    long bytes = 0;
    try (SegmentChecker checker =
        new SegmentChecker(
            fileSystem, level, maxRecordBytes, token, bytesRead, aborted(segments), findings)) {
      for (int i = 0; i < segments.size(); i++) {
        boolean last = i == segments.size() - 1;
        long nextBase = last ? Long.MAX_VALUE : segments.get(i + 1).baseOffset();
        try {
          checker.check(segments.get(i), nextBase, last);
        } catch (IOException e) {
          findings.add(unreadable(segments.get(i).logFile(), e));
        }
        bytes += segments.get(i).logBytes();
      }
      batches = checker.batches();
      records = checker.records();
    }
    return new CheckReport(findings, segments.size(), batches, records, bytes);
  }

  /** What the transaction indexes say, as far as they can be read; that they can't is a finding. */
  private List<AbortedTxn> aborted(List<Segment> segments) {
    List<AbortedTxn> all = new ArrayList<>();
    for (Segment segment : segments) {
      try {
        all.addAll(TxnIndexFile.read(fileSystem, segment));
      } catch (IOException e) {
        // Who checks the segment says so.
      }
    }
    return all;
  }

  private Segment segment(Path dir, SegmentFileName name, FileEntry entry) throws IOException {
    SegmentFileName txn = SegmentFileName.live(name.baseOffset(), SegmentFileName.Kind.TXN_INDEX);
    return new Segment(
        dir,
        name.baseOffset(),
        entry.sizeBytes(),
        0,
        0,
        fileSystem.stat(txn.in(dir)).isPresent(),
        entry.lastModifiedMs());
  }

  private void checkSnapshot(FileEntry entry, List<Finding> findings) {
    try {
      if (ProducerSnapshot.parse(SmallFile.bytes(fileSystem, entry.path())).isEmpty()) {
        findings.add(
            new Finding(
                Severity.WARNING,
                Kind.PRODUCER_SNAPSHOT,
                entry.path(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                "a producer snapshot with a valid checksum",
                entry.sizeBytes() + " bytes that are none",
                "A broker deletes it and uses an older one."));
      }
    } catch (IOException e) {
      findings.add(unreadable(entry.path(), e));
    }
  }

  private static Finding leftover(FileEntry entry) {
    return new Finding(
        Severity.WARNING,
        Kind.LEFTOVER,
        entry.path(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        "no file of an unfinished clean",
        entry.sizeBytes() + " bytes",
        "'kleaner recover' finishes or undoes it, as a broker does when it starts.");
  }

  private static Finding unreadable(Path file, IOException e) {
    IoProblem problem = IoProblem.of(e);
    return new Finding(
        Severity.ERROR,
        Kind.UNREADABLE,
        file,
        OptionalLong.empty(),
        OptionalLong.empty(),
        "a readable file",
        problem.text(),
        problem.nextStep());
  }
}
