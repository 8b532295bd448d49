// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.probe.broker;

import io.kleaner.core.settings.SettingsResolver;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * By what a broker is watched; each part is optional.
 *
 * @param admin a cluster, and which of its brokers; never one of 0.9
 * @param version its release by the operator's word
 * @param jmx its JVM
 * @param logDirs its log directories, read only
 * @param brokerLogs its log files
 * @param zone of the times in them
 * @param settings where topics' settings come from if the Admin API doesn't say
 */
public record ProbeTargets(
    Optional<AdminTarget> admin,
    Optional<String> version,
    Optional<JmxTarget> jmx,
    List<Path> logDirs,
    List<Path> brokerLogs,
    ZoneId zone,
    SettingsResolver settings) {

  /** Keeps its own copies. */
  public ProbeTargets {
    logDirs = List.copyOf(logDirs);
    brokerLogs = List.copyOf(brokerLogs);
  }
}
