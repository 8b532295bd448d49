// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What the cleans of one process have promised each other to write on each disk, so that two of
 * them never count on the same free bytes.
 *
 * <p>Free space is what the disk says, less what others claimed and have not written yet. Other
 * programs claim nothing: a disk can still be full in the middle of a write, and that is survived.
 *
 * <p>Thread-safe. The disk is asked outside the lock: one that never answers holds up nobody else.
 */
public final class SpaceLedger {

  /** Bytes that a writer may have counted and not yet handed to the disk, unless it says more. */
  private static final long UNFLUSHED_BYTES = 1024 * 1024;

  /** What is done when only other cleans keep one from its room. */
  public enum WhenTaken {
    /** Wait until they have ended: nothing else would run meanwhile. */
    WAIT,
    /** Give up and come back later: others have work, and one that hangs must hold up nobody. */
    REFUSE
  }

  private final WhenTaken whenTaken;
  private final Set<Claim> claims = new LinkedHashSet<>();
  private long writtenBytes;

  /**
   * @param whenTaken what cleans do whose room others have claimed
   */
  public SpaceLedger(WhenTaken whenTaken) {
    this.whenTaken = whenTaken;
  }

  public WhenTaken whenTaken() {
    return whenTaken;
  }

  /** Whether there was room. */
  public sealed interface Answer {

    /** There is, and it is kept for whoever asked. */
    record Granted(Claim claim) implements Answer {}

    /**
     * There is not.
     *
     * @param usableBytes free on the disk
     * @param claimedBytes of those, what others claimed; 0 if there are no others
     * @param others cleans that hold a claim on that disk
     */
    record Lacking(long usableBytes, long claimedBytes, int others) implements Answer {}
  }

  /**
   * Claims room for files to be written.
   *
   * @param dir where
   * @param bytes at most
   * @param givenUp true once whoever asks has been given up and writes no more, though it may not
   *     have come to close its claim
   */
  public Answer claim(FileSystem disk, Path dir, long bytes, BooleanSupplier givenUp)
      throws IOException {
    return claim(disk, dir, bytes, UNFLUSHED_BYTES, givenUp);
  }

  /**
   * The same for a writer that fills several buffers before the first of them is written.
   *
   * @param unflushedBytes that it may have counted and not yet handed to the disk, at most
   */
  public Answer claim(
      FileSystem disk, Path dir, long bytes, long unflushedBytes, BooleanSupplier givenUp)
      throws IOException {
    Object store = disk.storeOf(dir);
    long before = writtenBytes();
    long usable = disk.usableBytes(dir);
    synchronized (this) {
      claims.removeIf(claim -> claim.givenUp.getAsBoolean());
      long claimed = 0;
      int others = 0;
      for (Claim claim : claims) {
        if (claim.store.equals(store)) {
          claimed += claim.outstandingBytes();
          others++;
        }
      }
      // What was written since the disk was asked may or may not be in its answer.
      claimed += writtenBytes - before;
      if (usable - claimed < bytes) {
        return new Answer.Lacking(usable, Math.min(claimed, usable), others);
      }
      Claim claim = new Claim(this, store, bytes, unflushedBytes, givenUp);
      claims.add(claim);
      return new Answer.Granted(claim);
    }
  }

  private synchronized long writtenBytes() {
    return writtenBytes;
  }

  /** Room kept for one writer until it is closed. Thread-safe. */
  public static final class Claim implements AutoCloseable {

    private final SpaceLedger ledger;
    private final Object store;
    private final long unflushedBytes;
    private final BooleanSupplier givenUp;
    private long bytes;
    private long written;

    private Claim(
        SpaceLedger ledger,
        Object store,
        long bytes,
        long unflushedBytes,
        BooleanSupplier givenUp) {
      this.ledger = ledger;
      this.store = store;
      this.unflushedBytes = unflushedBytes;
      this.bytes = bytes;
      this.givenUp = givenUp;
    }

    /** Some of it was written: the disk itself says so from now on. */
    public void wrote(long count) {
      synchronized (ledger) {
        written += count;
        ledger.writtenBytes += count;
      }
    }

    /** What was written has taken the place of something else: so much is still to be written. */
    public void expect(long count) {
      synchronized (ledger) {
        bytes = count;
        written = 0;
      }
    }

    private long outstandingBytes() {
      return Math.max(0, bytes - Math.max(0, written - unflushedBytes));
    }

    @Override
    public void close() {
      synchronized (ledger) {
        ledger.claims.remove(this);
      }
    }
  }
}
