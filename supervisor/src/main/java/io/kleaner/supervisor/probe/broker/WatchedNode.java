// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;

/**
 * Which of a cluster's brokers is watched. What another source says comes first, then the address
 * that was named; the only broker there is it, unless it was another before: that one is down, and
 * this one answers for the cluster. Not thread-safe.
 */
final class WatchedNode {

  private final Set<String> named;
  private OptionalInt before = OptionalInt.empty();

  /**
   * @param bootstrapServers addresses, separated by commas
   */
  WatchedNode(String bootstrapServers) {
    this.named = Set.copyOf(List.of(bootstrapServers.strip().split("\\s*,\\s*")));
  }

  /**
   * Its id.
   *
   * @param hint what another source says
   * @throws KafkaException if nothing says which one it is
   */
  int of(Collection<Node> nodes, OptionalInt hint) {
    int id = hint.isPresent() ? hint.getAsInt() : find(nodes);
    before = OptionalInt.of(id);
    return id;
  }

  private int find(Collection<Node> nodes) {
    List<Integer> atAddress =
        nodes.stream()
            .filter(node -> named.contains(node.host() + ":" + node.port()))
            .map(Node::id)
            .toList();
    if (atAddress.size() == 1) {
      return atAddress.get(0);
    }
    if (nodes.size() == 1) {
      int only = nodes.iterator().next().id();
      if (before.isEmpty() || before.getAsInt() == only) {
        return only;
      }
      throw new KafkaException(
          "broker "
              + before.getAsInt()
              + " is watched, and the cluster has broker "
              + only
              + " alone now; if that is the one that is meant, start the watch anew");
    }
    throw new KafkaException(
        "the cluster has the brokers "
            + nodes.stream().map(Node::id).collect(Collectors.toCollection(TreeSet::new))
            + ", and nothing says which one is watched; give --log-dir or --jmx, or only its own"
            + " address, as the cluster lists it, in --bootstrap-server");
  }
}
