// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.demo;

import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.Fold;
import io.kleaner.supervisor.broker.Incidents;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the topics of a demonstration hold, as a consumer reads it and as the broker's files say.
 */
final class Verification {

  private final BrokerJvm broker;
  private final Incidents incidents;
  private final Stage stage;
  private final DemoReport report;

  Verification(BrokerJvm broker, Incidents incidents, Stage stage, DemoReport report) {
    this.broker = broker;
    this.incidents = incidents;
    this.stage = stage;
    this.report = report;
  }

  /** Up to where the broker has cleaned a topic. */
  long cleanTo(String topic) throws IOException {
    return Incidents.cleanerCheckpoint(broker.logDir(), topic);
  }

  /** Up to where the broker has cleaned each of them. */
  Map<String, Long> cleanTo(List<String> topics) throws IOException {
    Map<String, Long> all = new TreeMap<>();
    for (String topic : topics) {
      all.put(topic, cleanTo(topic));
    }
    return all;
  }

  /** Reports how far their logs and the cleaner are. */
  void offsets(String when, List<String> topics) throws Exception {
    for (String topic : topics) {
      report.put(
          "offsets " + when + " " + topic,
          Map.of("cleanerCheckpoint", cleanTo(topic), "logEnd", incidents.topics().logEnd(topic)));
    }
  }

  /** Writes to them and reads them back, while nothing of it is to get clean. */
  void whileDead(Map<String, Long> threads, List<String> topics) throws Exception {
    Map<String, Long> clean = cleanTo(topics);
    long written = 0;
    boolean read = true;
    for (String topic : topics) {
      long end = incidents.topics().logEnd(topic);
      incidents.writer().roll(topic, Incidents.KEYS);
      Fold fold = Fold.of(broker.bootstrap(), topic, 0);
      read &= fold.newest().equals(incidents.writer().newest(topic));
      written += fold.endOffset() - end;
    }
    report.put("whileDead", Map.of("threads", threads, "recordsWritten", written, "allRead", read));
    stage.check(
        read && written > 0,
        "%,d records more are written to %s, and read back".formatted(written, topics),
        "what is written to " + topics + " cannot be read back");
    stage.check(
        threads.isEmpty() && cleanTo(topics).equals(clean),
        "and none of it gets clean: there is no cleaner thread",
        "there is a cleaner: " + threads);
  }

  /** Reads them as a consumer and compares with what was written. */
  void compare(List<String> topics) throws Exception {
    for (String topic : topics) {
      long clean = cleanTo(topic);
      Fold fold = Fold.of(broker.bootstrap(), topic, clean);
      Map<String, String> expected = incidents.writer().newest(topic);
      report.put(
          "verified " + topic,
          Map.of(
              "records", fold.records(),
              "keys", fold.newest().size(),
              "keysWritten", expected.size(),
              "cleanedRecords", fold.below(),
              "cleanedKeys", fold.keysBelow()));
      stage.check(
          fold.newest().equals(expected) && fold.below() == fold.keysBelow(),
          "%s: all %d keys have their newest value; %d records for %d keys below offset %d"
              .formatted(topic, expected.size(), fold.below(), fold.keysBelow(), clean),
          topic + ": a consumer gets other values than were written");
    }
  }
}
