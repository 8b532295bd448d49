// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import java.util.OptionalDouble;

/**
 * A stock gauge of a broker, and what it should say.
 *
 * @param name Kafka's
 * @param stock what the broker says; empty if it has no such MBean, or JMX is not there
 * @param corrected what is so as far as other sources show; empty if they don't
 * @param why the stock one misleads
 */
public record GaugeReading(
    String name, OptionalDouble stock, OptionalDouble corrected, String why) {

  private static final double NEAR = 0.1;

  /** Whether both are known and differ by more than a tenth and one. */
  public boolean misleads() {
    if (stock.isEmpty() || corrected.isEmpty()) {
      return false;
    }
    double difference = Math.abs(stock.getAsDouble() - corrected.getAsDouble());
    return difference >= 1 && difference > NEAR * Math.abs(corrected.getAsDouble());
  }
}
