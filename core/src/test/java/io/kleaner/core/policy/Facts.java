// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.settings.Origin;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.settings.TopicSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Facts about a partition, and what is asked about it; sensible unless a test says otherwise. */
final class Facts {

  static final Path DIR = Path.of("orders-0");
  static final long NOW_MS = 1_000_000;

  private final List<Segment> segments = new ArrayList<>();
  private final List<Long> largestMs = new ArrayList<>();
  private final List<Long> firstMs = new ArrayList<>();
  private final Map<String, String> config = new HashMap<>(Map.of("cleanup.policy", "compact"));
  private OptionalLong checkpoint = OptionalLong.empty();
  private long logStart;
  private long logEnd;
  private OptionalLong highWatermark = OptionalLong.empty();
  private OptionalLong lastStable = OptionalLong.empty();
  private boolean respectEligibility;
  private boolean fromStart;
  private boolean namedByHand = true;

  /** Segments of a hundred offsets and a thousand bytes each; the last is the active one. */
  static Facts ofSegments(int count) {
    Facts facts = new Facts();
    for (int i = 0; i < count; i++) {
      facts.segments.add(new Segment(DIR, i * 100L, 1000, 80, 120, false, 500 + i));
      facts.largestMs.add(1000L * (i + 1));
      facts.firstMs.add(1000L * i + 1);
    }
    facts.logEnd = count * 100L;
    return facts;
  }

  Facts checkpoint(long offset) {
    checkpoint = OptionalLong.of(offset);
    return this;
  }

  Facts logStart(long offset) {
    logStart = offset;
    return this;
  }

  Facts highWatermark(long offset) {
    highWatermark = OptionalLong.of(offset);
    return this;
  }

  Facts lastStable(long offset) {
    lastStable = OptionalLong.of(offset);
    return this;
  }

  Facts set(String key, Object value) {
    config.put(key, value.toString());
    return this;
  }

  Facts unset(String key) {
    config.remove(key);
    return this;
  }

  Facts respectEligibility() {
    respectEligibility = true;
    return this;
  }

  Facts fromStart() {
    fromStart = true;
    return this;
  }

  Facts notNamed() {
    namedByHand = false;
    return this;
  }

  Decision decide() throws Exception {
    PartitionLog log =
        new PartitionLog(
            DIR,
            new TopicPartition("orders", 0),
            segments,
            List.of(),
            logStart,
            logEnd,
            Optional.empty(),
            Optional.empty(),
            Set.of(),
            List.of());
    long watermark = highWatermark.orElse(logEnd);
    PartitionFacts facts =
        new PartitionFacts(
            log,
            checkpoint,
            new HighWatermark(watermark, "test"),
            Math.min(watermark, lastStable.orElse(watermark)),
            Map.of(),
            OptionalLong.empty(),
            largestMs,
            firstMs,
            List.of());
    TopicSettings settings =
        new SettingsResolver(List.of(SettingsSource.forAllTopics(config, Origin.FLAG)))
            .resolve("orders", Optional.empty());
    return CleanPolicy.decide(
        facts,
        settings,
        new CleanRequest(
            NOW_MS, fromStart, respectEligibility, namedByHand, true, UnkeyedPolicy.REFUSE, true));
  }

  Decision.Clean clean() throws Exception {
    return (Decision.Clean) decide();
  }

  Decision.NotNow notNow() throws Exception {
    return (Decision.NotNow) decide();
  }
}
