// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Tells systemd that the service is ready, alive, or stopping.
 *
 * <p>Its socket takes datagrams, which Java cannot send over Unix sockets: systemd's own program
 * does it, from a thread of its own, and only while the supervisor's loop goes on. So the unit has
 * to say {@code NotifyAccess=all}. Without systemd around, all of this does nothing. Thread-safe.
 */
final class SystemdNotify implements AutoCloseable {

  private static final String PROGRAM = "systemd-notify";
  private static final long GIVE_UP_MS = 5_000;

  /** Of the five seconds in which the service ends, it gets no more. */
  private static final long STOPPING_MS = 500;

  /** Gets a message to systemd. */
  @FunctionalInterface
  interface Messenger {
    void send(String what, long giveUpMs) throws IOException, InterruptedException;
  }

  private final Messenger messenger;
  private final boolean active;
  private final long pingMs;
  private final CancelToken token = new CancelToken();
  private volatile boolean beaten;
  private volatile BooleanSupplier well = () -> false;

  private SystemdNotify(Messenger messenger, boolean active, long pingMs) {
    this.messenger = messenger;
    this.active = active;
    this.pingMs = pingMs;
  }

  /** Looks whether systemd started this process, and whether it wants to be pinged. */
  static SystemdNotify fromEnvironment(Map<String, String> environment) {
    return fromEnvironment(environment, SystemdNotify::run);
  }

  static SystemdNotify fromEnvironment(Map<String, String> environment, Messenger messenger) {
    boolean active = !environment.getOrDefault("NOTIFY_SOCKET", "").isEmpty();
    long pingMs = 0;
    try {
      pingMs = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0")) / 1000 / 3;
    } catch (NumberFormatException e) {
      pingMs = 0;
    }
    SystemdNotify notify = new SystemdNotify(messenger, active, pingMs);
    if (active && pingMs > 0) {
      Thread pinger = new Thread(notify::ping, "kleaner-systemd");
      pinger.setDaemon(true);
      pinger.start();
    }
    return notify;
  }

  /** The supervisor's loop went on; costs nothing. */
  void beat() {
    beaten = true;
  }

  /**
   * Says whether the supervisor is well when its loop did not go on since the last ping: its looks
   * may be rarer than the pings that systemd wants.
   */
  void wellBy(BooleanSupplier judge) {
    well = judge;
  }

  private boolean isWell() {
    try {
      return well.getAsBoolean();
    } catch (RuntimeException | Error full) {
      // Asked again at the next ping, of which two may be missing.
      return false;
    }
  }

  void ready() {
    tell("--ready", GIVE_UP_MS);
  }

  void stopping() {
    tell("STOPPING=1", STOPPING_MS);
  }

  private void ping() {
    try {
      while (!token.sleep(TimeUnit.MILLISECONDS.toNanos(pingMs))) {
        if (beaten || isWell()) {
          beaten = false;
          tell("WATCHDOG=1", GIVE_UP_MS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(String what, long giveUpMs) {
    if (!active) {
      return;
    }
    try {
      messenger.send(what, giveUpMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | Error e) {
      // Nobody to tell, which systemd notices by itself; or a heap that is full for a moment, which
      // must not end the pings of a service that lives on.
    }
  }

  private static void run(String what, long giveUpMs) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(PROGRAM, what)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().remove(EnvironmentToken.NAME);
    Process process = builder.start();
    if (!process.waitFor(giveUpMs, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
    }
  }

  @Override
  public void close() {
    token.cancel();
  }
}
