// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.io.FileSystem;
import io.kleaner.core.pace.CancelToken;
import io.kleaner.core.pace.Throttle;
import io.kleaner.core.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The service's agents: cleaners and one scout, each with a place that a replacement takes over.
 * Owned by the supervisor's thread; {@link #agents} may be read by anyone.
 */
public final class Crew {

  /** How the names of agents that clean begin. */
  public static final String CLEANER = "cleaner-";

  /** The name of the one that looks which partitions there are. */
  public static final String SCOUT = "scout";

  private final FileSystem disk;
  private final Clock clock;
  private final ServedDirs dirs;
  private final CleanerOptions options;
  private final Throttle throttle;
  private final PartitionBoard board;
  private final WorkEvents events;
  private final ScanReport report;
  private final SettingsRefresh settings;
  private final Map<String, Agent> agents = new TreeMap<>();
  private volatile List<Agent> published = List.of();

  /**
   * @param disk each agent sees it through its lease
   * @param throttle shared by all cleaners
   */
  public Crew(
      FileSystem disk,
      Clock clock,
      ServedDirs dirs,
      CleanerOptions options,
      Throttle throttle,
      PartitionBoard board,
      WorkEvents events,
      ScanReport report,
      SettingsRefresh settings) {
    this.disk = disk;
    this.clock = clock;
    this.dirs = dirs;
    this.options = options;
    this.throttle = throttle;
    this.board = board;
    this.events = events;
    this.report = report;
    this.settings = settings;
  }

  /** Starts everyone. */
  public void start(int cleaners) {
    start(SCOUT);
    for (int i = 0; i < cleaners; i++) {
      start(CLEANER + i);
    }
  }

  /** Puts a new agent in a place, whatever has become of the one before. */
  public void start(String id) {
    CancelToken token = new CancelToken();
    AgentState state = new AgentState(id, clock, token);
    Duty duty =
        id.equals(SCOUT)
            ? new ScoutDuty(
                disk, clock, dirs, options, board, events, state, token, report, settings)
            : new CleanerDuty(disk, clock, dirs, options, throttle, board, events, state, token);
    Agent agent = new Agent(state, token, duty);
    agents.put(id, agent);
    published = List.copyOf(agents.values());
    agent.start();
  }

  /** Everyone who has a place now, by name. */
  public List<Agent> agents() {
    return published;
  }

  /** Asks all to stop. */
  public void stop() {
    published.forEach(Agent::stop);
  }
}
