// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.remedy.broker;

import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import java.util.Optional;

/**
 * A setting that Kleaner set, and what was there before.
 *
 * @param id ascending in one journal
 * @param clusterId of the cluster it is set in; empty in a line that an earlier version wrote
 * @param target what it is set on
 * @param key the setting, by Kafka's name
 * @param former what was there
 * @param ours the text that was set
 * @param purpose what for
 * @param atMs when, milliseconds since the epoch
 * @param unverified whether it has an effect that nobody has seen yet
 */
public record ConfigOverride(
    long id,
    Optional<String> clusterId,
    ConfigTarget target,
    String key,
    Former former,
    String ours,
    Purpose purpose,
    long atMs,
    boolean unverified) {

  /** What a setting was set for. */
  public enum Purpose {
    REVIVE(false, false),
    COMPACT_NOW(false, false),
    ISOLATE(true, false),
    UNSTICK(true, true),
    RESIZE(true, true);

    private final boolean lasting;
    private final boolean shownByThreads;

    Purpose(boolean lasting, boolean shownByThreads) {
      this.lasting = lasting;
      this.shownByThreads = shownByThreads;
    }

    /** Whether it stays, but only if the cleaner's threads live after it. */
    public boolean isShownByThreads() {
      return shownByThreads;
    }

    /** Whether it is meant to stay until someone takes it back; others are undone at a start. */
    public boolean isLasting() {
      return lasting;
    }
  }

  /**
   * What a setting was.
   *
   * @param own the exact text set on the target itself, empty if there was none
   * @param effective the text in force, wherever it came from; empty if the broker didn't tell
   * @param origin where the text in force came from
   */
  public record Former(Optional<String> own, Optional<String> effective, Origin origin) {}

  /** Whether it is not to stay as it is: it was set for a while, or nobody saw that it works. */
  public boolean isUnfinished() {
    return unverified || !purpose.isLasting();
  }

  /** The same, seen to work. */
  ConfigOverride verified() {
    return new ConfigOverride(id, clusterId, target, key, former, ours, purpose, atMs, false);
  }

  /** Whether it is known to be set in another cluster than this one. */
  public boolean isElsewhere(Optional<String> thisClusterId) {
    return clusterId.isPresent() && !clusterId.equals(thisClusterId);
  }

  /** The command that takes it back by hand. */
  public String undoCommand() {
    String change =
        former
            .own()
            .map(text -> "--add-config " + key + "=" + text)
            .orElse("--delete-config " + key);
    return "kafka-configs --bootstrap-server HOST:PORT --alter "
        + target.entityOptions()
        + " "
        + change;
  }
}
