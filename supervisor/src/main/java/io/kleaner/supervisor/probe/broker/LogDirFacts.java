// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is seen of one of a broker's log directories.
 *
 * @param nodeId of its owner, from {@code meta.properties}
 * @param clusterId of its owner
 * @param since011 whether it holds what only brokers since 0.11 write
 * @param partitions how many partition directories it holds
 * @param usableBytes free on its disk, -1 if not known
 * @param problems what is odd, a sentence each: a checkpoint that cannot be read, say
 */
public record LogDirFacts(
    OptionalInt nodeId,
    Optional<String> clusterId,
    boolean since011,
    int partitions,
    long usableBytes,
    List<String> problems) {

  /** Keeps its own copy. */
  public LogDirFacts {
    problems = List.copyOf(problems);
  }
}
