// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.compact;

import io.kleaner.core.io.FileHandle;
import io.kleaner.core.io.FileLease;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.io.LockHolder;
import io.kleaner.core.logdir.LogDir;
import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.segment.SegmentFileName;
import io.kleaner.core.segment.SegmentFileName.Kind;
import io.kleaner.core.swap.RecoveryPlan;
import io.kleaner.core.swap.SwapRecovery;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The right to change a directory: its lock, taken as a broker takes it and held until closed.
 *
 * <p>Safe for several threads on different partitions.
 */
public final class LogDirSession implements AutoCloseable {

  private final FileSystem fileSystem;
  private final LogDir logDir;
  private final FileLease lease;
  private volatile boolean closed;

  private LogDirSession(FileSystem fileSystem, LogDir logDir, FileLease lease) {
    this.fileSystem = fileSystem;
    this.logDir = logDir;
    this.lease = lease;
  }

  /**
   * Takes the lock.
   *
   * @param afterCrash whether the user says that the broker which did not stop cleanly is gone
   * @throws UnusableDirectoryException if somebody works there, or may; nothing was changed
   */
  public static LogDirSession open(FileSystem fileSystem, LogDir logDir, boolean afterCrash)
      throws IOException {
    requireStopped(logDir, afterCrash);
    if (!fileSystem.isWritable(logDir.dir())) {
      throw new UnusableDirectoryException(
          logDir.dir() + " cannot be written to; nothing was changed.",
          "Run as the user that the broker runs as, or use --output to write elsewhere.");
    }
    return new LogDirSession(fileSystem, logDir, lock(fileSystem, logDir));
  }

  /**
   * Keeps others from changing a directory that is only read, as far as that leaves no trace: its
   * lock is taken if the lock's file is there, as it is while a broker runs, and can be opened.
   *
   * @param afterCrash whether the user says that the broker which did not stop cleanly is gone
   * @return gives the lock back; empty if there is none to take
   * @throws UnusableDirectoryException if somebody works there, or may
   */
  public static Optional<FileLease> holdForReading(
      FileSystem fileSystem, LogDir logDir, boolean afterCrash) throws IOException {
    requireStopped(logDir, afterCrash);
    if (fileSystem.stat(logDir.lockFile()).isEmpty() || !fileSystem.isWritable(logDir.lockFile())) {
      return Optional.empty();
    }
    return Optional.of(lock(fileSystem, logDir));
  }

  /**
   * Refuses the directory of a broker that may run.
   *
   * @param afterCrash whether the user says that the broker which did not stop cleanly is gone
   * @throws UnusableDirectoryException if nobody says so and it did not stop cleanly
   */
  public static void requireStopped(LogDir logDir, boolean afterCrash)
      throws UnusableDirectoryException {
    if (logDir.isAfterCrash() && !afterCrash) {
      throw new UnusableDirectoryException(
          logDir.dir()
              + " belongs to a broker that has not stopped cleanly: it runs, perhaps on another"
              + " host of a shared mount, or it crashed (no .kafka_cleanshutdown beside"
              + " meta.properties). Nothing was changed.",
          "Stop the broker. If it is known to have crashed, run again with --after-crash.");
    }
  }

  private static FileLease lock(FileSystem fileSystem, LogDir logDir) throws IOException {
    Optional<FileLease> lease;
    try {
      lease = fileSystem.tryLock(logDir.lockFile());
    } catch (FileSystemException e) {
      throw new UnusableDirectoryException(
          logDir.lockFile()
              + " cannot be opened to take its lock: "
              + IoProblem.of(e).text()
              + "; nothing was changed.",
          "Run as the user that the broker runs as.");
    }
    if (lease.isEmpty()) {
      OptionalLong pid = LockHolder.pidOf(logDir.lockFile());
      if (pid.isPresent() && pid.getAsLong() == ProcessHandle.current().pid()) {
        throw new UnusableDirectoryException(
            logDir.lockFile()
                + " is locked by this process already: the directory was named twice, or has two"
                + " paths, as by a bind mount; nothing was changed.",
            "Name it once.");
      }
      throw new UnusableDirectoryException(
          logDir.lockFile()
              + " is locked by "
              + (pid.isPresent() ? "process " + pid.getAsLong() : "another process")
              + ", a running broker or another kleaner; nothing was changed.",
          "Stop it first; a live broker's directory is never written to.");
    }
    return lease.get();
  }

  /**
   * Goes on only while the lock keeps others out: asked before whatever changes the directory.
   *
   * @throws LostDirectoryException if the session was closed, or what has the directory's name now
   *     is not what was locked
   * @throws IOException if that cannot be told now
   */
  public void requireHeld() throws IOException {
    requireOpen();
    if (!lease.isStillThere()) {
      throw new LostDirectoryException(
          logDir.lockFile()
              + " is no longer the file that was locked: it was deleted, or the directory was"
              + " moved, unmounted or replaced, and somebody else may work in what has its name"
              + " now");
    }
  }

  /**
   * Goes on only in a session that was not closed; costs nothing.
   *
   * @throws LostDirectoryException if it was closed
   */
  public void requireOpen() throws LostDirectoryException {
    if (closed) {
      throw new LostDirectoryException(logDir.dir() + " was given up before");
    }
  }

  /** Finishes or undoes what an interrupted clean left in a partition directory. */
  public RecoveryPlan recover(Path partitionDir) throws IOException {
    requireHeld();
    RecoveryPlan plan = new SwapRecovery(fileSystem).plan(partitionDir);
    plan.apply(fileSystem, partitionDir);
    return plan;
  }

  /**
   * Cuts a torn tail off the last segment, as a broker's recovery does, if there is one. The offset
   * and time index are deleted with it where they may point into it; a broker rebuilds them.
   *
   * @param log as it was read
   */
  public void truncateTail(PartitionLog log) throws IOException {
    if (log.tornTail().isEmpty()) {
      return;
    }
    if (log.tornTail().get().isDamage()) {
      throw new IOException(
          log.partition() + " is damaged, not torn: to cut its end off could lose whole batches");
    }
    requireHeld();
    Segment last = log.activeSegment();
    for (Kind kind : new Kind[] {Kind.OFFSET_INDEX, Kind.TIME_INDEX}) {
      fileSystem.delete(SegmentFileName.live(last.baseOffset(), kind).in(log.dir()));
    }
    fileSystem.syncDir(log.dir());
    try (FileHandle file = fileSystem.openWrite(last.logFile())) {
      file.truncate(log.tornTail().get().position());
      file.sync();
    }
  }

  /** The directory the session is for. */
  public LogDir logDir() {
    return logDir;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    lease.close();
  }
}
