// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.settings;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.record.BatchCursor;
import io.kleaner.core.record.BatchHeader;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.record.Decompressors;
import io.kleaner.core.record.RecordCursor;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.segment.SegmentFileName.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what a KRaft node keeps in its metadata log: the newest snapshot, then the log after it, to
 * its end. What the quorum had not yet committed there when the node stopped is read too: it can
 * only name settings that were about to be.
 *
 * <p>Changes nothing. Stateless apart from the file system; thread-safe.
 */
public final class MetadataLogReader {

  /** The directory of the metadata log in a log directory. */
  public static final String DIRECTORY = "__cluster_metadata-0";

  private static final Pattern SNAPSHOT = Pattern.compile("(\\d{20})-(\\d{10})\\.checkpoint");
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int MAX_RECORD_BYTES = 16 * 1024 * 1024;

  private final FileSystem fileSystem;

  /**
   * @param fileSystem where the directory is
   */
  public MetadataLogReader(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /**
   * Reads the metadata log in a log directory.
   *
   * @return empty if there is none
   * @throws CorruptBatchException if it is corrupt; a torn end is no corruption, but what stands
   *     before a whole batch is: settings that were changed there must not be passed over
   */
  public Optional<MetadataImage> read(Path logDir) throws IOException {
    Path dir = logDir.resolve(DIRECTORY);
    if (fileSystem.stat(dir).filter(FileEntry::isDirectory).isEmpty()) {
      return Optional.empty();
    }
    TreeMap<Long, Path> segments = new TreeMap<>();
    long snapshotOffset = 0;
    Path snapshot = null;
    for (FileEntry entry : fileSystem.list(dir)) {
      Matcher matcher = SNAPSHOT.matcher(entry.name());
      if (matcher.matches() && Long.parseLong(matcher.group(1)) >= snapshotOffset) {
        snapshotOffset = Long.parseLong(matcher.group(1));
        snapshot = entry.path();
      }
      SegmentFileName.parse(entry.name())
          .filter(name -> name.kind() == Kind.LOG && name.stage() == Stage.LIVE)
          .ifPresent(name -> segments.put(name.baseOffset(), entry.path()));
    }
    MetadataImage image = new MetadataImage();
    MetadataRecords records = new MetadataRecords(image);
    if (snapshot != null) {
      apply(snapshot, 0, 0, records, false);
    }
    for (var segment : segments.entrySet()) {
      boolean last = segment.getKey().equals(segments.lastKey());
      apply(segment.getValue(), segment.getKey(), snapshotOffset, records, last);
    }
    return Optional.of(image);
  }

  private void apply(
      Path path, long lowestOffset, long fromOffset, MetadataRecords records, boolean mayBeTorn)
      throws IOException {
    BatchCursor batches = new BatchCursor(BUFFER_BYTES, MAX_RECORD_BYTES);
    try (FileHandle file = fileSystem.openRead(path);
        Decompressors decompressors = new Decompressors(MAX_RECORD_BYTES);
        RecordCursor cursor = new RecordCursor(decompressors, MAX_RECORD_BYTES)) {
      batches.open(path, file, 0, file.size(), lowestOffset, BatchCursor.Check.CHECKSUMS);
      while (mayBeTorn ? batches.nextBeforeTornEnd() : batches.next()) {
        BatchHeader batch = batches.header();
        if (!batch.isControlBatch() && !batch.isLegacy() && batch.lastOffset() >= fromOffset) {
          apply(batch, fromOffset, cursor, records);
        }
      }
    }
  }

  private static void apply(
      BatchHeader batch, long fromOffset, RecordCursor cursor, MetadataRecords records)
      throws IOException {
    cursor.open(batch, RecordCursor.Mode.WHOLE);
    while (cursor.next()) {
      if (cursor.offset() >= fromOffset && cursor.hasValue()) {
        records.apply(cursor.buffer().slice(cursor.valuePosition(), cursor.valueLength()));
      }
    }
  }
}
