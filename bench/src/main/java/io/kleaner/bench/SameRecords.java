// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;

/**
 * Says whether two cleaned log directories hold the same records: at best their logs are the same
 * byte for byte, else every record is compared, whatever batch or segment it lies in.
 *
 * @param sameBytes whether all logs have the same names and bytes
 * @param difference the first record that differs; empty if none does
 */
record SameRecords(boolean sameBytes, Optional<String> difference) {

  /** Compares partition by partition. */
  static SameRecords between(Path expected, Path actual) throws IOException {
    List<String> partitions = partitions(expected);
    if (!partitions.equals(partitions(actual))) {
      return new SameRecords(false, Optional.of("the partitions are not the same"));
    }
    boolean sameBytes = true;
    for (String partition : partitions) {
      Path left = expected.resolve(partition);
      Path right = actual.resolve(partition);
      if (!sameBytes(left, right)) {
        sameBytes = false;
        Optional<String> difference = difference(left, right);
        if (difference.isPresent()) {
          return new SameRecords(false, Optional.of(partition + ": " + difference.get()));
        }
      }
    }
    return new SameRecords(sameBytes, Optional.empty());
  }

  /** Whether the surviving records are the same. */
  boolean same() {
    return difference.isEmpty();
  }

  /** This and another: the worse of both. */
  SameRecords and(SameRecords other) {
    return new SameRecords(
        sameBytes && other.sameBytes, difference.isPresent() ? difference : other.difference);
  }

  private static boolean sameBytes(Path left, Path right) throws IOException {
    List<Path> lefts = logs(left);
    List<Path> rights = logs(right);
    if (lefts.size() != rights.size()) {
      return false;
    }
    for (int i = 0; i < lefts.size(); i++) {
      if (!lefts.get(i).getFileName().equals(rights.get(i).getFileName())
          || Files.mismatch(lefts.get(i), rights.get(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static Optional<String> difference(Path left, Path right) throws IOException {
    try (Records expected = new Records(logs(left));
        Records actual = new Records(logs(right))) {
      while (true) {
        Record one = expected.next();
        Record other = actual.next();
        if (one == null && other == null) {
          return Optional.empty();
        }
        if (one == null || other == null || !same(one, other)) {
          return Optional.of("expected " + describe(one) + ", found " + describe(other));
        }
      }
    }
  }

  private static boolean same(Record one, Record other) {
    return one.offset() == other.offset()
        && one.timestamp() == other.timestamp()
        && Objects.equals(one.key(), other.key())
        && Objects.equals(one.value(), other.value())
        && Arrays.equals(one.headers(), other.headers());
  }

  private static String describe(Record record) {
    return record == null
        ? "the end"
        : "offset " + record.offset() + " with a value of " + record.valueSize() + " bytes";
  }

  private static List<String> partitions(Path logDir) throws IOException {
    try (Stream<Path> entries = Files.list(logDir)) {
      return entries
          .filter(Files::isDirectory)
          .map(dir -> dir.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private static List<Path> logs(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  /** All records of some segments, one after the other. */
  private static final class Records implements AutoCloseable {
    private final Queue<Path> logs;
    private FileRecords file;
    private Iterator<FileChannelRecordBatch> batches = List.<FileChannelRecordBatch>of().iterator();
    private Iterator<Record> records = List.<Record>of().iterator();

    Records(List<Path> logs) {
      this.logs = new ArrayDeque<>(logs);
    }

    /** The next record, or null after the last one. */
    Record next() throws IOException {
      while (!records.hasNext()) {
        if (batches.hasNext()) {
          records = batches.next().iterator();
        } else if (logs.isEmpty()) {
          return null;
        } else {
          close();
          file = FileRecords.open(new File(logs.remove().toString()), false);
          batches = file.batches().iterator();
        }
      }
      return records.next();
    }

    @Override
    public void close() throws IOException {
      if (file != null) {
        file.close();
      }
    }
  }
}
