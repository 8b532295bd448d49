// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The checkpoint files of a running broker's log directory, read again when they changed. The
 * broker replaces them whole, so none is ever seen half written. Not thread-safe.
 */
final class Checkpoints {

  private static final List<String> NAMES =
      List.of(CheckpointFile.CLEANER, CheckpointFile.HIGH_WATERMARK, CheckpointFile.LOG_START);

  private final FileSystem fileSystem;
  private final Path logDir;
  private final Map<String, Optional<FileEntry>> states = new HashMap<>();
  private final Map<String, Map<TopicPartition, Long>> entries = new HashMap<>();
  private final Map<String, String> problems = new HashMap<>();

  Checkpoints(FileSystem fileSystem, Path logDir) {
    this.fileSystem = fileSystem;
    this.logDir = logDir;
  }

  /**
   * Brings them up to date; one that cannot be read keeps what it said before.
   *
   * @return whether any was read again
   */
  boolean read() {
    boolean changed = false;
    for (String name : NAMES) {
      try {
        Optional<FileEntry> state = fileSystem.stat(logDir.resolve(name));
        if (!state.equals(states.get(name)) || problems.containsKey(name)) {
          entries.put(name, new CheckpointFile(fileSystem, logDir, name).read());
          states.put(name, state);
          changed = true;
        }
        problems.remove(name);
      } catch (IOException e) {
        problems.put(name, Reason.of(e));
      }
    }
    return changed;
  }

  /** An entry. */
  OptionalLong get(String name, TopicPartition partition) {
    Long offset = entries.getOrDefault(name, Map.of()).get(partition);
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** Why files could not be read, a sentence each. */
  List<String> problems() {
    return NAMES.stream()
        .filter(problems::containsKey)
        .map(name -> name + " cannot be read: " + problems.get(name))
        .toList();
  }
}
