// SPDX-License-Identifier: Apache-2.0
package io.kleaner.core.policy;

import io.kleaner.core.logdir.PartitionLog;
import io.kleaner.core.retain.RetentionRules;
import io.kleaner.core.segment.Segment;
import io.kleaner.core.settings.CleanupPolicy;
import io.kleaner.core.settings.TopicSetting;
import io.kleaner.core.settings.TopicSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides whether, how far and how a partition is cleaned, by a broker's own rules. Pure: the same
 * values in, the same decision out. {@code plan}, {@code compact} and the service all use it.
 */
public final class CleanPolicy {

  /** The order to clean in: overdue first, then the dirtiest. */
  public static final Comparator<Decision.Clean> ORDER =
      Comparator.comparing(Decision.Clean::overdue)
          .thenComparingDouble(Decision.Clean::dirtyRatio)
          .reversed()
          .thenComparing(clean -> clean.plan().partition());

  private CleanPolicy() {}

  /** Decides about one partition. */
  public static Decision decide(
      PartitionFacts facts, TopicSettings settings, CleanRequest request) {
    CleanupPolicy policy = settings.cleanupPolicy();
    if (policy == CleanupPolicy.DELETE) {
      return notNow(
          Decision.Reason.NOT_COMPACTED,
          facts.log().partition()
              + " has cleanup.policy=delete ("
              + settings.get(TopicSetting.CLEANUP_POLICY).origin().text()
              + "): its old records go by age and size, and compacting it would lose data.");
    }
    if (policy == CleanupPolicy.UNKNOWN && !request.namedByHand()) {
      return notNow(
          Decision.Reason.UNKNOWN_POLICY,
          facts.log().partition()
              + " has no known cleanup.policy, and which topics are compacted"
              + " is never guessed. Name it with --topic, or say it with --config-file or"
              + " --metadata-log-dir.");
    }
    Bounds bounds =
        CleanableRange.of(facts, settings, request, policy == CleanupPolicy.COMPACT_DELETE);
    Dirt dirt = Dirt.of(facts, bounds);
    if (bounds.isEmpty()) {
      return new Decision.NotNow(
          Decision.Reason.NOTHING_CLEANABLE,
          nothingCleanable(facts.log(), bounds),
          Optional.of(bounds),
          dirt.ratio(),
          dirt.bytes(),
          oldEnoughAtMs(facts, bounds, settings.minCompactionLagMs()));
    }
    OptionalLong dueAtMs = dueAtMs(facts, bounds, settings.maxCompactionLagMs());
    boolean overdue = dueAtMs.isPresent() && dueAtMs.getAsLong() < request.nowMs();
    if (request.respectEligibility()
        && !overdue
        && dirt.ratio() <= settings.minCleanableDirtyRatio()) {
      return new Decision.NotNow(
          Decision.Reason.NOT_DIRTY_ENOUGH,
          String.format(
              Locale.ROOT,
              "%s is %.1f %% dirty, and is cleaned above %.1f %% (min.cleanable.dirty.ratio).",
              facts.log().partition(),
              dirt.ratio() * 100,
              settings.minCleanableDirtyRatio() * 100),
          Optional.of(bounds),
          dirt.ratio(),
          dirt.bytes(),
          dueAtMs);
    }
    return new Decision.Clean(
        plan(facts, settings, request, bounds),
        bounds,
        dirt.ratio(),
        dirt.bytes(),
        overdue,
        dueAtMs);
  }

  private static Decision.NotNow notNow(Decision.Reason reason, String sentence) {
    return new Decision.NotNow(reason, sentence, Optional.empty(), 0, 0, OptionalLong.empty());
  }

  private static String nothingCleanable(PartitionLog log, Bounds bounds) {
    return log.partition()
        + " has nothing to clean: the first dirty offset is "
        + bounds.firstDirtyOffset()
        + ", and the first uncleanable one "
        + bounds.firstUncleanableOffset()
        + " lies in the same segment or below; what limits it is "
        + bounds.limitedBy().text()
        + ".";
  }

