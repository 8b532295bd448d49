// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.keymap;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.InsufficientSpaceException;
import io.kleaner.core.io.SpaceLedger;
import io.kleaner.core.io.SpaceLedger.Answer;
import io.kleaner.core.io.SpaceLedger.Claim;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The directory and the limits for what one clean spills: keys, and bits of records.
 *
 * <p>Thread-safe. {@link #close} gives back what was claimed of the disk and not used; whoever
 * spills after it claims anew.
 */
public final class SpillSpace implements AutoCloseable {

  private static final int MIN_PARTITIONS = 16;
  private static final int MAX_PARTITIONS = 256;
  private static final int BUFFER_BYTES = 8 * 1024;
  private static final long CLAIM_BYTES = 16 * 1024 * 1024;

  private final FileSystem fileSystem;
  private final SpillPlace place;
  private final String name;
  private final long budgetBytes;
  private final int partitions;
  private final SpaceLedger ledger;
  private final BooleanSupplier givenUp;
  private Optional<Claim> claim = Optional.empty();
  private long claimLeftBytes;
  private long spilledBytes;
  private int opened;

  /**
   * @param name tells this clean's files from those of the run's others; hexadecimal digits
   * @param budgetBytes memory that write buffers may take, in bytes
   * @param ledger knows what must stay free on the disk for the segments to be written
   * @param givenUp true once the clean has been given up, and spills nothing more
   */
  public SpillSpace(
      FileSystem fileSystem,
      SpillPlace place,
      String name,
      long budgetBytes,
      SpaceLedger ledger,
      BooleanSupplier givenUp) {
    this.fileSystem = fileSystem;
    this.place = place;
    this.name = name;
    this.ledger = ledger;
    this.givenUp = givenUp;
    this.budgetBytes = budgetBytes;
    this.partitions = partitions(budgetBytes);
  }

  private static int partitions(long budgetBytes) {
    long affordable = budgetBytes / BUFFER_BYTES;
    return Integer.highestOneBit(
        (int) Math.max(MIN_PARTITIONS, Math.min(affordable, MAX_PARTITIONS)));
  }

  /**
   * Free bytes without which so many are not spilled: they are claimed from the disk piece by
   * piece.
   *
   * @param spilledBytes in all
   */
  public static long claimedBytes(long spilledBytes) {
    return (spilledBytes + CLAIM_BYTES - 1) / CLAIM_BYTES * CLAIM_BYTES;
  }

  /**
   * Memory that the buffers of what is spilled take at most in a space with a budget, both in
   * bytes: those of one level of partitions, and that of who reads a partition of the level above.
   */
  static long bufferBytesOf(long budgetBytes) {
    return (long) partitions(budgetBytes) * BUFFER_BYTES + Spill.READ_BYTES;
  }

  /**
   * What the buffers of one level leave of the budget, in bytes.
   *
   * @param mostBytes of the budget that there are
   */
  long besideBuffersBytes(long mostBytes) {
    return Math.min(budgetBytes, mostBytes) - (long) partitions * BUFFER_BYTES;
  }

  Spill open(int level) {
    return new Spill(this, level, partitions, BUFFER_BYTES);
  }

  /** Files that have no others' names. */
  synchronized SpillFiles files(int count, int entryBytes, int bufferBytes) {
    return new SpillFiles(this, opened++, count, entryBytes, bufferBytes);
  }

  FileSystem fileSystem() {
    return fileSystem;
  }

  Path file(int spill, int partition) {
    return place.file(name + "-" + spill + "-" + partition);
  }

  /**
   * Accounts for bytes about to be written. How much will be spilled is not known before it is, so
   * the disk is looked at on the way.
   *
   * @throws InsufficientSpaceException if they would take what the segments need
   */
  synchronized void take(long bytes) throws IOException {
    spilledBytes += bytes;
    if (claimLeftBytes < bytes) {
      close();
      Answer answer = ledger.claim(fileSystem, place.dir(), CLAIM_BYTES, givenUp);
      if (answer instanceof Answer.Lacking shortage) {
        throw new InsufficientSpaceException(
            "no room to spill in "
                + place.dir()
                + ": "
                + shortage.usableBytes()
                + " bytes are free, of which "
                + shortage.claimedBytes()
                + " are needed for the segments to be written");
      }
      claim = Optional.of(((Answer.Granted) answer).claim());
      claimLeftBytes = CLAIM_BYTES;
    }
    claimLeftBytes -= bytes;
    claim.orElseThrow().wrote(bytes);
  }

  @Override
  public synchronized void close() {
    claim.ifPresent(Claim::close);
    claim = Optional.empty();
    claimLeftBytes = 0;
  }

  /** Bytes written to spill files so far. */
  public synchronized long spilledBytes() {
    return spilledBytes;
  }
}
