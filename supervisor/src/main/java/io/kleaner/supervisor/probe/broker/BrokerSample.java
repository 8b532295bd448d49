// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that is known of one broker at a moment: the newest of each source, each with its age.
 * Immutable.
 *
 * @param atMs when it was put together, milliseconds since the epoch
 * @param broker who it is
 * @param threads the cleaner's threads; a known empty list means that there is none
 * @param gauges the stock gauges
 * @param config its settings
 * @param log what its log files said
 * @param partitions that it hosts
 * @param logDirs its log directories
 */
public record BrokerSample(
    long atMs,
    Seen<BrokerIdentity> broker,
    Seen<List<CleanerThread>> threads,
    Seen<CleanerGauges> gauges,
    Seen<BrokerConfig> config,
    Seen<CleanerLog> log,
    BrokerPartitions partitions,
    SortedMap<Path, Seen<LogDirFacts>> logDirs) {

  /** Keeps its own copy of what others could change. */
  public BrokerSample {
    logDirs = Collections.unmodifiableSortedMap(new TreeMap<>(logDirs));
  }

  /** A sample of which nothing is known but why. */
  public static BrokerSample nothing(long atMs) {
    return new BrokerSample(
        atMs,
        Seen.notAsked(Source.ADMIN),
        Seen.notAsked(Source.JMX),
        Seen.notAsked(Source.JMX),
        Seen.notAsked(Source.ADMIN),
        Seen.notAsked(Source.BROKER_LOG),
        BrokerPartitions.NONE,
        new TreeMap<>(Map.of()));
  }
}
