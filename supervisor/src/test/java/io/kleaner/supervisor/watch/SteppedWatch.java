// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.journal.Journal;
import io.kleaner.supervisor.judge.broker.Broker;
import io.kleaner.supervisor.judge.broker.JudgeOptions;
import io.kleaner.supervisor.probe.broker.AdminTarget;
import io.kleaner.supervisor.probe.broker.BrokerProbes;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import io.kleaner.supervisor.service.Announcer;
import io.kleaner.supervisor.service.Chronicle;
import io.kleaner.supervisor.service.Supervisor;
import io.kleaner.supervisor.service.SupervisorThread;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sidecar of a broker that samples show; nothing is asked of a real one. */
final class SteppedWatch {

  final Broker broker = new Broker();
  final StillHands hands = new StillHands();
  final Chronicle chronicle;
  final Supervisor<WatchSnapshot> supervisor;
  final SupervisorThread thread;
  final WatchMetrics metrics;
  final WatchFacade facade;

  SteppedWatch(Journal journal, RemedyPolicy policy) {
    this(journal, policy, AlertPolicy.DEFAULT);
  }

  SteppedWatch(Journal journal, RemedyPolicy policy, AlertPolicy alerts) {
    Announcer announcer = new Announcer();
    Clock clock = Clock.system();
    chronicle = new Chronicle(journal, announcer, clock);
    WatchRounds rounds =
        SteppedRounds.of(clock, broker, hands, new HandsThread("hands"), chronicle);
    WatchSetup setup =
        new WatchSetup(
            // Its client is not started, so nobody connects.
            new ProbeTargets(
                Optional.of(new AdminTarget("127.0.0.1:1", Map.of())),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                ZoneOffset.UTC,
                new SettingsResolver(List.of())),
            Path.of("state"),
            List.of(),
            policy,
            JudgeOptions.defaults(),
            500,
            new AlertBook(alerts, Map.of()),
            new AlertDispatcher(List.of()));
    supervisor =
        new Supervisor<>(
            clock,
            setup.intervalMs(),
            rounds,
            WatchSnapshot.NONE,
            setup.alerts(),
            setup.dispatcher(),
            chronicle,
            announcer);
    thread = new SupervisorThread(supervisor);
    metrics =
        new WatchMetrics(
            supervisor,
            chronicle,
            setup,
            new BrokerProbes(setup.targets(), new LocalFileSystem(), clock));
    facade =
        new WatchFacade(
            clock, setup, supervisor, rounds, hands, chronicle, announcer, thread, metrics);
  }

  /** Its journal is kept nowhere, and the usual policy. */
  static SteppedWatch usual() {
    return new SteppedWatch(Journal.inMemory("a test"), RemedyPolicy.defaults(false));
  }
}
