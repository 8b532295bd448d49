// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.PartitionState;
import io.kleaner.supervisor.cleaner.PartitionStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells listeners which workers and partitions are in another state than at the last look. Not
 * thread-safe; owned by the supervisor's thread.
 */
final class ChangeNews {

  /** At one look, of partitions; who missed some sees that by the status that follows. */
  private static final int AT_ONCE = 200;

  private final Announcer announcer;
  private final Map<PartitionId, PartitionStatus> partitions = new HashMap<>();
  private final Map<String, String> workers = new HashMap<>();

  ChangeNews(Announcer announcer) {
    this.announcer = announcer;
  }

  void tell(List<PartitionState> states, List<WorkerCare.WorkerSeen> seen) {
    for (WorkerCare.WorkerSeen worker : seen) {
      Map<String, Object> view = Views.worker(worker);
      String now =
          view.get("state")
              + " "
              + view.get("partition")
              + " "
              + view.get("phase")
              + " "
              + view.get("restarts");
      if (!now.equals(workers.put(worker.sample().id(), now))) {
        announcer.announce("worker", view);
      }
    }
    int told = 0;
    for (PartitionState state : states) {
      if (partitions.get(state.id()) == state.status()) {
        continue;
      }
      partitions.put(state.id(), state.status());
      if (announcer.hasListeners()) {
        told++;
        if (told <= AT_ONCE) {
          announcer.announce("partition", Views.partition(state));
        }
      }
    }
    if (partitions.size() > states.size()) {
      partitions.keySet().retainAll(states.stream().map(PartitionState::id).toList());
    }
  }
}
