// SPDX-License-Identifier: Apache-2.0
package io.kleaner.supervisor.cli;

import io.kleaner.core.pace.CancelToken;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tells systemd that the service is ready, alive, or stopping.
 *
 * <p>Its socket takes datagrams, which Java cannot send over Unix sockets: systemd's own program
 * does it, from a thread of its own, and only while the supervisor's loop goes on. So the unit has
 * to say {@code NotifyAccess=all}. Without systemd around, all of this does nothing. Thread-safe.
 */
final class SystemdNotify implements AutoCloseable {

  private static final String PROGRAM = "systemd-notify";
  private static final long GIVE_UP_SECONDS = 5;

  private final boolean active;
  private final long pingMs;
  private final CancelToken token = new CancelToken();
  private volatile boolean beaten;

  private SystemdNotify(boolean active, long pingMs) {
    this.active = active;
    this.pingMs = pingMs;
  }

  /** Looks whether systemd started this process, and whether it wants to be pinged. */
  static SystemdNotify fromEnvironment(Map<String, String> environment) {
    boolean active = !environment.getOrDefault("NOTIFY_SOCKET", "").isEmpty();
    long pingMs = 0;
    try {
      pingMs = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0")) / 1000 / 3;
    } catch (NumberFormatException e) {
      pingMs = 0;
    }
    SystemdNotify notify = new SystemdNotify(active, pingMs);
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

  void ready() {
    tell("--ready");
  }

  void stopping() {
    tell("STOPPING=1");
  }

  private void ping() {
    try {
      while (!token.sleep(TimeUnit.MILLISECONDS.toNanos(pingMs))) {
        if (beaten) {
          beaten = false;
          tell("WATCHDOG=1");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(String what) {
    if (!active) {
      return;
    }
    try {
      ProcessBuilder builder =
          new ProcessBuilder(PROGRAM, what)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().remove(EnvironmentToken.NAME);
      Process process = builder.start();
      if (!process.waitFor(GIVE_UP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      // Nobody to tell; systemd notices that by itself.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    token.cancel();
  }
}
