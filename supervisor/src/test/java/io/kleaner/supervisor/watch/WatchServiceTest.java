// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.watch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kleaner.core.io.LocalFileSystem;
import io.kleaner.core.settings.SettingsResolver;
import io.kleaner.core.time.Clock;
import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertPolicy;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sidecar as a whole; no broker is reached. */
class WatchServiceTest {

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

  private WatchService open(Clock clock) throws IOException {
    return open(clock, RemedyPolicy.defaults(false));
  }

  private WatchService open(Clock clock, RemedyPolicy policy) throws IOException {
    return WatchService.open(
        new LocalFileSystem(),
        clock,
        new WatchSetup(
            new ProbeTargets(
                // Nobody listens there.
                Optional.of(new AdminTarget("127.0.0.1:1", Map.of())),
                Optional.empty(),
                Optional.empty(),
                List.of(),
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
    try (WatchService service = open(Clock.system(), RemedyPolicy.defaults(true))) {
      service.begin();
      while (!service.facade().alerts().toString().contains("OverrideLeft")) {
        Thread.onSpinWait();
      }
    }
  }
}