  /** When the segment that is too young will not be any more; empty if something else limits. */
  private static OptionalLong oldEnoughAtMs(
      PartitionFacts facts, Bounds bounds, long minCompactionLagMs) {
    List<Segment> segments = facts.log().segments();
    for (int i = 0; i < segments.size(); i++) {
      if (bounds.limitedBy() == Bounds.Limit.COMPACTION_LAG
          && segments.get(i).baseOffset() == bounds.firstUncleanableOffset()) {
        long largest = facts.largestTimestampsMs().get(i);
        return largest > Long.MAX_VALUE - minCompactionLagMs
            ? OptionalLong.empty()
            : OptionalLong.of(largest + minCompactionLagMs);
      }
    }
    return OptionalLong.empty();
  }

  /** When the oldest dirty record reaches the compaction lag; empty if it never does. */
  private static OptionalLong dueAtMs(
      PartitionFacts facts, Bounds bounds, long maxCompactionLagMs) {
    if (maxCompactionLagMs == Long.MAX_VALUE) {
      return OptionalLong.empty();
    }
    List<Segment> segments = facts.log().segments();
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < segments.size() - 1; i++) {
      boolean dirty = segments.get(i + 1).baseOffset() > bounds.firstDirtyOffset();
      long timestamp = facts.firstTimestampsMs().get(i);
      if (dirty && timestamp > 0) {
        oldest = Math.min(oldest, timestamp);
      }
    }
    return oldest == Long.MAX_VALUE
        ? OptionalLong.empty()
        : OptionalLong.of(
            oldest > Long.MAX_VALUE - maxCompactionLagMs
                ? Long.MAX_VALUE
                : oldest + maxCompactionLagMs);
  }

  private static CleanPlan plan(
      PartitionFacts facts, TopicSettings settings, CleanRequest request, Bounds bounds) {
    PartitionLog log = facts.log();
    List<Segment> cleaned = new ArrayList<>();
    long legacyHorizonMs = 0;
    for (Segment segment : log.segments()) {
      if (segment.baseOffset() < bounds.upperBoundOffset()) {
        cleaned.add(segment);
      }
      if (segment.baseOffset() < bounds.firstDirtyOffset()) {
        legacyHorizonMs = segment.lastModifiedMs() - settings.deleteRetentionMs();
      }
    }
    RetentionRules rules =
        new RetentionRules(
            request.nowMs(),
            settings.deleteRetentionMs(),
            legacyHorizonMs,
            request.expireTombstones(),
            bounds.upperBoundOffset(),
            facts.activeProducers());
    return new CleanPlan(
        log.partition(),
        log.dir(),
        log.segments(),
        SegmentGroups.of(
            cleaned,
            bounds.upperBoundOffset(),
            settings.segmentBytes(),
            settings.segmentIndexBytes(),
            facts.newestSnapshotOffset()),
        log.unusableIndexes(),
        bounds.firstDirtyOffset(),
        bounds.upperBoundOffset(),
        rules,
        request.unkeyed(),
        settings.segmentBytes(),
        settings.segmentIndexBytes(),
        settings.indexIntervalBytes(),
        settings.maxMessageBytes());
  }

  /** How dirty a partition is, in bytes of segments; one that straddles the bound counts twice. */
  private record Dirt(double ratio, long bytes) {

    static Dirt of(PartitionFacts facts, Bounds bounds) {
      List<Segment> segments = facts.log().segments();
      long clean = 0;
      long dirty = 0;
      for (int i = 0; i < segments.size(); i++) {
        Segment segment = segments.get(i);
        long end =
            i + 1 < segments.size() ? segments.get(i + 1).baseOffset() : facts.log().logEndOffset();
        if (segment.baseOffset() < bounds.firstDirtyOffset()) {
          clean += segment.logBytes();
        }
        boolean holdsDirt = end > bounds.firstDirtyOffset();
        if (holdsDirt && segment.baseOffset() < bounds.upperBoundOffset()) {
          dirty += segment.logBytes();
        }
      }
      return new Dirt(clean + dirty == 0 ? 0 : (double) dirty / (clean + dirty), dirty);
    }
  }
}
