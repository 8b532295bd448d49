// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/** Says in which files two partition directories differ, and from which batch on. */
public final class DirectoryDiff {

  private static final String LOGS = "\\d{20}\\.log";

  private static final int TXN_ENTRY_BYTES = 34;
  private static final int TXN_LAST_OFFSET = 18;

  private DirectoryDiff() {}

  /**
   * Compares the files whose names match, their bytes and, of logs, their modification times.
   *
   * @param names a regular expression for whole file names
   * @return one sentence for each difference
   */
  public static List<String> between(Path expected, Path actual, String names) throws IOException {
    SortedMap<String, Path> left = files(expected, names);
    SortedMap<String, Path> right = files(actual, names);
    List<String> differences = new ArrayList<>();
    for (String name :
        new TreeSet<>(Stream.concat(left.keySet().stream(), right.keySet().stream()).toList())) {
      if (!left.containsKey(name)) {
        differences.add(name + " should not be there");
      } else if (!right.containsKey(name)) {
        differences.add(name + " is missing");
      } else {
        compare(name, left.get(name), right.get(name), differences);
      }
    }
    return differences;
  }

  /** Size of the largest log of a partition, in bytes. */
  public static long largestLog(Path dir) throws IOException {
    long largest = 0;
    for (Path log : files(dir, LOGS).values()) {
      largest = Math.max(largest, Files.size(log));
    }
    return largest;
  }

  /** What all logs, or all transaction indexes, of a partition hold, one after the other. */
  public static byte[] joined(Path dir, String suffix) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Path file : files(dir, "\\d{20}\\." + suffix).values()) {
      all.write(Files.readAllBytes(file));
    }
    return all.toByteArray();
  }

  /** Entries of transaction indexes that lie in another segment than their ABORT marker. */
  public static List<String> strayAbortedTxns(Path dir) throws IOException {
    List<Long> bases =
        files(dir, LOGS).keySet().stream()
            .map(name -> Long.parseLong(name.substring(0, 20)))
            .toList();
    List<String> stray = new ArrayList<>();
    for (int i = 0; i < bases.size(); i++) {
      Path index = dir.resolve(String.format("%020d.txnindex", bases.get(i)));
      ByteBuffer entries =
          ByteBuffer.wrap(Files.exists(index) ? Files.readAllBytes(index) : new byte[0]);
      for (int at = 0; at < entries.limit(); at += TXN_ENTRY_BYTES) {
        long marker = entries.getLong(at + TXN_LAST_OFFSET);
        long end = i + 1 < bases.size() ? bases.get(i + 1) : Long.MAX_VALUE;
        if (marker < bases.get(i) || marker >= end) {
          stray.add("marker " + marker + " in " + index.getFileName());
        }
      }
    }
    return stray;
  }

  private static void compare(String name, Path expected, Path actual, List<String> differences)
      throws IOException {
    byte[] left = Files.readAllBytes(expected);
    byte[] right = Files.readAllBytes(actual);
    int at = Arrays.mismatch(left, right);
    if (at >= 0) {
      String where = name.endsWith(".log") ? batches(left, right) : "";
      differences.add(
          name + " differs from byte " + at + " of " + left.length + "/" + right.length + where);
    }
    long leftMs = Files.getLastModifiedTime(expected).toMillis();
    long rightMs = Files.getLastModifiedTime(actual).toMillis();
    if (name.endsWith(".log") && leftMs != rightMs) {
      differences.add(name + " was modified at " + rightMs + ", expected " + leftMs);
    }
  }

  private static String batches(byte[] expected, byte[] actual) {
    Iterator<MutableRecordBatch> left = batchesOf(expected);
    Iterator<MutableRecordBatch> right = batchesOf(actual);
    while (left.hasNext() && right.hasNext()) {
      MutableRecordBatch one = left.next();
      MutableRecordBatch other = right.next();
      if (!one.equals(other)) {
        return ": expected " + describe(one) + ", found " + describe(other);
      }
    }
    return ": expected "
        + (left.hasNext() ? describe(left.next()) : "the end")
        + ", found "
        + (right.hasNext() ? describe(right.next()) : "the end");
  }

  private static Iterator<MutableRecordBatch> batchesOf(byte[] log) {
    return MemoryRecords.readableRecords(ByteBuffer.wrap(log)).batches().iterator();
  }

  private static String describe(MutableRecordBatch batch) {
    return batch
        + " magic "
        + batch.magic()
        + " count "
        + batch.countOrNull()
        + " bytes "
        + batch.sizeInBytes()
        + " producer "
        + batch.producerId()
        + "/"
        + batch.producerEpoch()
        + " horizon "
        + batch.deleteHorizonMs();
  }

  private static SortedMap<String, Path> files(Path dir, String names) throws IOException {
    SortedMap<String, Path> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(dir)) {
      files
          .filter(file -> file.getFileName().toString().matches(names))
          .forEach(file -> found.put(file.getFileName().toString(), file));
    }
    return found;
  }
}
