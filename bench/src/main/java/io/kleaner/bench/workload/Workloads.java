// SPDX-License-Identifier: Apache-2.0
package io.kleaner.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The workloads by name. Keys and values together make the size asked for, before compression. */
public final class Workloads {

  /** All names, in order. */
  public static final List<String> NAMES =
      List.of(
          "W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10", "W11", "W12", "W13", "W14");

  /** Keys of W13 if nothing else is said. */
  public static final long DEFAULT_KEYS = 100_000_000;

  /** Keys of workloads that grow in size alone: about as many as W1 has at 1 GiB. */
  public static final long SAME_KEYS = 2_500_000;

  /** Share of records of {@link #tinyKeys} that have a new key. */
  public static final double TINY_FRESH = 0.9;

  private static final int TINY = 20;
  private static final int SMALL = 100;
  private static final int LARGE = 1000;
  private static final int BATCH = 100;
  private static final double FRESH = 0.3;
  private static final int MIXED_PARTITIONS = 20;
  private static final double MIXED_GROWTH = 1.2;

  private Workloads() {}

  /**
   * Makes one.
   *
   * @param bytes key and value bytes before compression
   * @param keys distinct keys of W13, whose size they decide
   * @return empty if there is none of that name
   */
  public static Optional<Workload> named(String name, long bytes, long keys) {
    return Optional.ofNullable(
        switch (name) {
          case "W1" -> codec(name, "none", bytes);
          case "W2" ->
              sized(
                  name,
                  "uncompressed, values of 1 KB",
                  PartitionShape.plain("none", LARGE, 15, FRESH),
                  bytes);
          case "W3" -> codec(name, "lz4", bytes);
          case "W4" -> codec(name, "zstd", bytes);
          case "W5" -> fresh(name, 0.95, bytes);
          case "W6" -> fresh(name, 0.01, bytes);
          case "W7" -> codec(name, "gzip", bytes);
          case "W8" -> codec(name, "snappy", bytes);
          case "W9" ->
              sized(
                  name,
                  "20 % of batches repeat an earlier one",
                  PartitionShape.plain("none", SMALL, BATCH, 1).repeatingBatches(0.2),
                  bytes);
          case "W10" ->
              sized(
                  name,
                  "90 % cleaned before",
                  PartitionShape.plain("none", SMALL, BATCH, FRESH).cleanedBefore(0.9),
                  bytes);
          case "W11" ->
              new Workload(name, MIXED_PARTITIONS + " partitions of mixed sizes", mixed(bytes));
          case "W12" ->
              sized(
                  name,
                  "transactions, tombstones, batches of 1-5",
                  PartitionShape.plain("none", SMALL, 1, FRESH)
                      .batchesOf(1, 5)
                      .tombstones(0.1)
                      .inTransactions(),
                  bytes);
          case "W13" -> tinyKeys(name, keys);
          case "W14" ->
              sized(
                  name,
                  "25 % cleaned before, its keys written again",
                  PartitionShape.plain("none", SMALL, BATCH, 0).cleanedBefore(0.25),
                  bytes);
          default -> null;
        });
  }

  /**
   * A number of distinct keys of 10 bytes with values of 4: nothing but the map matters. A tenth of
   * the records supersede another, so that there is something to do for the second pass too.
   */
  public static Workload tinyKeys(String name, long keys) {
    return Workload.single(
        name,
        "tiny records, 90 % with a new key",
        PartitionShape.plain("none", 4, 500, TINY_FRESH).keysOf(10),
        Math.round(keys / TINY_FRESH));
  }

  /**
   * Logs of plain producers, most with one record a batch, as it is where somebody waits for each.
   */
  public static List<Workload> toReshape(long bytes) {
    return List.of(
        sized("R1", "batches of one record", PartitionShape.plain("none", SMALL, 1, FRESH), bytes),
        sized("R2", "the same, zstd", PartitionShape.plain("zstd", SMALL, 1, FRESH), bytes),
        sized(
            "R3",
            "the same, values of 20 bytes",
            PartitionShape.plain("none", TINY, 1, FRESH),
            bytes),
        sized(
            "R4", "batches of 100, lz4", PartitionShape.plain("lz4", SMALL, BATCH, FRESH), bytes));
  }

  /** W1 with no more distinct keys than W1 has at 1 GiB, whatever its size. */
  public static Workload sameKeys(String name, long bytes) {
    return sized(
        name,
        "uncompressed, 2.5 million keys",
        PartitionShape.plain("none", SMALL, BATCH, FRESH).keysUpTo(SAME_KEYS),
        bytes);
  }

  private static Workload codec(String name, String codec, long bytes) {
    String title = codec.equals("none") ? "uncompressed, values of 100 bytes" : codec;
    return sized(name, title, PartitionShape.plain(codec, SMALL, BATCH, FRESH), bytes);
  }

  private static Workload fresh(String name, double share, long bytes) {
    return sized(
        name,
        Math.round(share * 100) + " % of records have a new key",
        PartitionShape.plain("none", SMALL, BATCH, share),
        bytes);
  }

  private static Workload sized(String name, String title, PartitionShape shape, long bytes) {
    return Workload.single(name, title, shape, Math.max(1, bytes / shape.recordBytes()));
  }

  private static List<Workload.Part> mixed(long bytes) {
    List<PartitionShape> shapes =
        List.of(
            PartitionShape.plain("none", SMALL, BATCH, FRESH),
            PartitionShape.plain("lz4", SMALL, BATCH, FRESH),
            PartitionShape.plain("none", LARGE, 15, FRESH),
            PartitionShape.plain("zstd", SMALL, BATCH, 0.01),
            PartitionShape.plain("snappy", SMALL, BATCH, 0.95));
    double unit = bytes * (MIXED_GROWTH - 1) / (Math.pow(MIXED_GROWTH, MIXED_PARTITIONS) - 1);
    List<Workload.Part> parts = new ArrayList<>();
    for (int i = 0; i < MIXED_PARTITIONS; i++) {
      PartitionShape shape = shapes.get(i % shapes.size());
      long share = (long) (unit * Math.pow(MIXED_GROWTH, i));
      parts.add(new Workload.Part(shape, Math.max(1, share / shape.recordBytes())));
    }
    return parts;
  }
}
