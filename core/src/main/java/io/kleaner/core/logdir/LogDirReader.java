// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.segment.SegmentFileName;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Understands a directory that a user named; changes nothing. Stateless apart from the file system;
 * thread-safe.
 */
public final class LogDirReader {

  /** The file that says which cluster and node a log directory belongs to. */
  public static final String META_PROPERTIES = "meta.properties";

  /** The file that a broker leaves when it stops cleanly, and takes away when it starts. */
  public static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

  private static final String METADATA_TOPIC = "__cluster_metadata";
  private static final Comparator<Path> BY_PARTITION =
      Comparator.comparing(
          path -> TopicPartition.ofDirectoryName(path.getFileName().toString()).orElseThrow());

  private final FileSystem fileSystem;

  /**
   * @param fileSystem where the directory is
   */
  public LogDirReader(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /**
   * Looks at a directory.
   *
   * @param named may be a symbolic link, which is followed; links below it are not. A link that
   *     stands in a log directory belongs to that one: its lock, its checkpoints, its broker
   * @throws UnusableDirectoryException if it is neither a log directory nor a partition
   */
  public LogDir read(Path named) throws IOException {
    Path dir = resolve(named);
    List<FileEntry> entries = list(dir);
    boolean holdsSegments = entries.stream().anyMatch(LogDirReader::isLog);
    Path name = dir.getFileName();
    Optional<TopicPartition> partition =
        name == null ? Optional.empty() : TopicPartition.ofDirectoryName(name.toString());
    if (holdsSegments || (partition.isPresent() && !isLogDir(entries))) {
      return partition(dir, owner(named, dir), partition, holdsSegments);
    }
    return logDir(dir, entries);
  }

  private Path resolve(Path named) throws IOException {
    try {
      return fileSystem.realPath(named);
    } catch (NoSuchFileException e) {
      throw new UnusableDirectoryException(
          named + " does not exist; nothing was changed.", "Check the path.");
    } catch (AccessDeniedException e) {
      throw new UnusableDirectoryException(
          named
              + " cannot be reached: permission denied for a directory above it; nothing was"
              + " changed.",
          "Run as the user that the broker runs as.");
    } catch (FileSystemException e) {
      throw new UnusableDirectoryException(
          named + " cannot be reached: " + e.getReason() + "; nothing was changed.",
          "Check the path.");
    }
  }

  /**
   * The directory whose broker the partition belongs to: a link stands in the log directory of the
   * broker that follows it, wherever it leads.
   */
  private Path owner(Path named, Path dir) throws IOException {
    Path absolute = named.toAbsolutePath();
    boolean link =
        fileSystem.stat(absolute).filter(e -> e.kind() == FileEntry.Kind.SYMLINK).isPresent();
    if (!link || absolute.getParent() == null) {
      return dir.getParent();
    }
    Path beside = fileSystem.realPath(absolute.getParent());
    if (beside.equals(dir.getParent()) || !isLogDir(list(beside))) {
      return dir.getParent();
    }
    if (!absolute.getFileName().equals(dir.getFileName())) {
      throw new UnusableDirectoryException(
          named
              + " is a link to "
              + dir
              + ", which has another name; what a log directory's checkpoints say of the one is not"
              + " known of the other. Nothing was changed.",
          "Give the link the name of its target.");
    }
    return beside;
  }

  /** Whether a directory holds what only a broker's log directory does; changes nothing. */
  public boolean isLogDirectory(Path dir) throws IOException {
    return isLogDir(list(dir));
  }

  private List<FileEntry> list(Path dir) throws IOException {
    try {
      return fileSystem.list(dir);
    } catch (NotDirectoryException e) {
      throw new UnusableDirectoryException(
          dir + " is not a directory; nothing was changed.",
          "Name a partition directory or a log directory.");
    } catch (AccessDeniedException e) {
      throw new UnusableDirectoryException(
          dir + " cannot be read: permission denied; nothing was changed.",
          "Run as the user that the broker runs as.");
    }
  }

  private LogDir partition(
      Path dir, Path parent, Optional<TopicPartition> partition, boolean holdsSegments)
      throws IOException {
    if (!holdsSegments) {
      throw new UnusableDirectoryException(
          dir + " holds no segment (no file like 00000000000000000000.log); nothing was changed.",
          "Name a partition directory, or the log directory above it.");
    }
    if (partition.isEmpty() || isForeign(dir.getFileName().toString())) {
      throw new UnusableDirectoryException(
          dir
              + " is not named like a partition, <topic>-<number>; Kafka's own and half-deleted"
              + " directories are never touched. Nothing was changed.",
          "Give a copy the name of its partition, such as orders-0.");
    }
    List<FileEntry> around = parent == null ? List.of() : list(parent);
    if (!isLogDir(around)) {
      return new LogDir(dir, LogDir.Kind.LONE_PARTITION, false, false, List.of(dir), List.of());
    }
    return new LogDir(
        parent,
        LogDir.Kind.PARTITION,
        has(around, META_PROPERTIES),
        has(around, CLEAN_SHUTDOWN),
        List.of(dir),
        List.of());
  }

  private LogDir logDir(Path dir, List<FileEntry> entries) throws IOException {
    List<Path> partitions = new ArrayList<>();
    List<LogDir.Skipped> skipped = new ArrayList<>();
    for (FileEntry entry : entries) {
      String name = entry.name();
      boolean named = TopicPartition.ofDirectoryName(name).isPresent();
      if (entry.kind() == FileEntry.Kind.SYMLINK && named) {
        skipped.add(new LogDir.Skipped(name, "a symbolic link; name it by hand to work on it"));
      } else if (entry.isDirectory() && isForeign(name)) {
        skipped.add(new LogDir.Skipped(name, "Kafka's own, or on its way out; never touched"));
      } else if (entry.isDirectory() && named) {
        partitions.add(entry.path());
      }
    }
    if (partitions.isEmpty() && !isLogDir(entries)) {
      throw new UnusableDirectoryException(
          dir
              + " is neither a partition directory (no segment in it) nor a log directory (no"
              + " partition, checkpoint or meta.properties in it); nothing was changed.",
          "Name the directory of log.dirs, or one partition's directory in it.");
    }
    partitions.sort(BY_PARTITION);
    return new LogDir(
        dir,
        LogDir.Kind.LOG_DIRECTORY,
        has(entries, META_PROPERTIES),
        has(entries, CLEAN_SHUTDOWN),
        partitions,
        skipped);
  }

  private static boolean isForeign(String name) {
    return name.startsWith(METADATA_TOPIC + "-")
        || name.endsWith("-delete")
        || name.endsWith("-future")
        || name.endsWith("-stray");
  }

  private static boolean isLogDir(List<FileEntry> entries) {
    return has(entries, META_PROPERTIES)
        || CheckpointFile.NAMES.stream().anyMatch(name -> has(entries, name));
  }

  /** Whatever it is: a link in the place of a file must not make a broker's directory look free. */
  private static boolean has(List<FileEntry> entries, String name) {
    return entries.stream().anyMatch(entry -> entry.name().equals(name));
  }

  private static boolean isLog(FileEntry entry) {
    return SegmentFileName.parse(entry.name())
        .filter(name -> name.kind() == SegmentFileName.Kind.LOG)
        .isPresent();
  }
}
