// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.oracle;

import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.CompressionType;

/**
 * What a generated log is like. Follows from its seed alone, so that a failing one is named by a
 * number. Shares are between 0 and 1.
 *
 * @param segmentBytes {@code segment.bytes}
 * @param segmentIndexBytes {@code segment.index.bytes}
 * @param indexIntervalBytes {@code index.interval.bytes}
 * @param keys how many distinct keys at most
 * @param largestBatch records of a batch at most
 * @param largestValue bytes of a value at most
 * @param tombstones share of records without a value
 * @param headers share of records with headers
 * @param unkeyed share of records without a key
 * @param idempotent share of data batches by an idempotent producer
 * @param transactional share of data batches within a transaction
 * @param gaps share of batches with offsets left out
 * @param logAppendTime share of batches stamped by the broker
 * @param codecs what batches are compressed with
 * @param magics of the batches, one after the other in the log
 * @param rounds how often data is appended and cleaned
 * @param batchesPerRound batches appended a round at most
 * @param segmentsPerRound segments rolled in a round that end it earlier
 * @param deleteRetentionMs {@code delete.retention.ms}
 * @param minLagMs {@code min.compaction.lag.ms}
 * @param cutWatermark whether the high watermark may lie below the log end
 * @param raisedLogStart whether the log start is raised between rounds
 * @param emptyEnds whether of the last batch below the active segment nothing is to stay, each
 *     round for another reason
 */
