// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.http.ServiceApi.Action;
import io.kleaner.supervisor.http.ServiceApi.ActionResult.Outcome;
import io.kleaner.supervisor.journal.Incident;
import io.kleaner.supervisor.judge.broker.JudgeOptions;
import io.kleaner.supervisor.probe.broker.AdminTarget;
import io.kleaner.supervisor.probe.broker.ConfigValue.Origin;
import io.kleaner.supervisor.probe.broker.ProbeTargets;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Former;
import io.kleaner.supervisor.remedy.broker.ConfigOverride.Purpose;
import io.kleaner.supervisor.remedy.broker.ConfigTarget;
import io.kleaner.supervisor.remedy.broker.OverrideJournal;
import io.kleaner.supervisor.remedy.broker.RemedyPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sidecar as a whole; no broker is reached. */
class WatchServiceTest {

  private static final String LOG = "00000000000000000000.log";

  @TempDir private Path state;

  /** Breaks as soon as the hands are there. */
  private final class BreakingClock implements Clock {

    @Override
    public long nowMs() {
      return Clock.system().nowMs();
    }

    @Override
    public long nanoTime() {
      if (Files.exists(state.resolve("overrides.lock"))) {
        throw new IllegalStateException("no time");
      }
      return Clock.system().nanoTime();
    }
  }

  /** Keeps whatever the hands do under way while there is a supervisor. */
  private static final class HandsHoldingClock implements Clock {

    private final CountDownLatch holding = new CountDownLatch(1);

    @Override
    public long nowMs() {
      if (Thread.currentThread().getName().equals("kleaner-hands")) {
        holding.countDown();
        threads("kleaner-supervisor").forEach(HandsHoldingClock::join);
      }
      return Clock.system().nowMs();
    }

    private static void join(Thread thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public long nanoTime() {
      return Clock.system().nanoTime();
    }
  }

  private static List<Thread> threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> each.getName().equals(name))
        .toList();
  }

  private WatchService open(Clock clock) throws IOException {
    return open(clock, List.of(), RemedyPolicy.defaults(false));
  }

  private WatchService open(Clock clock, List<Path> logDirs, RemedyPolicy policy)
      throws IOException {
    return WatchService.open(
        new LocalFileSystem(),
        clock,
        new WatchSetup(
            new ProbeTargets(
                // Nobody listens there.
                Optional.of(new AdminTarget("127.0.0.1:1", Map.of())),
                Optional.empty(),
                Optional.empty(),
                logDirs,
                List.of(),
                ZoneId.systemDefault(),
                new SettingsResolver(List.of())),
            state,
            List.of(),
            policy,
            JudgeOptions.defaults(),
            500,
            new AlertBook(AlertPolicy.DEFAULT, Map.of()),
            new AlertDispatcher(List.of())));
  }

  @Test
  @Timeout(120)
  void open_aStepFailsAfterTheHandsAreThere_nothingStaysOpen() throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();

    assertThatThrownBy(() -> open(new BreakingClock())).hasMessage("no time");

    Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
    left.removeAll(before);
    left.removeIf(each -> !each.getName().contains("kafka"));
    for (Thread each : left) {
      each.join();
    }
    // Neither the journal of overrides nor the directory is held any more.
    open(Clock.system()).close();
  }

  @Test
  @Timeout(120)
  void close_whatAPersonAskedForHasNoTurnYet_isAnIncident(@TempDir Path logs) throws Exception {
    Files.createFile(Files.createDirectory(logs.resolve("orders-0")).resolve(LOG));
    HandsHoldingClock clock = new HandsHoldingClock();
    WatchService service = open(clock, List.of(logs), RemedyPolicy.defaults(false));
    service.begin();
    act(service, Action.REVIVE, "");
    assertThat(clock.holding.await(60, TimeUnit.SECONDS)).isTrue();
    act(service, Action.QUARANTINE, "orders-0");
    awaitTicket(service, "waiting");

    service.close();

    assertThat(service.state().journal().latest())
        .filteredOn(each -> each.kind() == Incident.Kind.REMEDY_REFUSED)
        .extracting(Incident::summary)
        .anySatisfy(
            summary ->
                assertThat(summary).contains("isolate orders, is not done: stopping; not begun"));
  }

  /** Has it ordered as soon as what it is about is known. */
  private static void act(WatchService service, Action action, String target) {
    await(() -> service.facade().act(action, target, "a test").outcome() == Outcome.DONE);
  }

  private static void awaitTicket(WatchService service, String state) {
    await(
        () ->
            service.facade().remedies().stream().anyMatch(each -> each.get("state").equals(state)));
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  @Timeout(120)
  void begin_readOnlyAfterOneThatWasKilled_tellsWhatItLeft() throws Exception {
    try (OverrideJournal journal =
        OverrideJournal.open(new LocalFileSystem(), state, LiveHands.JOURNAL)) {
      journal.begin(
          Optional.of("here"),
          ConfigTarget.broker(1),
          "log.cleaner.threads",
          new Former(Optional.empty(), Optional.of("1"), Origin.DEFAULT),
          "01",
          Purpose.REVIVE,
          1);
    }
    try (WatchService service = open(Clock.system(), List.of(), RemedyPolicy.defaults(true))) {
      service.begin();
      while (!service.facade().alerts().toString().contains("OverrideLeft")) {
        Thread.onSpinWait();
      }
    }
  }
}
