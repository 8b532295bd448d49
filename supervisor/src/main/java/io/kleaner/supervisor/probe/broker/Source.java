// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

/** Where something that is known of a broker came from, and what a missing source would add. */
public enum Source {
  ADMIN(
      "--bootstrap-server",
      "settings with their origin, offsets, replicas and open transactions, and it is what every"
          + " remedy but an offline clean needs"),
  JMX(
      "--jmx or --pid",
      "the cleaner's threads with their stacks, which tell dead from hung from throttled, and the"
          + " stock gauges"),
  LOG_DIR(
      "--log-dir",
      "dirty bytes and ratio, checkpoints, eligibility and what a clean would reclaim, for each"
          + " partition"),
  BROKER_LOG(
      "--broker-log",
      "why a thread died and at which partition, and which partition was marked uncleanable and"
          + " why");

  private final String option;
  private final String wouldAdd;

  Source(String option, String wouldAdd) {
    this.option = option;
    this.wouldAdd = wouldAdd;
  }

  /** The option that names it on the command line. */
  public String option() {
    return option;
  }

  /** What it would add, as the end of a sentence. */
  public String wouldAdd() {
    return wouldAdd;
  }
}
