// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.Map;

/**
 * What one look at a log directory gave.
 *
 * @param facts of the directory itself
 * @param partitions in it
 */
record LogDirView(LogDirFacts facts, Map<TopicPartition, PartitionView> partitions) {

  LogDirView {
    partitions = Map.copyOf(partitions);
  }
}
