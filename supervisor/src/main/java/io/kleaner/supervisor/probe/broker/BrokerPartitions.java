// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.AbstractMap;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The partitions of a broker, in the order of their names. Immutable, and made anew only when
 * something is seen of one of them: the same object at the next look says that nothing was.
 */
public final class BrokerPartitions extends AbstractMap<TopicPartition, BrokerPartition> {

  /** None. */
  public static final BrokerPartitions NONE = new BrokerPartitions(new LinkedHashMap<>());

  private final Map<TopicPartition, BrokerPartition> sorted;

  /** Of a map that nobody else has and that is in order. */
  private BrokerPartitions(Map<TopicPartition, BrokerPartition> sorted) {
    this.sorted = Collections.unmodifiableMap(sorted);
  }

  /** Those, in any order. */
  public static BrokerPartitions of(Map<TopicPartition, BrokerPartition> partitions) {
    return new BrokerPartitions(new LinkedHashMap<>(new TreeMap<>(partitions)));
  }

  /** Those, which come in the order of their names. */
  static BrokerPartitions ofSorted(Collection<BrokerPartition> partitions) {
    Map<TopicPartition, BrokerPartition> sorted = new LinkedHashMap<>(2 * partitions.size());
    partitions.forEach(each -> sorted.put(each.partition(), each));
    return new BrokerPartitions(sorted);
  }

  /**
   * As many times as seldom as few partitions these are gone through, where nothing presses: there
   * are very many of them.
   */
  public int times() {
    return Pace.times(size());
  }

  @Override
  public int size() {
    return sorted.size();
  }

  @Override
  public BrokerPartition get(Object partition) {
    return sorted.get(partition);
  }

  @Override
  public boolean containsKey(Object partition) {
    return sorted.containsKey(partition);
  }

  @Override
  public Set<TopicPartition> keySet() {
    return sorted.keySet();
  }

  @Override
  public Collection<BrokerPartition> values() {
    return sorted.values();
  }

  @Override
  public Set<Entry<TopicPartition, BrokerPartition>> entrySet() {
    return sorted.entrySet();
  }
}
