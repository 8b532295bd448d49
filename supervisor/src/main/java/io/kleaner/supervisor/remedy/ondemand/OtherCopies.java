// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.io.IoProblem;
import io.kleaner.core.logdir.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds directories that hold records of a partition beside its own: one that is being deleted
 * ({@code -delete}), one that a replica is moved to ({@code -future}), one that the broker set
 * aside ({@code -stray}), and its own ones in log directories that nobody watched. Stateless.
 */
final class OtherCopies {

  /** How Kafka names them: {@code <topic>-<partition>.<unique>-<suffix>}. */
  private static final Pattern NAME = Pattern.compile("(.+)-(\\d+)\\.[^.-]+-(delete|future|stray)");

  /** Kafka cuts topics short in such names, to stay within what a file system allows. */
  private static final int LONGEST_NAME = 255;

  private static final String DELETED = "-delete";

  private OtherCopies() {}

  /**
   * Lists log directories.
   *
   * @param own directories that are known, which are none of them
   * @return the paths of others; of a directory that cannot be listed, the reason
   */
  static List<String> of(
      FileSystem fileSystem, List<Path> logDirs, TopicPartition partition, Set<Path> own) {
    List<String> found = new ArrayList<>();
    for (Path logDir : logDirs) {
      try {
        for (FileEntry entry : fileSystem.list(logDir)) {
          boolean unwatched =
              entry.name().equals(partition.toString()) && !own.contains(entry.path());
          if (unwatched || isCopy(entry.name(), partition)) {
            found.add(entry.path().toString());
          }
        }
      } catch (IOException e) {
        found.add(logDir + " cannot be listed: " + IoProblem.of(e).text());
      }
    }
    return found;
  }

  /** Whether what was found goes away by itself, as the broker deletes it. */
  static boolean isBeingDeleted(String found) {
    return found.endsWith(DELETED);
  }

  private static boolean isCopy(String name, TopicPartition partition) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches() || !matcher.group(2).equals(Integer.toString(partition.partition()))) {
      return false;
    }
    String topic = matcher.group(1);
    return topic.equals(partition.topic())
        || (name.length() == LONGEST_NAME && partition.topic().startsWith(topic));
  }
}
