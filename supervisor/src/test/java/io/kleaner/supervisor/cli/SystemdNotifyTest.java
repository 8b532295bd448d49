// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What systemd is told, whatever happens meanwhile. */
class SystemdNotifyTest {

  private static final Map<String, String> UNIT =
      Map.of("NOTIFY_SOCKET", "/run/systemd/notify", "WATCHDOG_USEC", "30000");

  @Test
  @Timeout(60)
  void ping_heapIsFullOnce_goesOn() throws Exception {
    BlockingQueue<String> sent = new LinkedBlockingQueue<>();
    SystemdNotify.Messenger full =
        (what, giveUpMs) -> {
          sent.add(what);
          if (sent.size() == 1) {
            throw new OutOfMemoryError("unable to create native thread");
          }
        };
    try (SystemdNotify notify = SystemdNotify.fromEnvironment(UNIT, full)) {
      while (sent.size() < 2) {
        notify.beat();
        Thread.onSpinWait();
      }
    }
    assertThat(sent).containsOnly("WATCHDOG=1");
  }

  /** A watchdog that is pinged whatever happens would keep a dead supervisor alive. */
  @Test
  @Timeout(60)
  void ping_supervisorDoesNotGoOn_isNotSent() throws Exception {
    BlockingQueue<String> ofDead = new LinkedBlockingQueue<>();
    BlockingQueue<String> ofAlive = new LinkedBlockingQueue<>();
    try (SystemdNotify dead =
            SystemdNotify.fromEnvironment(UNIT, (what, giveUpMs) -> ofDead.add(what));
        SystemdNotify alive =
            SystemdNotify.fromEnvironment(UNIT, (what, giveUpMs) -> ofAlive.add(what))) {
      dead.beat();
      assertThat(ofDead.take()).isEqualTo("WATCHDOG=1");
      // Both look as often; the other's pings tell that time has passed.
      while (ofAlive.size() < 10) {
        alive.beat();
        Thread.onSpinWait();
      }

      assertThat(ofDead).isEmpty();
      dead.beat();
      assertThat(ofDead.take()).isEqualTo("WATCHDOG=1");
    }
  }

  @Test
  @Timeout(60)
  void ping_looksAreRarerThanPings_goesOnAsLongAsTheSupervisorIsWell() throws Exception {
    BlockingQueue<String> sent = new LinkedBlockingQueue<>();
    AtomicBoolean well = new AtomicBoolean(true);
    AtomicLong asked = new AtomicLong();
    try (SystemdNotify notify =
        SystemdNotify.fromEnvironment(UNIT, (what, giveUpMs) -> sent.add(what))) {
      notify.wellBy(
          () -> {
            if (asked.incrementAndGet() == 1) {
              throw new OutOfMemoryError("Java heap space");
            }
            return well.get();
          });
      await(() -> sent.size() > 2);

      well.set(false);
      awaitMore(asked, 2);
      int before = sent.size();
      awaitMore(asked, 3);

      assertThat(sent).hasSize(before).containsOnly("WATCHDOG=1");
    }
  }

  private static void awaitMore(AtomicLong counter, long more) {
    long goal = counter.get() + more;
    await(() -> counter.get() >= goal);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void stopping_systemdDoesNotAnswer_leavesTheServiceItsTimeToEnd() {
    AtomicLong given = new AtomicLong();
    Map<String, String> unit = Map.of("NOTIFY_SOCKET", "/run/systemd/notify");
    try (SystemdNotify notify =
        SystemdNotify.fromEnvironment(unit, (what, giveUpMs) -> given.set(giveUpMs))) {
      notify.stopping();
    }
    assertThat(given.get()).isPositive().isLessThanOrEqualTo(TimeUnit.SECONDS.toMillis(1));
  }
}
