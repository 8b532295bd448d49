// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.judge.broker;

import io.kleaner.core.settings.CleanupPolicy;
import io.kleaner.supervisor.judge.Severity;
import io.kleaner.supervisor.probe.broker.BrokerPartition;
import io.kleaner.supervisor.probe.broker.BrokerSample;
import io.kleaner.supervisor.probe.broker.ConfigValue;
import io.kleaner.supervisor.probe.broker.Replication;
import io.kleaner.supervisor.probe.broker.TopicConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges replicas that are away: a tombstone may be dropped once {@code delete.retention.ms} has
 * passed, and a replica that did not see it keeps what it deleted. Coming back as a leader, it
 * brings that back. Pure.
 */
final class ReplicaRules {

  private static final long DEFAULT_DELETE_RETENTION_MS = 86_400_000L;

  /** Of the time there is; a restart of a broker is no reason to wake anyone. */
  private static final double TELL_AFTER = 0.1;

  private static final double GRAVE_AFTER = 0.75;

  private ReplicaRules() {}

  static List<Diagnosis> judge(BrokerSample sample) {
    List<Diagnosis> diagnoses = new ArrayList<>();
    for (BrokerPartition partition : sample.partitions().values()) {
      Optional<Replication> replication = partition.replication().get();
      if (replication.isEmpty() || replication.get().outOfSyncSinceMs().isEmpty()) {
        continue;
      }
      Optional<TopicConfig> config = partition.config().get();
      if (config.isEmpty() || config.get().cleanupPolicy() == CleanupPolicy.DELETE) {
        continue;
      }
      long retentionMs =
          config.get().number("delete.retention.ms").orElse(DEFAULT_DELETE_RETENTION_MS);
      replication
          .get()
          .outOfSyncSinceMs()
          .forEach(
              (node, sinceMs) ->
                  judge(
                          partition,
                          node,
                          sinceMs,
                          retentionMs,
                          config.get(),
                          BrokerText.address(sample),
                          sample.atMs())
                      .ifPresent(diagnoses::add));
    }
    return diagnoses;
  }

  private static Optional<Diagnosis> judge(
      BrokerPartition partition,
      int node,
      long sinceMs,
      long retentionMs,
      TopicConfig config,
      String address,
      long nowMs) {
    long awayMs = nowMs - sinceMs;
    if (awayMs < retentionMs * TELL_AFTER) {
      return Optional.empty();
    }
    long deadlineMs = sinceMs + retentionMs;
    boolean late = nowMs >= deadlineMs;
    String origin =
        config
            .get("delete.retention.ms")
            .map(ConfigValue::origin)
            .map(each -> ", " + each.text())
            .orElse("");
    Diagnosis diagnosis =
        new Diagnosis(
            Ailment.REPLICA_AWAY,
            partition.partition() + " on broker " + node,
            Severity.WARNING,
            Optional.of(partition.partition()),
            sinceMs,
            "broker "
                + node
                + " has been out of sync for "
                + partition.partition()
                + " since "
                + Moments.at(sinceMs)
                + " at least"
                + (late
                    ? "; tombstones may be gone that it has not seen: what they deleted can come"
                        + " back"
                    : "; at "
                        + Moments.at(deadlineMs)
                        + " at the latest tombstones may go that it has not seen"),
            "delete.retention.ms is "
                + retentionMs
                + origin
                + "; since when it is away is known only from when it was watched: if the sidecar was"
                + " started in the meantime, it is away for longer, and there is less time",
            late
                ? "Don't let it lead: empty its copy of the partition (stop it, delete the"
                    + " directory, start it) so that it fetches all anew."
                : "Bring it back before then, or give yourself time: kafka-configs.sh"
                    + " --bootstrap-server "
                    + address
                    + " --alter --entity-type topics --entity-name "
                    + partition.partition().topic()
                    + " --add-config delete.retention.ms="
                    + Math.min(Long.MAX_VALUE / 8, retentionMs) * 7
                    + ".");
    return Optional.of(
        awayMs >= retentionMs * GRAVE_AFTER ? diagnosis.as(Severity.CRITICAL) : diagnosis);
  }
}
