// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.Set;

/** Topics that Kafka itself lives by. */
public final class InternalTopics {

  /** All of them, of whatever release. */
  public static final Set<String> ALL =
      Set.of(
          "__consumer_offsets",
          "__transaction_state",
          "__share_group_state",
          "__cluster_metadata",
          "__remote_log_metadata");

  private InternalTopics() {}

  /** Whether a topic is Kafka's own. */
  public static boolean contains(String topic) {
    return ALL.contains(topic);
  }
}
