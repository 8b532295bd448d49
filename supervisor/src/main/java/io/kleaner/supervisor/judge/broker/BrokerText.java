// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.probe.broker.BrokerIdentity;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import java.util.Optional;
import java.util.regex.Pattern;

/** How a broker is named in texts and commands. */
public final class BrokerText {

  private static final Pattern OFFLINE_CLEAN = Pattern.compile("kleaner compact(?!-now)");

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

  /**
   * Whether the broker's release cannot read message format 2, the one that a clean writes: those
   * before 0.11. One of no known release is taken for a newer one.
   */
  public static boolean readsOldFormatsOnly(BrokerSample sample) {
    String version = sample.broker().get().flatMap(BrokerIdentity::version).orElse("");
    return version.matches("0\\.([0-9]|10)(\\..*)?");
  }

  /**
   * Whether the broker's cleaner splits a segment that has offsets too far apart and goes on, as
   * since 2.0 (KAFKA-6264). One of no known release is taken for an older one.
   */
  static boolean splitsSegments(BrokerSample sample) {
    return release(sample).matches("([2-9]|[1-9][0-9]+)\\..*");
  }

  /**
   * Whether the broker's cleaner merges all segments without a byte, as since 3.0 (KAFKA-12889).
   * One of no known release is taken for an older one.
   */
  static boolean mergesEmptySegments(BrokerSample sample) {
    return release(sample).matches("([3-9]|[1-9][0-9]+)\\..*");
  }

  private static String release(BrokerSample sample) {
    return sample.broker().get().flatMap(BrokerIdentity::version).orElse("");
  }

  /** An advice with what this broker's release adds to it. */
  static String forRelease(BrokerSample sample, String advice) {
    return readsOldFormatsOnly(sample) && OFFLINE_CLEAN.matcher(advice).find()
        ? advice + " " + onlyToUpgrade(sample)
        : advice;
  }

  /** What has to be said beside an offline clean. */
  public static String onlyToUpgrade(BrokerSample sample) {
    return "But this broker is of release "
        + sample.broker().get().flatMap(BrokerIdentity::version).orElse("before 0.10.1")
        + ", which can't read the message format 2 that 'kleaner compact' writes: its clients would"
        + " get no record. Compact only on the way to 0.11 or later: kleaner compact --output NEW"
        + " DIR, and start the upgraded broker on the result.";
  }

  /** The directory of a partition, or a word that says that it goes there. */
  public static String dir(BrokerSample sample, Optional<TopicPartition> partition) {
    return partition
        .map(each -> sample.partitions().get(each))
        .flatMap(each -> each.files().get())
        .map(files -> files.dir().toString())
        .or(() -> partition.map(each -> "LOG-DIR/" + each))
        .orElse("DIR");
  }

  /** What helps against a death, with the names and commands of this broker. */
  static String advice(BrokerSample sample, DeathCause cause, Optional<TopicPartition> culprit) {
    String advice = cause.advice().replace("DIR", dir(sample, culprit));
    return culprit.isEmpty()
        ? advice
        : advice.replace(
            "Isolate the partition",
            "Isolate the topic "
                + culprit.get().topic()
                + " (answer the question with 'kleaner approve', or "
                + isolate(sample, culprit.get().topic())
                + ")");
  }

  /** The command that keeps the cleaner away from a topic. */
  static String isolate(BrokerSample sample, String topic) {
    return "kafka-configs.sh --bootstrap-server "
        + address(sample)
        + " --alter --entity-type topics --entity-name "
        + topic
        + " --add-config "
        + Isolation.TEXT;
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
