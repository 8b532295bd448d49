// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.ondemand;

import io.kleaner.core.io.FileEntry;
import io.kleaner.core.io.FileSystem;
import io.kleaner.core.logdir.CheckpointFile;
import io.kleaner.core.logdir.MetaProperties;
import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.core.logdir.UnusableDirectoryException;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.remedy.ondemand.ClusterView.End;
import io.kleaner.supervisor.remedy.ondemand.OnDemandCompaction.Listener;
import io.kleaner.supervisor.remedy.ondemand.OnDemandCompaction.Request;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Partition;
import io.kleaner.supervisor.remedy.ondemand.OnDemandReport.Status;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Watches the replicas of some partitions that lie in some log directories. Not thread-safe. */
final class ReplicaWatch {

  static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(250);

  private final FileSystem fileSystem;
  private final ClusterView cluster;
  private final Clock clock;
  private final Request request;
  private final long beganNs;
  private final List<ReplicaState> replicas = new ArrayList<>();
  private final List<Partition> unwatched = new ArrayList<>();
  private final ProgressLines lines;

  /** Looks for the replicas, and takes note of what there is. */
  ReplicaWatch(
      FileSystem fileSystem,
      ClusterView cluster,
      Clock clock,
      Request request,
      SortedMap<TopicPartition, List<Integer>> partitions)
      throws IOException {
    this.fileSystem = fileSystem;
    this.cluster = cluster;
    this.clock = clock;
    this.request = request;
    this.beganNs = clock.nanoTime();
    this.lines = new ProgressLines(clock);
    if (!partitions.isEmpty()) {
      find(partitions);
    }
  }

  private void find(SortedMap<TopicPartition, List<Integer>> partitions) throws IOException {
    Map<TopicPartition, Long> ends = cluster.highWatermarks(partitions.keySet());
    Map<TopicPartition, Set<Integer>> seen = new HashMap<>();
    for (Path logDir : request.logDirs()) {
      OptionalInt node =
          MetaProperties.read(fileSystem, logDir)
              .map(MetaProperties::nodeId)
              .orElse(OptionalInt.empty());
      for (TopicPartition partition : partitions.keySet()) {
        Path dir = logDir.resolve(partition.toString());
        if (!fileSystem.stat(dir).map(FileEntry::isDirectory).orElse(false)) {
          continue;
        }
        Optional<ReplicaFiles> files = ReplicaFiles.read(fileSystem, dir, ends.get(partition));
        if (files.isPresent()) {
          replicas.add(
              new ReplicaState(
                  partition, logDir, ends.get(partition), files.get(), clock.nanoTime()));
          node.ifPresent(id -> seen.computeIfAbsent(partition, each -> new TreeSet<>()).add(id));
        }
      }
    }
    for (ReplicaState each : replicas) {
      each.unwatched(without(partitions.get(each.partition()), seen.get(each.partition())));
    }
    Set<TopicPartition> found =
        replicas.stream().map(ReplicaState::partition).collect(Collectors.toSet());
    for (Map.Entry<TopicPartition, List<Integer>> each : partitions.entrySet()) {
      if (!found.contains(each.getKey())) {
        unwatched.add(notWatched(each.getKey(), ends.get(each.getKey()), each.getValue()));
      }
    }
  }

  private static List<Integer> without(List<Integer> all, Set<Integer> seen) {
    return seen == null ? all : all.stream().filter(id -> !seen.contains(id)).toList();
  }

  private Partition notWatched(TopicPartition partition, long end, List<Integer> nodes) {
    return new Partition(
        partition,
        request.logDirs().get(0),
        Status.NOT_WATCHED,
        end,
        0,
        0,
        0,
        "its replicas are on brokers " + nodes + ", and none lies in the named log directories",
        nodes);
  }

  /** The topics of which something is watched. */
  List<String> topics() {
    return replicas.stream().map(each -> each.partition().topic()).distinct().toList();
  }

