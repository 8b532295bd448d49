// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be said of one partition in plain words: whether it is compacted, if not why not,
 * since when, and what to do.
 *
 * @param partition which
 * @param state as {@link PartitionVerdict#state} has it
 * @param well whether nothing keeps it from being compacted, if it is to be compacted at all
 * @param answer yes, no or not known, with the reason: one sentence
 * @param facts what was seen, a sentence each
 * @param causes what keeps it from being compacted, the gravest first
 * @param advice what to do, with commands; empty if nothing
 * @param unknown what could not be known, and what would tell
 */
public record PartitionStory(
    TopicPartition partition,
    String state,
    boolean well,
    String answer,
    List<String> facts,
    List<String> causes,
    List<String> advice,
    List<String> unknown) {

  /** What shows over time alone; who has looked for less says so. */
  private static final long MINUTES_MS = 120_000;

  private static final String OVER_MINUTES =
      "whether a cleaner thread hangs, starves or spins, and since when things are as they are:"
          + " that shows over minutes, and ";

  /** Keeps its own copies. */
  public PartitionStory {
    facts = List.copyOf(facts);
    causes = List.copyOf(causes);
    advice = List.copyOf(advice);
    unknown = List.copyOf(unknown);
  }

  /** Tells of a partition that is known. */
  public static PartitionStory of(TopicPartition id, Judgement judgement) {
    return StoryTeller.tell(id, judgement);
  }

  /**
   * The partitions that are known by a name, in order.
   *
   * @param name of a topic, or of one partition
   */
  public static List<TopicPartition> named(String name, Judgement judgement) {
    return judgement.sample().partitions().keySet().stream()
        .filter(each -> isNamed(each, name))
        .sorted()
        .toList();
  }

  /** Whether a name, of a topic or of one partition, is this one's. */
  public static boolean isNamed(TopicPartition partition, String name) {
    return partition.toString().equals(name) || partition.topic().equals(name);
  }

  /** The same as one look of seconds has it, which knows nothing of what shows over minutes. */
  public PartitionStory ofOneLook() {
    return notKnowing(
        OVER_MINUTES
            + "'kleaner watch' tells, of which 'kleaner explain --url URL' asks this page");
  }

  /**
   * The same as somebody has it who has looked again and again.
   *
   * @param forMs since when; if that is not long, it is said what can't be known yet
   */
  public PartitionStory ofLooks(long forMs) {
    return forMs >= MINUTES_MS
        ? this
        : notKnowing(OVER_MINUTES + "the broker has been watched for " + Moments.span(forMs));
  }

  private PartitionStory notKnowing(String what) {
    List<String> more = new ArrayList<>(unknown);
    more.add(what);
    return new PartitionStory(partition, state, well, answer, facts, causes, advice, more);
  }

  /** As JSON has it; names are stable. */
  public Map<String, Object> map() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("partition", partition.toString());
    map.put("state", state);
    map.put("well", well);
    map.put("answer", answer);
    map.put("causes", causes);
    map.put("advice", advice);
    map.put("facts", facts);
    map.put("unknown", unknown);
    return map;
  }

  /** As {@code kleaner explain} prints it. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(partition.toString());
    lines.add("  " + answer);
    section("Why", causes, lines);
    section("What to do", advice, lines);
    section("Seen", facts, lines);
    section("Not known", unknown, lines);
    return lines;
  }

  private static void section(String title, List<String> texts, List<String> lines) {
    if (!texts.isEmpty()) {
      lines.add("  " + title + ":");
      texts.forEach(text -> lines.add("    - " + text));
    }
  }
}
