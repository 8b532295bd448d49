// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.logdir;

import java.util.Optional;

/**
 * A topic's name and a partition's number, as a directory name or a checkpoint line has them.
 *
 * @param topic the topic's name; may contain {@code -}, {@code .} and {@code _}
 * @param partition not negative
 */
public record TopicPartition(String topic, int partition) implements Comparable<TopicPartition> {

  private static final int MAX_TOPIC_LENGTH = 249;

  /** 2^32 by the golden ratio. */
  private static final int GOLDEN = 0x9E3779B9;

  /** Checks both parts. */
  public TopicPartition {
    if (topic.isEmpty() || partition < 0) {
      throw new IllegalArgumentException("not a partition: '" + topic + "' " + partition);
    }
  }

  /** Understands a partition directory's name, {@code <topic>-<partition>}; empty if it is none. */
  public static Optional<TopicPartition> ofDirectoryName(String name) {
    int dash = name.lastIndexOf('-');
    if (dash <= 0 || dash == name.length() - 1 || dash > MAX_TOPIC_LENGTH) {
      return Optional.empty();
    }
    for (int i = 0; i < dash; i++) {
      char c = name.charAt(i);
      boolean legal =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
      if (!legal) {
        return Optional.empty();
      }
    }
    for (int i = dash + 1; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return Optional.empty();
      }
    }
    try {
      return Optional.of(
          new TopicPartition(name.substring(0, dash), Integer.parseInt(name.substring(dash + 1))));
    } catch (NumberFormatException tooLarge) {
      return Optional.empty();
    }
  }

  @Override
  public int compareTo(TopicPartition other) {
    int byTopic = topic.compareTo(other.topic);
    return byTopic != 0 ? byTopic : Integer.compare(partition, other.partition);
  }

  // Written out: a record's own ones are slow until they are compiled well, and these are the keys
  // of every map that a look at thousands of partitions goes through.
  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof TopicPartition that
            && partition == that.partition
            && topic.equals(that.topic));
  }

  // Spread: partitions of a topic, and topics that are numbered, would else lie side by side in
  // tables that are probed in order, as those of Map.copyOf are.
  @Override
  public int hashCode() {
    int mixed = (31 * topic.hashCode() + partition) * GOLDEN;
    return mixed ^ mixed >>> 15;
  }

  @Override
  public String toString() {
    return topic + "-" + partition;
  }
}
