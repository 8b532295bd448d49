// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compare;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.keymap.KeyHash;
import io.kleaner.core.keymap.SpillPlace;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.ProducerEntry;
import io.kleaner.core.logdir.ProducerReplay;
import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * Whether two logs say the same to a reader: the last committed value, timestamp and headers of
 * each key, where a tombstone is as good as no record; records without a key, as a multiset; data
 * of open transactions; the log end; and each producer's epoch and last sequence.
 *
 * <p>Memory is bounded: records become digests on disk, partitioned by a keyed 128-bit hash of
 * their keys, and are compared partition by partition. Read-only but for its own files in the given
 * directory. Not thread-safe.
 */
public final class LogDiff {

  /** How many differences are shown. */
  public static final int MAX_SHOWN = 100;

  private static final long BYTES_PER_KEY = 160;
  private static final int MAX_PARTITIONS = 512;
  private static final int MAX_LEVELS = 3;

  private final FileSystem fileSystem;
  private final SpillPlace place;
  private final long memoryBytes;
  private final int maxRecordBytes;
  private final CancelToken token;

  private final List<Difference> shown = new ArrayList<>();
  private long total;
  private long keysLeft;
  private long keysRight;

  /**
   * @param place holds the digests while it runs
   * @param memoryBytes memory for one partition of them
   */
  public LogDiff(
      FileSystem fileSystem,
      SpillPlace place,
      long memoryBytes,
      int maxRecordBytes,
      CancelToken token) {
    this.fileSystem = fileSystem;
    this.place = place;
    this.memoryBytes = memoryBytes;
    this.maxRecordBytes = maxRecordBytes;
    this.token = token;
  }

  /**
   * Compares two logs.
   *
   * @throws io.kleaner.core.record.CorruptBatchException if one of them cannot be read
   */
  public DiffReport compare(PartitionLog left, PartitionLog right) throws IOException {
    return compare(left, right, bytes -> {});
  }

  /**
   * The same, and tells how far it is.
   *
   * @param bytesRead told the size of each batch that was read, in bytes, on this thread; both logs
   *     are read once
   */
  public DiffReport compare(PartitionLog left, PartitionLog right, LongConsumer bytesRead)
      throws IOException {
    shown.clear();
    total = 0;
    keysLeft = 0;
    keysRight = 0;
    if (left.logEndOffset() != right.logEndOffset()) {
      differ(
          Difference.Kind.LOG_END,
          "log end offset " + left.logEndOffset(),
          "log end offset " + right.logEndOffset());
    }
    Map<Long, ProducerEntry> leftProducers = producers(left);
    Map<Long, ProducerEntry> rightProducers = producers(right);
    compareProducers(leftProducers, rightProducers);
    long offsets =
        Math.max(
            left.logEndOffset() - left.logStartOffset(),
            right.logEndOffset() - right.logStartOffset());
    int partitions =
        (int) Math.max(1, Math.min(MAX_PARTITIONS, 2 * offsets * BYTES_PER_KEY / memoryBytes + 1));
    KeyHash hash = KeyHash.random();
    try (DigestFiles a = new DigestFiles(fileSystem, place, "left", partitions);
        DigestFiles b = new DigestFiles(fileSystem, place, "right", partitions);
        LogDigester digester = new LogDigester(fileSystem, hash, maxRecordBytes, token)) {
      digester.digest(left, leftProducers, a, bytesRead);
      digester.digest(right, rightProducers, b, bytesRead);
      compare(a, b);
    }
    return new DiffReport(shown, total, keysLeft, keysRight);
  }

  private void compare(DigestFiles a, DigestFiles b) throws IOException {
    for (int i = 0; i < a.partitions(); i++) {
      token.throwIfCancelled();
      long bytes = (a.count(i) + b.count(i)) * BYTES_PER_KEY;
      // Many records of few keys cannot be divided, and need not be: a view holds one of each.
      if (bytes > memoryBytes && a.level() < MAX_LEVELS) {
        try (DigestFiles left = a.split(i);
            DigestFiles right = b.split(i)) {
          compare(left, right);
        }
      } else {
        compare(View.of(a, i), View.of(b, i));
      }
    }
  }

