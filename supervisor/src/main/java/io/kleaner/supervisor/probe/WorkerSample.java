// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe;

import io.kleaner.supervisor.cleaner.AgentState;
import io.kleaner.supervisor.cleaner.Crew;
import io.kleaner.supervisor.cleaner.Lease;
import io.kleaner.supervisor.cleaner.PartitionId;
import io.kleaner.supervisor.cleaner.Worker;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What one worker is seen at.
 *
 * @param id its name
 * @param alive whether its thread runs and has not left its loop
 * @param death what it died of: a class name and a message, no more
 * @param idle whether it waits for work
 * @param throttled whether it sleeps because its rate asks for it
 * @param sinceProgressMs since it last got on
 * @param phase what it is at, empty if idle
 * @param partition what it works on
 * @param batches read by the current clean
 * @param offset last of the batch read last, -1 if it cleans nothing
 * @param progress about how far the current clean is, 0 to 1; -1 if it cleans nothing
 * @param bytesRead bytes of logs read so far
 * @param bytesWritten bytes of logs written so far
 */
public record WorkerSample(
    String id,
    boolean alive,
    Optional<String> death,
    boolean idle,
    boolean throttled,
    long sinceProgressMs,
    String phase,
    Optional<PartitionId> partition,
    long batches,
    long offset,
    double progress,
    long bytesRead,
    long bytesWritten) {

  /** Whether it is one that cleans. */
  public boolean isCleaner() {
    return id.startsWith(Crew.CLEANER);
  }

  /** Looks at a worker of ours; takes no lock that it might hold. */
  public static WorkerSample of(Worker agent) {
    AgentState state = agent.state();
    // The flag first: a thread that is about to end must not be seen alive with its end noted.
    boolean ended = state.hasEnded() || !agent.isAlive();
    return new WorkerSample(
        state.id(),
        !ended,
        state.death().map(Throwable::toString),
        state.isIdle(),
        state.isThrottled(),
        TimeUnit.NANOSECONDS.toMillis(state.sinceBeatNanos()),
        state.phase(),
        state.lease().map(Lease::partition),
        state.batches(),
        state.offset(),
        state.progress(),
        state.bytesRead(),
        state.bytesWritten());
  }
}