  /** Nothing of a topic is to be done any more, since it was isolated. */
  void isolated(String topic) {
    replicas.stream()
        .filter(each -> each.partition().topic().equals(topic))
        .forEach(ReplicaState::isolated);
  }

  boolean isOver() {
    return replicas.stream().allMatch(ReplicaState::isOver)
        || clock.nanoTime() - beganNs >= TimeUnit.MILLISECONDS.toNanos(request.deadlineMs());
  }

  /**
   * Looks at everything once; a partition of which the cluster does not tell keeps no other one
   * waiting.
   */
  void look(Listener listener) throws IOException {
    for (ReplicaState each : replicas) {
      if (!each.isOver() && fileSystem.stat(each.dir()).isEmpty()) {
        each.gone();
      }
    }
    List<TopicPartition> open =
        replicas.stream()
            .filter(each -> !each.isOver())
            .map(ReplicaState::partition)
            .distinct()
            .toList();
    if (open.isEmpty()) {
      return;
    }
    Map<TopicPartition, End> ends = Map.of();
    try {
      ends = cluster.ends(open);
    } finally {
      told(ends.keySet());
    }
    for (Path logDir : request.logDirs()) {
      Optional<Map<TopicPartition, Long>> checkpoints = checkpoints(logDir);
      for (ReplicaState each : replicas) {
        End end = ends.get(each.partition());
        if (each.logDir().equals(logDir)
            && !each.isOver()
            && checkpoints.isPresent()
            && end != null) {
          Long cleaned = checkpoints.get().get(each.partition());
          look(each, cleaned == null ? OptionalLong.empty() : OptionalLong.of(cleaned), end);
        }
      }
    }
    tell(listener);
  }

  private void told(Set<TopicPartition> told) {
    replicas.forEach(each -> each.told(told.contains(each.partition())));
  }

  /** Empty if the broker is just writing it: the next look sees a whole one. */
  private Optional<Map<TopicPartition, Long>> checkpoints(Path logDir) throws IOException {
    try {
      return Optional.of(new CheckpointFile(fileSystem, logDir, CheckpointFile.CLEANER).read());
    } catch (NoSuchFileException | UnusableDirectoryException e) {
      return Optional.empty();
    }
  }

  private void look(ReplicaState replica, OptionalLong checkpoint, End end) throws IOException {
    Optional<ReplicaFiles> files = Optional.empty();
    try {
      files = ReplicaFiles.read(fileSystem, replica.dir(), replica.oldEnd());
    } catch (NoSuchFileException e) {
      replica.gone();
      return;
    }
    if (files.isPresent()) {
      replica.see(
          files.get(),
          checkpoint,
          end.high(),
          end.stable(),
          clock.nanoTime(),
          request.roll(),
          request.idleMs());
    }
  }

  private void tell(Listener listener) {
    lines.tell(
        replicas.stream()
            .filter(each -> !each.isOver())
            .limit(5)
            .map(ReplicaState::sentence)
            .collect(Collectors.joining("; ")),
        listener);
  }

  /** Of these topics those whose active segments have all rolled, or will not. */
  List<String> takeRolled(List<String> topics) {
    return topics.stream()
        .filter(
            topic ->
                replicas.stream()
                    .filter(each -> each.partition().topic().equals(topic))
                    .noneMatch(ReplicaState::waitsForRoll))
        .toList();
  }

  /** Of these topics those of which nothing is awaited any more. */
  List<String> over(List<String> topics) {
    return topics.stream()
        .filter(
            topic ->
                replicas.stream()
                    .filter(each -> each.partition().topic().equals(topic))
                    .allMatch(ReplicaState::isOver))
        .toList();
  }

  /** What came of it. */
  List<Partition> report(boolean interrupted) {
    List<Partition> all = new ArrayList<>();
    for (ReplicaState each : replicas) {
      all.add(each.report(interrupted, request));
    }
    all.addAll(unwatched);
    return all;
  }
}