public record Shape(
    long seed,
    int segmentBytes,
    int segmentIndexBytes,
    int indexIntervalBytes,
    int keys,
    int largestBatch,
    int largestValue,
    double tombstones,
    double headers,
    double unkeyed,
    double idempotent,
    double transactional,
    double gaps,
    double logAppendTime,
    List<CompressionType> codecs,
    List<Byte> magics,
    int rounds,
    int batchesPerRound,
    int segmentsPerRound,
    long deleteRetentionMs,
    long minLagMs,
    boolean cutWatermark,
    boolean raisedLogStart,
    boolean emptyEnds) {

  /** The first of the seeds that give rare shapes. */
  public static final long RARE = 1_000_000;

  /** How many shapes of which nothing is to expire there are, two of them of old formats. */
  static final int KEPT_SHAPES = 8;

  private static final long KEPT = RARE + 1_200_000;

  /** How many rare shapes there are. */
  public static final int RARE_SHAPES = 12;

  /** How many of the rare shapes have empty ends, three rounds each. */
  private static final int EMPTY_ENDS = 6;

  private static final int RARE_LEGACY = 4;

  private static final int[] SEGMENT_BYTES = {4 * 1024, 16 * 1024, 64 * 1024, 512 * 1024};
  private static final int[] LARGEST_BATCH = {1, 5, 40, 3_000};
  private static final int[] BATCHES = {300, 400, 300, 160};
  private static final List<List<Byte>> MAGICS =
      List.of(
          List.of((byte) 2),
          List.of((byte) 2),
          List.of((byte) 2),
          List.of((byte) 2),
          List.of((byte) 1, (byte) 2),
          List.of((byte) 1),
          List.of((byte) 0, (byte) 1, (byte) 2),
          List.of((byte) 0));

  /** The shape of a seed. */
  public static Shape of(long seed) {
    return seed < RARE ? ordinary(seed) : rare(seed);
  }

  private static Shape ordinary(long seed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    List<Byte> magics = MAGICS.get((int) (seed % MAGICS.size()));
    int size = random.nextInt(SEGMENT_BYTES.length);
    boolean modern = magics.contains((byte) 2);
    double transactional = modern ? random.nextInt(3) * 0.35 : 0;
    return new Shape(
        seed,
        SEGMENT_BYTES[size],
        random.nextInt(4) == 0 ? 600 : 10 * 1024 * 1024,
        random.nextBoolean() ? 4096 : 200,
        List.of(3, 30, 400).get(random.nextInt(3)),
        LARGEST_BATCH[Math.min(size, random.nextInt(LARGEST_BATCH.length))],
        List.of(0, 20, 150).get(random.nextInt(3)),
        random.nextInt(3) * 0.2,
        random.nextInt(3) * 0.3,
        random.nextInt(6) == 0 ? 0.1 : 0,
        modern ? random.nextInt(3) * 0.3 : 0,
        transactional,
        random.nextInt(3) * 0.15,
        random.nextInt(3) * 0.4,
        codecs(random),
        magics,
        1 + random.nextInt(4),
        BATCHES[size],
        2 + random.nextInt(6),
        60_000,
        random.nextInt(5) == 0 ? 30_000 : 0,
        random.nextInt(3) == 0,
        // With aborted transactions below the log start, Kafka takes what they wrote for live data.
        transactional == 0 && random.nextInt(3) == 0,
        false);
  }

  /**
   * Small logs that meet in each round what others meet once in hundreds: ends of which nothing
   * stays; old formats in the clean section and past their horizon; transactions, in every codec,
   * above the high watermark.
   */
  private static Shape rare(long seed) {
    int index = rareIndex(seed);
    boolean emptyEnds = index < EMPTY_ENDS;
    boolean legacy = !emptyEnds && index < EMPTY_ENDS + RARE_LEGACY;
    return new Shape(
        seed,
        SEGMENT_BYTES[0],
        10 * 1024 * 1024,
        200,
        400,
        5,
        20,
        0.4,
        0,
        0.05,
        legacy ? 0 : 0.2,
        legacy ? 0 : 0.6,
        0,
        0,
        List.of(CompressionType.values()),
        List.of((byte) (legacy ? index % 2 : 2)),
        emptyEnds ? 3 : 4,
        emptyEnds ? 60 : 300,
        5,
        legacy ? 10_000 : 60_000,
        legacy && index >= EMPTY_ENDS + RARE_LEGACY / 2 ? 30_000 : 0,
        !emptyEnds && !legacy,
        legacy,
        emptyEnds);
  }

  /**
   * A small log of one format with many records without a key, of which nothing is to expire.
   *
   * @param index below {@link #KEPT_SHAPES}
   */
  static Shape kept(int index) {
    boolean legacy = index >= EMPTY_ENDS;
    return new Shape(
        KEPT + index,
        SEGMENT_BYTES[0],
        10 * 1024 * 1024,
        200,
        400,
        5,
        20,
        0.4,
        0,
        0.3,
        legacy ? 0 : 0.2,
        legacy ? 0 : 0.5,
        0,
        0,
        List.of(CompressionType.values()),
        List.of((byte) (legacy ? index - EMPTY_ENDS : 2)),
        legacy ? 10 : 3,
        300,
        5,
        legacy ? 10_000 : 60_000,
        0,
        false,
        false,
        !legacy);
  }

  private static int rareIndex(long seed) {
    return (int) ((seed - RARE) % RARE_SHAPES);
  }

  /** How a round ends, if {@link #emptyEnds}: all rare shapes together have all ends. */
  EmptyEnd endOf(int round) {
    return EmptyEnd.of(rareIndex(seed) * rounds + round);
  }

  /**
   * The same without idempotent producers and transactions, and with one codec, in small batches.
   */
  public Shape withoutProducers() {
    return new Shape(
        seed,
        segmentBytes,
        segmentIndexBytes,
        indexIntervalBytes,
        keys,
        Math.min(largestBatch, 5),
        largestValue,
        tombstones / 4,
        headers,
        unkeyed,
        0,
        0,
        gaps,
        logAppendTime / 4,
        codecs.subList(0, 1),
        magics,
        rounds,
        batchesPerRound,
        segmentsPerRound,
        deleteRetentionMs,
        minLagMs,
        cutWatermark,
        raisedLogStart,
        emptyEnds);
  }

  private static List<CompressionType> codecs(Random random) {
    CompressionType[] all = CompressionType.values();
    return switch (random.nextInt(3)) {
      case 0 -> List.of(all);
      case 1 -> List.of(CompressionType.NONE);
      default -> List.of(all[random.nextInt(all.length)], all[random.nextInt(all.length)]);
    };
  }
}
