// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Severity;
import io.kleaner.supervisor.probe.broker.BrokerIdentity;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.CleanAhead;
import io.kleaner.supervisor.probe.broker.CleanAhead.Kind;
import io.kleaner.supervisor.probe.broker.CleanAhead.Trouble;
import io.kleaner.supervisor.probe.broker.PartitionFiles;
import io.kleaner.supervisor.probe.broker.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Judges what the next clean of a partition will meet, before it does. Pure.
 *
 * <ol>
 *   <li>A batch whose checksum does not fit is given one that does, or ends the clean; bytes that
 *       are no batch end it.
 *   <li>A batch that becomes a good part of the broker's heap may kill the cleaner.
 *   <li>One above {@code max.message.bytes} costs memory. It kills a cleaner before 2.0, but of
 *       such brokers nobody tells that setting.
 *   <li>What was wrong and was cleaned is wrong for good, with a checksum that fits; or as it was.
 *   <li>A segment with an offset that no index entry can hold kills it before 2.0; a later one
 *       splits it.
 * </ol>
 */
final class AheadRules {

  /** What becomes more of the heap than this is told. */
  private static final int HEAP_SHARE = 4;

  /** The same where the heap is not known. */
  private static final long LARGE_BYTES = 128L << 20;

  /** More than this is never measured. */
  private static final long MEASURED_BYTES = 512L << 20;

  /** For so long it is told that something was spoilt: it does not get better. */
  private static final long TOLD_MS = 3_600_000;

  private final BrokerSample sample;
  private final List<Diagnosis> diagnoses = new ArrayList<>();

  private AheadRules(BrokerSample sample) {
    this.sample = sample;
  }

  static List<Diagnosis> judge(BrokerSample sample) {
    AheadRules rules = new AheadRules(sample);
    for (BrokerPartition each : sample.partitions().values()) {
      each.files().get().ifPresent(files -> rules.judge(each, files));
    }
    return rules.diagnoses;
  }

  private void judge(BrokerPartition partition, PartitionFiles files) {
    if (files.overflowingSegment().isPresent()) {
      overflow(partition.partition(), files, files.overflowingSegment().getAsLong());
    }
    if (!(partition.ahead() instanceof Seen.Known<CleanAhead> known)) {
      return;
    }
    CleanAhead ahead = known.value();
    large(partition, files, ahead);
    if (ahead.troubles().isEmpty()) {
      return;
    }
    // What lies below was cleaned since it was read.
    List<Trouble> troubles =
        ahead.troubles().stream()
            .filter(each -> each.baseOffset() >= files.firstDirtyOffset())
            .toList();
    corrupt(partition.partition(), troubles, ahead);
    bomb(partition.partition(), troubles, ahead);
    cleaned(partition.partition(), ahead.troubles());
  }

  private void corrupt(TopicPartition id, List<Trouble> all, CleanAhead ahead) {
    List<Trouble> troubles =
        all.stream()
            .filter(each -> each.kind() == Kind.WRONG_CRC || each.kind() == Kind.NO_BATCH)
            .toList();
    if (troubles.isEmpty()) {
      return;
    }
    Trouble first = troubles.get(0);
    boolean crc = first.kind() == Kind.WRONG_CRC;
    diagnoses.add(
        Diagnosis.of(
            Ailment.CORRUPT_BATCH_AHEAD,
            id,
            sinceMs(troubles),
            "what is to be cleaned of "
                + id
                + (crc ? " has a batch with a wrong CRC" : " has bytes that are no batch")
                + ": segment "
                + first.segment()
                + ", offset "
                + first.baseOffset()
                + (crc
                    ? "; the broker's cleaner checks no CRC: it writes the wrong bytes anew with one"
                        + " that fits, copies them as they are, or gives the partition up"
                    : "; the broker's cleaner will give the partition up there, until its next"
                        + " start"),
            evidence(first, troubles.size(), ahead),
            "Keep the cleaner away before it comes there: " + cure(id)));
  }

  private String cure(TopicPartition id) {
    return BrokerText.isolate(sample, id.topic())
        + ". See what is wrong: kleaner check --level 2 "
        + BrokerText.dir(sample, Optional.of(id))
        + ". If another replica is whole, move this one to another broker and back"
        + " (kafka-reassign-partitions.sh), then give the topic its settings back.";
  }

  private static long sinceMs(List<Trouble> troubles) {
    return troubles.stream().mapToLong(Trouble::atMs).min().orElseThrow();
  }

  private void cleaned(TopicPartition id, List<Trouble> all) {
    List<Trouble> laundered =
        all.stream()
            .filter(each -> each.kind() == Kind.LAUNDERED)
            .filter(each -> sample.atMs() - each.atMs() < TOLD_MS)
            .toList();
    List<Trouble> copied = all.stream().filter(each -> each.kind() == Kind.COPIED).toList();
    if (!laundered.isEmpty()) {
      Trouble first = laundered.get(0);
      diagnoses.add(
          Diagnosis.of(
              Ailment.CORRUPT_BATCH_CLEANED,
              id,
              sinceMs(laundered),
              "a batch of "
                  + id
                  + " that had a wrong CRC was cleaned: it is now wrong with a fitting CRC, and"
                  + " consumers read it: "
                  + place(first),
              evidence(first, laundered.size()),
              "No check finds it any more: note the offset. See what it holds: kleaner dump "
                  + BrokerText.dir(sample, Optional.of(id))
                  + "/"
                  + first.segment()
                  + ". If another replica is whole, compare (kleaner diff REPLICA-DIR "
                  + BrokerText.dir(sample, Optional.of(id))
                  + "), and move this one to another broker and back (kafka-reassign-partitions.sh);"
                  + " else have the records of that batch written again."));
    } else if (!copied.isEmpty()) {
      Trouble first = copied.get(0);
      diagnoses.add(
          Diagnosis.of(
                  Ailment.CORRUPT_BATCH_CLEANED,
                  id,
                  sinceMs(copied),
                  "a clean of "
                      + id
                      + " copied a batch with a wrong CRC as it is: "
                      + place(first)
                      + "; consumers stop at it, and a later clean that drops a record of it gives it"
                      + " one that fits",
                  evidence(first, copied.size()),
                  "Keep the cleaner away before it comes there again: " + cure(id))
              .as(Severity.WARNING));
    }
  }

