// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.logdir.TopicPartition;
import io.kleaner.supervisor.judge.Standing;
import io.kleaner.supervisor.judge.broker.Judgement;
import io.kleaner.supervisor.service.Rounds;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was seen and thought of a broker at one tick; immutable.
 *
 * @param tick of the supervisor
 * @param judgement with the sample that it is made from
 * @param standings what is thought of each cleaner thread, and for how long, by name
 * @param tickets open ones and the latest others, the newest first
 * @param culprits what a look through segments found, by partition
 * @param isolated topics
 */
record WatchSnapshot(
    Rounds.Tick tick,
    Judgement judgement,
    Map<String, Standing> standings,
    List<Ticket> tickets,
    Map<TopicPartition, String> culprits,
    Set<String> isolated) {

  static final WatchSnapshot NONE =
      new WatchSnapshot(
          Rounds.Tick.NONE, Judgement.none(), Map.of(), List.of(), Map.of(), Set.of());
}
