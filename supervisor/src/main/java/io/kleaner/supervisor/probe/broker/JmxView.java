// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import java.util.List;

/**
 * What one look at a broker's JMX gave.
 *
 * @param broker who it is
 * @param threads the cleaner's
 * @param gauges the stock ones
 */
record JmxView(BrokerIdentity broker, List<CleanerThread> threads, CleanerGauges gauges) {

  JmxView {
    threads = List.copyOf(threads);
  }
}
