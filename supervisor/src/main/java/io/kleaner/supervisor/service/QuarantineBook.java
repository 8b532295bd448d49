// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.Cause;
import io.kleaner.supervisor.cleaner.Hold;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.journal.Incident;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Which partitions are in quarantine, from the first failure that put them there until they are
 * well or released: a next try in between changes nothing of that, so that nobody is told that all
 * is well at each of them. Not thread-safe; owned by the supervisor's thread.
 */
final class QuarantineBook {

  /** Of one log directory, more than this many are told as a number, until they are fewer again. */
  static final int MANY = 20;

  static final int FEW_AGAIN = 15;

  /** A disk without room is told from the second failure on. */
  private static final int BLOCKED_FAILURES = 2;

  /** For so long it is told that the record was damaged at the start. */
  static final long LOST_NANOS = TimeUnit.HOURS.toNanos(24);

  static final String LOST = "quarantines of the last run are lost";
  static final String LOST_NEXT_STEP = "Put those that were set by hand in quarantine again.";

  private final Chronicle chronicle;
  private final Map<PartitionId, Hold> quarantined = new TreeMap<>();
  private final Map<PartitionId, Hold> blocked = new TreeMap<>();
  private final Set<Path> many = new HashSet<>();
  private OptionalLong firstLookNanos = OptionalLong.empty();
  private boolean changed;

  QuarantineBook(Chronicle chronicle) {
    this.chronicle = chronicle;
  }

  /** One that was in force before a restart. */
  void restore(PartitionId id, Hold hold) {
    quarantined.put(id, hold);
  }

  /** A partition is held. */
  void held(PartitionId id, Hold hold, long nowMs) {
    if (hold.cause() == Cause.SURROUNDINGS) {
      blocked.put(id, hold);
    } else {
      blocked.remove(id);
    }
    if (!hold.isQuarantine()) {
      return;
    }
    changed = true;
    if (quarantined.put(id, hold) == null) {
      chronicle.add(
          Incident.Kind.PARTITION_QUARANTINED,
          id.toString(),
          id.partition() + " is left alone, all others go on: " + hold.reason(),
          hold.endsByItself()
              ? "tried again in " + (hold.untilMs() - nowMs) / 1000 + " s, then ever later"
              : "until it is released",
          hold.nextStep());
    }
  }

  /** A partition is well, or was let go. */
  void released(PartitionId id, String reason) {
    blocked.remove(id);
    if (quarantined.remove(id) != null) {
      changed = true;
      chronicle.add(
          Incident.Kind.PARTITION_RELEASED,
          id.toString(),
          id.partition() + " is no longer in quarantine: " + reason,
          "",
          "");
    }
  }

  /** The journal could not read what was in force at the last run's end: a person has to know. */
  private void tellLost(long nowNanos, Signals signals) {
    if (firstLookNanos.isEmpty()) {
      firstLookNanos = OptionalLong.of(nowNanos);
    }
    if (nowNanos - firstLookNanos.getAsLong() < LOST_NANOS) {
      for (String warning : chronicle.journal().warnings()) {
        signals.critical("QuarantinesLost", "service", LOST, warning, LOST_NEXT_STEP);
      }
    }
  }

  /** Tells what is in quarantine; what a person holds is told while it is not there as well. */
  void look(List<PartitionState> states, long nowNanos, Signals signals) {
    tellLost(nowNanos, signals);
    if (quarantined.isEmpty() && blocked.isEmpty()) {
      return;
    }
    Set<PartitionId> present = new HashSet<>();
    states.forEach(state -> present.add(state.id()));
    Map<Path, List<Map.Entry<PartitionId, Hold>>> left = new TreeMap<>();
    for (Map.Entry<PartitionId, Hold> each : quarantined.entrySet()) {
      PartitionId id = each.getKey();
      if (present.contains(id) || isByHand(each.getValue())) {
        left.computeIfAbsent(id.logDir(), dir -> new ArrayList<>()).add(each);
      }
    }
    many.retainAll(left.keySet());
    left.forEach((dir, list) -> tell(dir, list, present, signals));
    blocked.keySet().retainAll(present);
    tellBlocked(signals);
  }

  private void tell(
      Path dir,
      List<Map.Entry<PartitionId, Hold>> left,
      Set<PartitionId> present,
      Signals signals) {
    if (left.size() > MANY) {
      many.add(dir);
    } else if (left.size() < FEW_AGAIN) {
      many.remove(dir);
    }
    if (many.contains(dir)) {
      // One that failed says more than one that a person wanted left alone.
      Map.Entry<PartitionId, Hold> first =
          left.stream().filter(each -> !isByHand(each.getValue())).findFirst().orElse(left.get(0));
      tell(
          "PartitionsQuarantined",
          dir.toString(),
          left.size() + " partitions of " + dir + " are left alone",
          "the first: " + first.getKey().partition() + ": " + first.getValue().reason(),
          first.getValue(),
          signals);
      return;
    }
    for (Map.Entry<PartitionId, Hold> each : left) {
      tell(
          "PartitionQuarantined",
          each.getKey().toString(),
          each.getKey().partition()
              + " is left alone"
              + (present.contains(each.getKey()) ? "" : ", and is not there now"),
          each.getValue().reason(),
          each.getValue(),
          signals);
    }
  }

  private static boolean isByHand(Hold hold) {
    return hold.kind() == Hold.Kind.BY_HAND;
  }

  /** What a person wants wakes nobody at night. */
  private static void tell(
      String rule, String subject, String summary, String evidence, Hold hold, Signals signals) {
    if (isByHand(hold)) {
      signals.warning(rule, subject, summary, evidence, hold.nextStep());
    } else {
      signals.critical(rule, subject, summary, evidence, hold.nextStep());
    }
  }

  private void tellBlocked(Signals signals) {
    Map<Path, List<Hold>> byDir = new TreeMap<>();
    blocked.forEach(
        (id, hold) -> {
          if (hold.failures() >= BLOCKED_FAILURES) {
            byDir.computeIfAbsent(id.logDir(), dir -> new ArrayList<>()).add(hold);
          }
        });
    byDir.forEach(
        (dir, holds) ->
            signals.critical(
                "NoRoom",
                dir.toString(),
                holds.size() + " partitions of " + dir + " cannot be cleaned for want of room",
                holds.get(0).reason(),
                "Free space on that disk; they are tried again by themselves."));
  }

  /** All of them, if they changed since the last time. */
  Optional<Map<PartitionId, Hold>> changed() {
    if (!changed) {
      return Optional.empty();
    }
    changed = false;
    return Optional.of(new TreeMap<>(quarantined));
  }
}
