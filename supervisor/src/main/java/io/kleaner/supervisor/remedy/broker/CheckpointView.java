// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.logdir.UnusableDirectoryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where each partition's last clean ended, as the broker's cleaner wrote it down. */
@FunctionalInterface
public interface CheckpointView {

  /** The present state; empty if it cannot be seen. */
  Optional<Map<TopicPartition, Long>> look();

  /** No checkpoint can be seen. */
  static CheckpointView none() {
    return Optional::empty;
  }

  /** Of log directories, which are only read. */
  static CheckpointView of(FileSystem fileSystem, List<Path> logDirs) {
    return () -> {
      Map<TopicPartition, Long> all = new HashMap<>();
      try {
        for (Path logDir : logDirs) {
          all.putAll(new CheckpointFile(fileSystem, logDir, CheckpointFile.CLEANER).read());
        }
      } catch (UnusableDirectoryException e) {
        // The broker is at writing it: the next look sees a whole one.
        return Optional.empty();
      } catch (IOException e) {
        return Optional.empty();
      }
      return logDirs.isEmpty() ? Optional.empty() : Optional.of(all);
    };
  }

  /** Whether some partition was cleaned further than before. */
  static boolean moved(Map<TopicPartition, Long> before, Map<TopicPartition, Long> after) {
    return after.entrySet().stream()
        .anyMatch(each -> each.getValue() > before.getOrDefault(each.getKey(), -1L));
  }
}
