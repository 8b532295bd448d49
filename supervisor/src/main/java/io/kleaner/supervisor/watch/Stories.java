// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.judge.broker.PartitionStory;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/**
 * What is to be said of partitions as they were judged at one look. A story is put together each
 * time it is read, and kept by nobody: a page of a few costs as much however many there are.
 * Immutable.
 */
final class Stories extends AbstractList<Map<String, Object>> implements RandomAccess {

  private final List<TopicPartition> partitions;
  private final Judgement judgement;

  /**
   * @param partitions all known to the judgement
   */
  Stories(List<TopicPartition> partitions, Judgement judgement) {
    this.partitions = partitions;
    this.judgement = judgement;
  }

  @Override
  public Map<String, Object> get(int index) {
    return PartitionStory.of(partitions.get(index), judgement)
        .ofLooks(judgement.lookedForMs())
        .map();
  }

  @Override
  public int size() {
    return partitions.size();
  }
}