  private static String place(Trouble trouble) {
    return "segment " + trouble.segment() + ", offset " + trouble.baseOffset();
  }

  private void bomb(TopicPartition id, List<Trouble> all, CleanAhead ahead) {
    OptionalLong heap =
        sample.broker().get().map(BrokerIdentity::maxHeapBytes).orElse(OptionalLong.empty());
    long most =
        heap.isPresent() ? Math.min(heap.getAsLong() / HEAP_SHARE, MEASURED_BYTES) : LARGE_BYTES;
    List<Trouble> bombs =
        all.stream()
            .filter(each -> each.kind() == Kind.BOMB && each.becomesBytes() >= most)
            .toList();
    if (bombs.isEmpty()) {
      return;
    }
    Trouble first = bombs.get(0);
    diagnoses.add(
        Diagnosis.of(
            Ailment.BOMB_AHEAD,
            id,
            sinceMs(bombs),
            "what is to be cleaned of "
                + id
                + " has a batch that becomes at least "
                + Moments.bytes(first.becomesBytes())
                + (heap.isPresent()
                    ? ", in a broker with a heap of " + Moments.bytes(heap.getAsLong())
                    : "")
                + ": segment "
                + first.segment()
                + ", offset "
                + first.baseOffset()
                + "; if that is one record, the cleaner dies of it",
            evidence(first, bombs.size(), ahead),
            "Before the cleaner comes there: "
                + BrokerText.isolate(sample, id.topic())
                + ", for a death stops all topics. Then cure it offline: stop the broker, run"
                + " 'kleaner compact "
                + BrokerText.dir(sample, Optional.of(id))
                + "', start it, and give the topic its settings back; or give the broker a larger"
                + " heap."));
  }

  private void large(BrokerPartition partition, PartitionFiles files, CleanAhead ahead) {
    Optional<CleanAhead.Largest> largest =
        ahead.largest().filter(each -> each.baseOffset() >= files.firstDirtyOffset());
    if (largest.isEmpty()) {
      return;
    }
    OptionalLong most =
        partition
            .config()
            .get()
            .map(config -> config.number("max.message.bytes"))
            .orElse(OptionalLong.empty());
    if (most.isEmpty() || largest.get().bytes() <= most.getAsLong()) {
      return;
    }
    TopicPartition id = partition.partition();
    diagnoses.add(
        Diagnosis.of(
            Ailment.LARGE_BATCH_AHEAD,
            id,
            largest.get().atMs(),
            "what is to be cleaned of "
                + id
                + " has a batch of "
                + largest.get().bytes()
                + " bytes, above max.message.bytes of "
                + most.getAsLong()
                + ": the cleaner's two buffers grow to that for this clean",
            "segment "
                + largest.get().segment()
                + ", offset "
                + largest.get().baseOffset()
                + ", position "
                + largest.get().position()
                + howFar(ahead),
            "Nothing, if the broker's heap has room for it; else raise the limit: kafka-configs.sh"
                + " --bootstrap-server "
                + BrokerText.address(sample)
                + " --alter --entity-type topics --entity-name "
                + id.topic()
                + " --add-config max.message.bytes="
                + largest.get().bytes()
                + "."));
  }

  private void overflow(TopicPartition id, PartitionFiles files, long segment) {
    boolean splits = BrokerText.splitsSegments(sample);
    Diagnosis told =
        Diagnosis.of(
            Ailment.OFFSET_OVERFLOW,
            id,
            sample.atMs(),
            "a segment of "
                + id
                + " holds offsets that are too far from its first for any index entry: the one that"
                + " begins at "
                + segment,
            "more than 2^31-1 offsets in one segment, in "
                + files.dir()
                + " (KAFKA-5413, KAFKA-6264)",
            splits
                ? "Nothing: this broker's cleaner splits the segment when it comes there, and cleans"
                    + " it in its next round."
                : "A cleaner before 2.0 that comes there dies; a later one splits the segment."
                    + " Until then: "
                    + BrokerText.isolate(sample, id.topic())
                    + ". To cure it: stop the broker, run 'kleaner compact "
                    + files.dir()
                    + "', which splits it, start it, and give the topic its settings back.");
    diagnoses.add(splits ? told.as(Severity.INFO) : told);
  }

  private static String evidence(Trouble first, int count, CleanAhead ahead) {
    return evidence(first, count) + howFar(ahead);
  }

  private static String evidence(Trouble first, int count) {
    return first.text()
        + " (position "
        + first.position()
        + ")"
        + (count > 1 ? ", and " + (count - 1) + " more" : "");
  }

  private static String howFar(CleanAhead ahead) {
    return "; "
        + Moments.bytes(ahead.readBytes())
        + " of "
        + Moments.bytes(ahead.dirtyBytes())
        + " dirty were read so far";
  }
}
