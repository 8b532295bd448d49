// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.broker;

/** The Kafka versions whose brokers the tests start. */
public enum KafkaVersion {
  /** The current one, whose cleaner is the one that everything is compared with. */
  V4_3_1("4.3.1", true),
  /** The last one but one that could use ZooKeeper; here it does not. */
  V3_9_1("3.9.1", true),
  /** With ZooKeeper. */
  V2_8_2("2.8.2", false),
  /** Message format 1. No metric says that its cleaner is dead. */
  V0_10_2_2("0.10.2.2", false),
  /** Message format 0, and the cleaner that dies on a full offset map. */
  V0_9_0_1("0.9.0.1", false);

  private final String number;
  private final boolean ownQuorum;

  KafkaVersion(String number, boolean ownQuorum) {
    this.number = number;
    this.ownQuorum = ownQuorum;
  }

  /** As it was released. */
  public String number() {
    return number;
  }

  /** Whether a broker keeps its metadata itself; otherwise it needs a ZooKeeper. */
  public boolean ownQuorum() {
    return ownQuorum;
  }

  /** Whether a client of today may talk to it: a broker of 0.9 logs an exception when one does. */
  public boolean modernClients() {
    return this != V0_9_0_1 && this != V0_10_2_2;
  }
}
