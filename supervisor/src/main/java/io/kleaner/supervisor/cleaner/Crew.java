// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cleaner;

import io.kleaner.core.pace.CancelToken;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The service's agents: cleaners, and a scout for each log directory, so that one that does not
 * answer keeps nobody from seeing the others. Each has a place that a replacement takes over. Owned
 * by the supervisor's thread; {@link #agents} and {@link #living} may be asked by anyone.
 */
public final class Crew implements Workers {

  /** How the names of agents that clean begin. */
  public static final String CLEANER = "cleaner-";

  /** How the names of those begin who look which partitions there are. */
  public static final String SCOUT = "scout-";

  private final Workshop shop;
  private final List<Path> logDirs;
  private final Map<String, Agent> agents = new TreeMap<>();
  private final List<Agent> replaced = new CopyOnWriteArrayList<>();
  private volatile List<Agent> published = List.of();

  /**
   * @param logDirs as the user named them
   */
  public Crew(Workshop shop, List<Path> logDirs) {
    this.shop = shop;
    this.logDirs = List.copyOf(logDirs);
  }

  /** Starts everyone. */
  public void start(int cleaners) {
    for (int i = 0; i < logDirs.size(); i++) {
      start(SCOUT + i);
    }
    for (int i = 0; i < cleaners; i++) {
      start(CLEANER + i);
    }
  }

  @Override
  public void start(String id) {
    CancelToken token = new CancelToken();
    AgentState state = new AgentState(id, shop.clock(), token);
    Duty duty =
        scouted(id)
            .<Duty>map(dir -> new ScoutDuty(dir, shop, state, token))
            .orElseGet(() -> new CleanerDuty(shop, state, token));
    Agent agent = new Agent(state, token, duty);
    // Started before it is shown: if there is no thread to be had, the place keeps its dead.
    agent.start();
    replaced.removeIf(each -> !each.isAlive());
    Optional.ofNullable(agents.put(id, agent)).filter(Agent::isAlive).ifPresent(replaced::add);
    published = List.copyOf(agents.values());
  }

  private Optional<Path> scouted(String id) {
    return id.startsWith(SCOUT)
        ? Optional.of(logDirs.get(Integer.parseInt(id.substring(SCOUT.length()))))
        : Optional.empty();
  }

  @Override
  public Optional<Path> boundTo(String id) {
    return scouted(id).map(shop.dirs()::realOf);
  }

  @Override
  public List<Agent> agents() {
    return published;
  }

  /** Everyone whose thread runs, those that were given up included. */
  public List<Agent> living() {
    List<Agent> living = new ArrayList<>(published);
    living.addAll(replaced);
    living.removeIf(agent -> !agent.isAlive());
    return living;
  }

  /** Asks all to stop. */
  public void stop() {
    published.forEach(Agent::stop);
  }
}
