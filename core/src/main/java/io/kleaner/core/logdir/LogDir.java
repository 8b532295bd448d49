// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import java.nio.file.Path;
import java.util.List;

/**
 * A directory that a user named, understood: a log directory of a broker, one partition of it, or a
 * partition directory that was copied alone. Immutable.
 *
 * @param dir the log directory, or of a lone partition the partition directory itself
 * @param kind what was named
 * @param hasMetaProperties whether a broker has ever owned it
 * @param cleanShutdown whether the broker's last stop was a clean one
 * @param partitions the partition directories in question, by topic and number
 * @param skipped what else is there that looks like a partition, and why it is left alone
 */
public record LogDir(
    Path dir,
    Kind kind,
    boolean hasMetaProperties,
    boolean cleanShutdown,
    List<Path> partitions,
    List<Skipped> skipped) {

  /** What was named. */
  public enum Kind {
    LOG_DIRECTORY,
    PARTITION,
    /** A partition whose parent is no log directory. */
    LONE_PARTITION
  }

  /**
   * Something that is left alone.
   *
   * @param name its directory's name
   * @param reason why
   */
  public record Skipped(String name, String reason) {}

  /** Keeps its own copies. */
  public LogDir {
    partitions = List.copyOf(partitions);
    skipped = List.copyOf(skipped);
  }

  /** Whether partitions have entries in checkpoint files beside them. */
  public boolean hasCheckpoints() {
    return kind != Kind.LONE_PARTITION;
  }

  /** Whether a broker owned it that has not stopped cleanly, or has not stopped. */
  public boolean isAfterCrash() {
    return hasMetaProperties && !cleanShutdown;
  }

  /** The file whose lock says that somebody works here. */
  public Path lockFile() {
    return dir.resolve(".lock");
  }
}