  private Map<Long, ProducerEntry> producers(PartitionLog log) throws IOException {
    return new ProducerReplay(fileSystem, log)
        .upTo(log.logEndOffset(), 0, Long.MAX_VALUE)
        .producers();
  }

  private void compareProducers(Map<Long, ProducerEntry> left, Map<Long, ProducerEntry> right) {
    TreeSet<Long> ids = new TreeSet<>(left.keySet());
    ids.addAll(right.keySet());
    for (long id : ids) {
      String a = text(left.get(id));
      String b = text(right.get(id));
      if (!a.equals(b)) {
        differ(Difference.Kind.PRODUCER, "producer " + id + " " + a, b);
      }
    }
  }

  private static String text(ProducerEntry entry) {
    return entry == null
        ? "unknown"
        : "epoch " + entry.epoch() + ", last sequence " + entry.lastSequence();
  }

  private void compare(View left, View right) {
    keysLeft += left.live();
    keysRight += right.live();
    compareMaps(Difference.Kind.LAST_VALUE, left.values, right.values);
    compareMaps(Difference.Kind.UNCOMMITTED, left.uncommitted, right.uncommitted);
    compareUnkeyed(left.unkeyed, right.unkeyed);
  }

  private void compareMaps(
      Difference.Kind kind, Map<KeyId, Content> left, Map<KeyId, Content> right) {
    left.forEach(
        (key, a) -> {
          Content b = right.get(key);
          if (!a.tombstone && (b == null || b.tombstone)) {
            differ(kind, "record at offset " + a.offset, "no record of that key");
          } else if (b != null && !Objects.equals(a.seen(), b.seen())) {
            differ(kind, "record at offset " + a.offset, "record at offset " + b.offset);
          }
        });
    right.forEach(
        (key, b) -> {
          if (!b.tombstone && !left.containsKey(key)) {
            differ(kind, "no record of that key", "record at offset " + b.offset);
          }
        });
  }

  private void compareUnkeyed(Map<Long, Count> left, Map<Long, Count> right) {
    left.forEach(
        (content, a) -> {
          Count b = right.getOrDefault(content, Count.NONE);
          if (a.times != b.times) {
            differ(
                Difference.Kind.UNKEYED,
                a.times + " like the one at offset " + a.firstOffset,
                b.times + " of them");
          }
        });
    right.forEach(
        (content, b) -> {
          if (!left.containsKey(content)) {
            differ(
                Difference.Kind.UNKEYED,
                "0 of them",
                b.times + " like the one at offset " + b.firstOffset);
          }
        });
  }

  private void differ(Difference.Kind kind, String left, String right) {
    total++;
    if (shown.size() < MAX_SHOWN) {
      shown.add(new Difference(kind, left, right));
    }
  }

  private record KeyId(long first, long second) {}

  private record Content(long hash, long offset, boolean tombstone) {
    /** What a reader sees: of a tombstone, nothing. */
    Optional<Long> seen() {
      return tombstone ? Optional.empty() : Optional.of(hash);
    }
  }

  private record Count(long times, long firstOffset) {
    static final Count NONE = new Count(0, -1);
  }

  /** One partition of one log in memory. */
  private static final class View {
    private final Map<KeyId, Content> values = new HashMap<>();
    private final Map<KeyId, Content> uncommitted = new HashMap<>();
    private final Map<Long, Count> unkeyed = new HashMap<>();

    static View of(DigestFiles files, int partition) throws IOException {
      View view = new View();
      files.read(partition, view::add);
      return view;
    }

    private void add(Digest digest) {
      KeyId key = new KeyId(digest.key1(), digest.key2());
      switch (digest.kind()) {
        case Digest.UNKEYED ->
            unkeyed.merge(
                digest.content(),
                new Count(1, digest.offset()),
                (old, one) -> new Count(old.times + 1, old.firstOffset));
        case Digest.UNCOMMITTED ->
            uncommitted.put(key, new Content(digest.content(), digest.offset(), false));
        default ->
            values.put(
                key,
                new Content(digest.content(), digest.offset(), digest.kind() == Digest.TOMBSTONE));
      }
    }

    long live() {
      return values.values().stream().filter(content -> !content.tombstone).count();
    }
  }
}
