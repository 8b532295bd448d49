// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.kleaner.supervisor.alert.AlertBook;
import io.kleaner.supervisor.alert.AlertDispatcher;
import io.kleaner.supervisor.alert.AlertPolicy;
import io.kleaner.supervisor.http.ServiceApi.Health;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A supervisor that goes on and sees nobody any more is not well, and says so. */
class BlindSupervisorTest extends StepLab {

  private final AtomicBoolean defect = new AtomicBoolean();
  private final SupervisorThread alive =
      new SupervisorThread(supervisorOf(() -> true, Integer.MAX_VALUE));

  @BeforeEach
  void start() {
    alive.start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    alive.stop();
    alive.join(60_000);
  }

  /** Looks at nothing; of a defect it throws. */
  private record Rounding(BooleanSupplier watched) implements Rounds<Snapshot> {

    @Override
    public boolean look(long nowMs, Signals signals) {
      return watched.getAsBoolean();
    }

    @Override
    public Snapshot seen(Tick tick) {
      return Snapshot.NONE;
    }

    @Override
    public Map<String, Object> pulse(Snapshot seen) {
      return Map.of();
    }
  }

  private Supervisor<Snapshot> supervisorOf(BooleanSupplier watched, long tickMs) {
    return new Supervisor<>(
        clock,
        tickMs,
        new Rounding(watched),
        Snapshot.NONE,
        new AlertBook(AlertPolicy.DEFAULT, Map.of()),
        new AlertDispatcher(List.of()),
        chronicle,
        announcer);
  }

  private boolean orDefect() {
    if (defect.get()) {
      throw new IllegalStateException("a defect");
    }
    return true;
  }

  /** It is well, is not for as long as the defect lasts, and is again. */
  private void isSeenWhileItLasts(Supervisor<Snapshot> of, Runnable change) {
    ServiceFacade facade = facade(of, alive);
    of.tick();
    assertThat(facade.alive().ok()).isTrue();
    change.run();
    for (int tick = 1; tick < Supervisor.BLIND_TICKS; tick++) {
      of.tick();
    }
    assertThat(facade.alive().ok()).as("a look or two may fail").isTrue();

    of.tick();

    for (Health health : List.of(facade.alive(), facade.ready())) {
      assertThat(health.ok()).isFalse();
      assertThat(health.detail()).contains("watches nobody", "SupervisorDefect");
    }
    change.run();
    of.tick();
    assertThat(facade.alive().ok()).isTrue();
  }

  private void change() {
    defect.set(!defect.get());
  }

  @Test
  void alive_roundsFailAtEveryTick_isFalseUntilOneSucceeds() {
    isSeenWhileItLasts(supervisorOf(this::orDefect, 500), this::change);
  }

  @Test
  void alive_workersCannotBeLookedAt_isFalseUntilTheyCan() {
    isSeenWhileItLasts(supervisor(this::orDefect), this::change);
  }

  @Test
  void alive_noneOfTheWorkersCanBeLookedAt_isFalseUntilOneCan() {
    isSeenWhileItLasts(
        supervisor(true),
        () -> {
          change();
          crew.agents().forEach(each -> each.baffling(defect.get()));
        });
  }

  @Test
  void alive_oneOfTwoWorkersCannotBeLookedAt_isTrueSinceTheOtherIs() {
    Supervisor<Snapshot> stepped = supervisor(true);
    crew.at("cleaner-0").baffling(true);
    for (int tick = 0; tick < 2 * Supervisor.BLIND_TICKS; tick++) {
      stepped.tick();
    }

    assertThat(facade(stepped, alive).alive().ok()).isTrue();
  }

  /** However long {@code heartbeat.interval.ms} is: who asks in between must not restart it. */
  @Test
  void alive_looksAreTenMinutesApart_isTrueUntilSixAreMissing() {
    Supervisor<Snapshot> rare = supervisorOf(() -> true, 600_000);
    ServiceFacade facade = facade(rare, alive);
    rare.tick();

    clock.passMs(3_600_000);
    assertThat(facade.alive().ok()).isTrue();
    clock.passMs(1);
    assertThat(facade.alive().ok()).isFalse();
  }

  /** What feeds systemd's watchdog. */
  @Test
  @Timeout(60)
  void afterTick_nobodyIsWatched_isNotDone() throws Exception {
    Supervisor<Snapshot> quick = supervisorOf(this::orDefect, 1);
    SupervisorThread thread = new SupervisorThread(quick);
    AtomicLong beats = new AtomicLong();
    thread.afterTick(beats::incrementAndGet);
    thread.start();
    await(() -> beats.get() > 2);

    defect.set(true);
    await(() -> quick.blindTicks() > Supervisor.BLIND_TICKS);
    long before = beats.get();
    await(() -> quick.blindTicks() > 3 * Supervisor.BLIND_TICKS);
    assertThat(beats.get()).isEqualTo(before);

    defect.set(false);
    await(() -> beats.get() > before);
    thread.stop();
    thread.join(60_000);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }
}
