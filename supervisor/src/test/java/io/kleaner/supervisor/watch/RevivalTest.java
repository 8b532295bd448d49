// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.settings.SettingsSource;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.broker.BrokerJvm;
import io.kleaner.supervisor.broker.BrokerSpec;
import io.kleaner.supervisor.broker.Incidents;
import io.kleaner.supervisor.broker.KafkaVersion;
import io.kleaner.supervisor.http.ServiceApi;
import io.kleaner.supervisor.judge.broker.JudgeOptions;
import io.kleaner.supervisor.probe.broker.AdminTarget;
import io.kleaner.supervisor.probe.broker.JmxTarget;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One record kills the cleaner of a real broker; all that follows, by default settings. */
@Tag("brokers")
class RevivalTest {

  private static final long PATIENCE_S = 120;

  @TempDir private Path temp;

  private final StringBuilder figures = new StringBuilder();
  private final BlockingQueue<ServiceApi.Event> ticks = new ArrayBlockingQueue<>(1_000);

  @SuppressWarnings("try") // the subscription is only to be closed
  @Test
  void bomb_killsTheCleanerTwice_isToldNamedIsolatedOnConsentAndOthersCompactAgain()
      throws Exception {
    BrokerJvm broker =
        BrokerJvm.format(temp.resolve("broker"), BrokerSpec.of(KafkaVersion.V4_3_1).heapMib(400));
    try (broker) {
      broker.start();
      try (Incidents incidents = new Incidents(broker);
          WatchService service =
              WatchService.start(new LocalFileSystem(), Clock.system(), setup(broker))) {
        WatchFacade facade = service.facade();
        try (ServiceApi.Subscription listening =
            facade.subscribe(
                event -> {
                  if (!ticks.offer(event)) {
                    ticks.clear();
                  }
                })) {
          incidents.healthy("orders");
          await(() -> facade.ready().ok());

          Incidents.Culprit culprit = incidents.killByBomb("poisoned");
          long killedMs = Clock.system().nowMs();
          await(() -> firing(facade, "CleanerDead"));
          report("alert", killedMs);
          await(() -> ticket(facade, "isolate", "asked").isPresent());
          report("isolation asked for", killedMs);
          assertThat(incidents(facade, "REMEDY_BEGUN")).contains("revive");
          reportMs("revival begun", first(facade, "REMEDY_BEGUN") - killedMs);
          reportMs("death in the journal", first(facade, "WORKER_DEAD") - killedMs);

          String id = ticket(facade, "isolate", "asked").orElseThrow();
          long answeredMs = Clock.system().nowMs();
          assertThat(facade.act(ServiceApi.Action.APPROVE, id, "a test").outcome())
              .isEqualTo(ServiceApi.ActionResult.Outcome.DONE);
          await(() -> ticket(facade, "isolate", "effective").isPresent());
          report("isolated", answeredMs);
          await(() -> ticket(facade, "revive", "effective").isPresent());
          report("revived", answeredMs);
          incidents.letItClean("orders");
          report("others compact", answeredMs);
          await(() -> facade.ready().ok() && !firing(facade, "CleanerDead"));

          assertThat(incidents(facade, "CULPRIT_FOUND"))
              .contains("poisoned-" + culprit.partition())
              .contains("offset " + culprit.offset());
          assertThat(facade.status().get("isolatedTopics")).isEqualTo(List.of("poisoned"));
          Files.writeString(Path.of("target", "watch-figures.txt"), figures);
        }
      }
    }
  }

  /** Figures, for whoever wants them: target/watch-figures.txt. */
  private void report(String what, long sinceMs) {
    reportMs(what, Clock.system().nowMs() - sinceMs);
  }

  private void reportMs(String what, long ms) {
    figures.append(what).append(" after ").append(ms).append(" ms\n");
  }

  private void await(BooleanSupplier condition) throws InterruptedException {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - endNs).as("time is up").isNegative();
      ticks.poll(1, TimeUnit.SECONDS);
    }
  }

  private static long first(WatchFacade facade, String kind) {
    return facade.incidents().stream()
        .filter(each -> each.get("kind").equals(kind))
        .mapToLong(each -> (long) each.get("atMs"))
        .min()
        .orElseThrow();
  }

  private static boolean firing(WatchFacade facade, String rule) {
    return facade.alerts().stream()
        .anyMatch(each -> each.get("rule").equals(rule) && each.get("state").equals("firing"));
  }

  private static Optional<String> ticket(WatchFacade facade, String remedy, String state) {
    return facade.remedies().stream()
        .filter(each -> each.get("remedy").equals(remedy) && each.get("state").equals(state))
        .map(each -> (String) each.get("id"))
        .findFirst();
  }

  private static String incidents(WatchFacade facade, String kind) {
    return facade.incidents().stream()
        .filter(each -> each.get("kind").equals(kind))
        .map(Object::toString)
        .reduce("", (one, other) -> one + "\n" + other);
  }

  private WatchSetup setup(BrokerJvm broker) throws Exception {
    List<Path> logs;
    try (Stream<Path> files = Files.list(broker.logs())) {
      logs = files.filter(each -> each.toString().endsWith(".log")).sorted().toList();
    }
    return new WatchSetup(
        new ProbeTargets(
            Optional.of(new AdminTarget(broker.bootstrap(), Map.of())),
            Optional.of(JmxTarget.of(broker.jmx(), Optional.empty(), false)),
            List.of(broker.logDir()),
            logs,
            ZoneId.systemDefault(),
            new SettingsResolver(List.of(SettingsSource.internalTopics()))),
        temp.resolve("state"),
        RemedyPolicy.defaults(false),
        JudgeOptions.defaults(),
        500,
        new AlertBook(AlertPolicy.DEFAULT, Map.of()),
        new AlertDispatcher(List.of()));
  }
}
