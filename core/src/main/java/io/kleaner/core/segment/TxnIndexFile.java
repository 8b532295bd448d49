// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.segment;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.SmallFile;
import io.kleaner.core.record.CorruptBatchException;
import io.kleaner.core.segment.SegmentFileName.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a segment's transaction index, each entry checked. Stateless; thread-safe. */
public final class TxnIndexFile {

  private TxnIndexFile() {}

  /**
   * The aborted transactions of all segments, in their order.
   *
   * @throws CorruptBatchException as {@link #read}, at the first index that is not sound
   */
  public static List<AbortedTxn> readAll(FileSystem fileSystem, List<Segment> segments)
      throws IOException {
    List<AbortedTxn> all = new ArrayList<>();
    for (Segment segment : segments) {
      all.addAll(read(fileSystem, segment));
    }
    return all;
  }

  /**
   * The aborted transactions whose markers lie in a segment, in the order of the file; none if the
   * segment has no such file.
   *
   * @throws CorruptBatchException if the file is not whole entries, or one of them cannot be: an
   *     entry that is passed over would turn aborted records into committed ones
   */
  public static List<AbortedTxn> read(FileSystem fileSystem, Segment segment) throws IOException {
    if (!segment.hasTxnIndex()) {
      return List.of();
    }
    Path path = segment.file(Kind.TXN_INDEX);
    ByteBuffer bytes = SmallFile.bytes(fileSystem, path);
    try {
      List<AbortedTxn> entries = TxnIndexFormat.decode(bytes);
      for (AbortedTxn entry : entries) {
        if (entry.lastOffset() < segment.baseOffset()) {
          throw new IllegalArgumentException(
              "last offset " + entry.lastOffset() + " is below the segment's base offset");
        }
      }
      return entries;
    } catch (IllegalArgumentException e) {
      throw new CorruptBatchException("corrupt transaction index: " + e.getMessage())
          .at(path, bytes.position(), segment.baseOffset());
    }
  }
}
