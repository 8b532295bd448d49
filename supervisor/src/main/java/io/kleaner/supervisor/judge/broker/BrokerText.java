// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.supervisor.probe.broker.BrokerIdentity;
import io.kleaner.supervisor.probe.broker.BrokerSample;

/** How a broker is named in texts and commands. */
final class BrokerText {

  private BrokerText() {}

  /** Where clients reach it, or a word that says that it goes there. */
  static String address(BrokerSample sample) {
    return sample.broker().get().flatMap(BrokerIdentity::address).orElse("BROKER:9092");
  }

  /** Its number, or a word that says that it goes there. */
  static String node(BrokerSample sample) {
    return sample
        .broker()
        .get()
        .filter(broker -> broker.nodeId().isPresent())
        .map(broker -> Integer.toString(broker.nodeId().getAsInt()))
        .orElse("NODE-ID");
  }

  /** The command that changes a setting of this broker. */
  static String set(BrokerSample sample, String setting) {
    return "kafka-configs.sh --bootstrap-server "
        + address(sample)
        + " --alter --entity-type brokers --entity-name "
        + node(sample)
        + " --add-config "
        + setting;
  }
}
