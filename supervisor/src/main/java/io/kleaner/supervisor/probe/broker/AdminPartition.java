// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;

/**
 * What the Admin API says of one partition.
 *
 * @param config of its topic
 * @param offsets as clients see them
 * @param replication who has it
 * @param transactions that are open on it
 */
record AdminPartition(
    Seen<TopicConfig> config,
    Seen<Offsets> offsets,
    Seen<Replication> replication,
    Seen<List<OpenTransaction>> transactions) {}
