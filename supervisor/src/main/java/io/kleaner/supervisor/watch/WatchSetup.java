// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.judge.broker.JudgeOptions;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.probe.broker.Source;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the sidecar needs.
 *
 * @param targets by what the broker is watched
 * @param stateDir for journals and token
 * @param homes where {@code compact-now} may have kept its journal
 * @param policy of remedies
 * @param intervalMs between two looks
 */
public record WatchSetup(
    ProbeTargets targets,
    Path stateDir,
    List<Path> homes,
    RemedyPolicy policy,
    JudgeOptions judging,
    long intervalMs,
    AlertBook alerts,
    AlertDispatcher dispatcher) {

  /** Keeps its own copy. */
  public WatchSetup {
    homes = List.copyOf(homes);
  }

  /** Sources that were named. */
  public static Set<Source> named(ProbeTargets targets) {
    Set<Source> named = EnumSet.noneOf(Source.class);
    targets.admin().ifPresent(each -> named.add(Source.ADMIN));
    targets.jmx().ifPresent(each -> named.add(Source.JMX));
    if (!targets.logDirs().isEmpty()) {
      named.add(Source.LOG_DIR);
    }
    if (!targets.brokerLogs().isEmpty()) {
      named.add(Source.BROKER_LOG);
    }
    return named;
  }
}
