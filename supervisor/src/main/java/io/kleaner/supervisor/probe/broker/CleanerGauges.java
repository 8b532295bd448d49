// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What the stock gauges say, as they say it; several of them mislead, see {@link Gauge}.
 *
 * @param values of those that are there; a gauge without an MBean is unknown, not zero
 * @param uncleanable by log directory, since 2.2; a directory that is not there is unknown
 */
public record CleanerGauges(Map<Gauge, Double> values, Map<String, Uncleanable> uncleanable) {

  /** Keeps its own copies. */
  public CleanerGauges {
    values = Map.copyOf(values);
    uncleanable = Map.copyOf(uncleanable);
  }

  /**
   * What is said of the partitions of a log directory that the cleaner gave up.
   *
   * @param partitions how many
   * @param bytes how much they hold; its gauge can fail on its own
   */
  public record Uncleanable(OptionalLong partitions, OptionalLong bytes) {}

  /** The value of a gauge, empty if there is none. */
  public OptionalDouble get(Gauge gauge) {
    Double value = values.get(gauge);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
