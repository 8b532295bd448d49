// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.broker.BrokerJmx;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.DirtyRanges;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a real broker's cleaner will stumble over is told while it has not come there yet: where it
 * is and what to do, of those partitions alone; and it is what the cleaner then stumbles over.
 */
@Tag("full")
class AheadOnBrokerTest {

  private static final int LARGE_BYTES = 200_000;
  private static final int LIMIT_BYTES = 100_000;
  private static final Pattern READ_WHOLLY =
      Pattern.compile("(\\d\\S* \\S+) of \\1 dirty were read ahead of the cleaner");

  @TempDir private Path temp;

  /** What may be met, and where. */
  private record Planted(
      Incidents.Culprit flipped,
      Incidents.Culprit garbage,
      Incidents.Culprit large,
      Incidents.Culprit wide) {

    List<Incidents.Culprit> all() {
      return List.of(flipped, garbage, large, wide);
    }
  }

  @Test
  void whatTheNextCleanMeets_isToldOfThosePartitionsAloneWhileTheCleanerLives() throws Exception {
    try (BrokerJvm broker =
        BrokerJvm.format(temp.resolve("broker"), BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400))) {
      broker.start();
      Planted planted = plant(broker);
      broker.start();
      try (Incidents incidents = new Incidents(broker);
          WatchLab lab =
              WatchLab.start(broker, temp.resolve("state"), targets -> targets, WatchLab.asking());
          BrokerJmx jmx = BrokerJmx.of(broker)) {
        lab.await("well", () -> lab.facade().ready().ok());
        Map<String, Long> threads = jmx.cleanerThreads();
        assertThat(threads).hasSize(1);

        isTold(lab, "CorruptBatchAhead", planted.flipped(), "a batch with a wrong CRC");
        isTold(lab, "CorruptBatchAhead", planted.garbage(), "bytes that are no batch");
        overflowIsTold(lab, planted.wide());
        largeBatchIsTold(lab, planted.large());
        Incidents.Culprit bomb = incidents.plantBomb("bomb");
        isTold(lab, "BombAhead", bomb, "in a broker with a heap of");

        soundPartitionsAreReadAndNotTold(lab, planted);
        assertThat(jmx.cleanerThreads()).as("nothing has died yet").isEqualTo(threads);
        assertThat(lab.facade().ready().ok()).isTrue();
        assertThat(lab.facade().remedies()).isEmpty();

        cleanerSplitsTheSegmentAndLives(broker, lab, incidents, planted.wide());
        assertThat(jmx.cleanerThreads()).isEqualTo(threads);
        cleanerDiesOfTheBomb(lab, incidents, bomb);
        // The log tells of it, and the thread ends a moment later.
        jmx.awaitCleanerThreads(Map::isEmpty);
        assertThat(jmx.cleanerThreads()).isEmpty();
      }
    }
  }

  /** In topics of a broker that then is stopped. */
  private static Planted plant(BrokerJvm broker) throws Exception {
    try (DirtyRanges ranges = new DirtyRanges(broker)) {
      for (String sound : List.of("flipped", "garbage", "wide", "sound")) {
        ranges.create(sound);
      }
      Incidents.Culprit large = ranges.withLargeBatch("large", LARGE_BYTES, LIMIT_BYTES);
      broker.stop();
      return new Planted(
          ranges.flipBit("flipped"), ranges.breakLength("garbage"), large, ranges.widen("wide"));
    }
  }

  private static String place(Incidents.Culprit culprit) {
    return String.format(
        Locale.ROOT, "segment %020d.log, offset %d", culprit.segmentBaseOffset(), culprit.offset());
  }

  private static String name(Incidents.Culprit culprit) {
    return culprit.topic() + "-" + culprit.partition();
  }

  private static void isTold(WatchLab lab, String rule, Incidents.Culprit culprit, String what)
      throws InterruptedException {
    lab.await(rule + " of " + name(culprit), () -> lab.alert(rule, name(culprit)).isPresent());
    Map<String, Object> alert = lab.alert(rule, name(culprit)).orElseThrow();
    assertThat((String) alert.get("summary")).contains(name(culprit), what, place(culprit));
    assertThat((String) alert.get("nextStep"))
        .contains(
            "--entity-name " + culprit.topic(), "min.cleanable.dirty.ratio=1.0", "comes there");
  }

  private static void overflowIsTold(WatchLab lab, Incidents.Culprit wide)
      throws InterruptedException {
    Map<String, Object> told = noted(lab, "OffsetOverflow", wide);
    assertThat((String) told.get("summary"))
        .contains("the one that begins at " + wide.segmentBaseOffset());
    assertThat((String) told.get("nextStep"))
        .contains("Nothing: this broker's cleaner splits the segment");
  }

  private static void largeBatchIsTold(WatchLab lab, Incidents.Culprit large)
      throws InterruptedException {
    Map<String, Object> told = noted(lab, "LargeBatchAhead", large);
    assertThat((String) told.get("summary"))
        .contains("a batch of " + LARGE_BYTES / 1_000, "above max.message.bytes of " + LIMIT_BYTES);
    assertThat((String) told.get("evidence")).contains(place(large));
    assertThat((String) told.get("nextStep")).contains("--entity-name large", "max.message.bytes=");
  }

  /** What is for information is in the journal, and nobody is woken. */
  private static Map<String, Object> noted(WatchLab lab, String rule, Incidents.Culprit culprit)
      throws InterruptedException {
    lab.await(rule + " of " + name(culprit), () -> of(lab, name(culprit)).isPresent());
    assertThat(lab.isFiring(rule)).as("it is for information").isFalse();
    Map<String, Object> told = of(lab, name(culprit)).orElseThrow();
    assertThat((String) told.get("summary")).contains(name(culprit));
    return told;
  }

  /** What the journal has of a partition. */
  private static Optional<Map<String, Object>> of(WatchLab lab, String partition) {
    return lab.facade().incidents().stream()
        .filter(each -> each.get("subject").equals(partition))
        .findFirst();
  }

  private static void soundPartitionsAreReadAndNotTold(WatchLab lab, Planted planted)
      throws InterruptedException {
    List<String> sound = new ArrayList<>(List.of("sound-0", "sound-1"));
    planted.all().forEach(each -> sound.add(each.topic() + "-0"));
    for (String each : sound) {
      lab.await(
          each + " is read",
          () -> READ_WHOLLY.matcher(lab.facade().stories(each).toString()).find());
      assertThat(of(lab, each)).isEmpty();
      assertThat(lab.facade().alerts())
          .extracting(alert -> alert.get("subject"))
          .doesNotContain(each);
    }
  }

  private static void cleanerSplitsTheSegmentAndLives(
      BrokerJvm broker, WatchLab lab, Incidents incidents, Incidents.Culprit wide)
      throws Exception {
    int from = broker.log().size();
    incidents.topics().cleanable(wide.topic(), true);
    incidents.awaitLine(from, line -> line.contains("leaned log " + name(wide)));
    lab.await("over", () -> lab.incidents("CONDITION_ENDED").contains("OffsetOverflow is over"));
  }

  private static void cleanerDiesOfTheBomb(
      WatchLab lab, Incidents incidents, Incidents.Culprit bomb) throws Exception {
    incidents.topics().cleanable(bomb.topic(), true);
    // That it is dead is seen by JMX first, and what of is in the log.
    lab.await(
        "dead",
        () -> lab.alert("CleanerDead").filter(each -> each.contains(name(bomb))).isPresent());
    assertThat(lab.alert("CleanerDead").orElseThrow()).contains(name(bomb));
    lab.await("found", () -> lab.incidents("CULPRIT_FOUND").contains(place(bomb)));
  }
}
