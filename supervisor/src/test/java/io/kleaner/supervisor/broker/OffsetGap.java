// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What releases before 2.0 left behind (KAFKA-5413): a sealed segment whose last batch is more than
 * 2^31-1 offsets above its base, so that no index entry can hold it. Checksums don't cover offsets,
 * so all batches stay whole. The broker must be stopped, and in order: it recovers nothing then.
 */
final class OffsetGap {

  private static final List<String> KINDS = List.of("log", "index", "timeindex", "snapshot");
  private static final int LENGTH_FIELD = 8;
  private static final int LOG_OVERHEAD = LENGTH_FIELD + Integer.BYTES;

  private OffsetGap() {}

  /**
   * Moves the last batch of a segment that far up, and the active one, which is to follow it, above
   * that.
   *
   * @param activeBase base offset of the active segment
   * @return the offset of the last batch now
   */
  static long widen(Path partition, long base, long activeBase) throws IOException {
    Path sealed = file(partition, base, "log");
    ByteBuffer batches = ByteBuffer.wrap(Files.readAllBytes(sealed));
    List<Integer> positions = positions(batches);
    int last = positions.get(positions.size() - 1);
    long by = Integer.MAX_VALUE + 1_000L;
    long moved = batches.getLong(last) + by;
    batches.putLong(last, moved);
    Files.write(sealed, batches.array());

    Path active = file(partition, activeBase, "log");
    ByteBuffer following = ByteBuffer.wrap(Files.readAllBytes(active));
    for (int position : positions(following)) {
      following.putLong(position, following.getLong(position) + by);
    }
    Files.write(active, following.array());
    for (String kind : KINDS) {
      Path file = file(partition, activeBase, kind);
      if (Files.exists(file)) {
        Files.move(file, file(partition, activeBase + by, kind));
      }
    }
    return moved;
  }

  private static List<Integer> positions(ByteBuffer batches) {
    List<Integer> positions = new ArrayList<>();
    for (int at = 0; at < batches.limit(); at += LOG_OVERHEAD + batches.getInt(at + LENGTH_FIELD)) {
      positions.add(at);
    }
    return positions;
  }

  private static Path file(Path partition, long base, String kind) {
    return partition.resolve(String.format(Locale.ROOT, "%020d.%s", base, kind));
  }
}
